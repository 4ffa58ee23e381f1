//! A setting's value before it has a type: as in a TOML file, or as given in a variable or flag.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The value of a key.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(String),
    Whole(i64),
    Flag(bool),
    List(Vec<Value>),
    /// From a variable or a flag, where numbers are text and lists are separated by commas.
    Loose(String),
    /// A TOML value that no key accepts: a float, a date or a table, as written.
    Other(String),
}

/// A value and the folder that its relative paths are relative to.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    pub value: &'a Value,
    pub folder: &'a Path,
}

impl Given<'_> {
    pub fn text(&self) -> Option<&str> {
        self.value.text()
    }

    /// A whole number that is not negative.
    pub fn count(&self) -> Option<u64> {
        match self.value {
            Value::Whole(number) => u64::try_from(*number).ok(),
            Value::Loose(text) => text.trim().replace('_', "").parse().ok(),
            Value::Text(_) | Value::Flag(_) | Value::List(_) | Value::Other(_) => None,
        }
    }

    /// `true` or `false`.
    pub fn flag(&self) -> Option<bool> {
        match self.value {
            Value::Flag(flag) => Some(*flag),
            Value::Loose(text) => text.trim().parse().ok(),
            Value::Text(_) | Value::Whole(_) | Value::List(_) | Value::Other(_) => None,
        }
    }

    /// `250ms`, `2s`, `3m` or `1h`.
    pub fn duration(&self) -> Option<Duration> {
        let (number, unit) = number_and_unit(self.text()?)?;
        let millis_each = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return None,
        };
        Some(Duration::from_millis(number.checked_mul(millis_each)?))
    }

    /// `512 B`, `64 KiB`, `8 MiB` or `1 GiB`, in bytes.
    pub fn size(&self) -> Option<u64> {
        let (number, unit) = number_and_unit(self.text()?)?;
        let shift = match unit {
            "B" => 0,
            "KiB" => 10,
            "MiB" => 20,
            "GiB" => 30,
            _ => return None,
        };
        number.checked_mul(1 << shift)
    }

    pub fn path(&self) -> Option<PathBuf> {
        let text = self.text()?;
        // An absolute path replaces the folder.
        (!text.is_empty()).then(|| self.folder.join(text))
    }

    /// Each item read by `item`; none if one of them is invalid.
    pub fn list<T>(&self, item: impl Fn(&Given<'_>) -> Option<T>) -> Option<Vec<T>> {
        let read = |value: &Value| {
            item(&Given {
                value,
                folder: self.folder,
            })
        };
        match self.value {
            Value::List(items) => items.iter().map(read).collect(),
            Value::Loose(text) => text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(|part| read(&Value::Loose(part.to_owned())))
                .collect(),
            Value::Text(_) | Value::Whole(_) | Value::Flag(_) | Value::Other(_) => None,
        }
    }
}

impl Value {
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Loose(text) => Some(text),
            Self::Whole(_) | Self::Flag(_) | Self::List(_) | Self::Other(_) => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Loose(text) => write!(f, "{text:?}"),
            Self::Whole(number) => write!(f, "{number}"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Other(text) => f.write_str(text),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::to_string).collect();
                write!(f, "[{}]", items.join(", "))
            }
        }
    }
}

fn number_and_unit(text: &str) -> Option<(u64, &str)> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    Some((text[..digits].parse().ok()?, text[digits..].trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(value: &Value) -> Given<'_> {
        Given {
            value,
            folder: Path::new("/etc/adwatch"),
        }
    }

    #[test]
    fn durations_and_sizes_need_their_unit() {
        let duration = |text: &str| given(&Value::Text(text.to_owned())).duration();
        assert_eq!(duration("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(duration("3 m"), Some(Duration::from_secs(180)));
        assert_eq!(duration("1h"), Some(Duration::from_secs(3_600)));
        for bad in [
            "",
            "5",
            "s",
            "-1s",
            "1.5s",
            "1 d",
            "99999999999999999999s",
            "18446744073709551615h",
        ] {
            assert_eq!(duration(bad), None, "{bad}");
        }
        let size = |text: &str| given(&Value::Text(text.to_owned())).size();
        assert_eq!(size("8 MiB"), Some(8 << 20));
        assert_eq!(size("512B"), Some(512));
        for bad in ["8", "8 MB", "MiB", "18446744073709551615 GiB"] {
            assert_eq!(size(bad), None, "{bad}");
        }
    }

    #[test]
    fn relative_paths_count_from_the_folder_of_the_file() {
        let path = |text: &str| given(&Value::Text(text.to_owned())).path();
        assert_eq!(path("agents"), Some(PathBuf::from("/etc/adwatch/agents")));
        assert_eq!(path("/srv/agents"), Some(PathBuf::from("/srv/agents")));
        assert_eq!(path(""), None);
    }
}
