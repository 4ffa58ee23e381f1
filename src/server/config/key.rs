//! What one setting is, and how a key is found by its name, or by what was probably meant.

use super::keys::KEYS;
use super::value::{Given, Value};
use super::{Config, ConfigError};

/// One setting.
pub struct SettingKey {
    pub section: &'static str,
    pub name: &'static str,
    /// The environment variable that overrides the file.
    pub variable: &'static str,
    /// Completes "it must be …".
    pub allowed: &'static str,
    /// As it stands in the file.
    pub example: &'static str,
    pub set: fn(&mut Config, &Given<'_>) -> Result<(), RefusedValue>,
}

/// A value that a key does not take; with the reason where "it must be …" does not say enough.
#[derive(Clone, Copy, Debug, Default)]
pub struct RefusedValue(Option<&'static str>);

impl RefusedValue {
    /// Refused for a reason that completes "it must be …".
    pub fn because(allowed: &'static str) -> Self {
        Self(Some(allowed))
    }
}

impl SettingKey {
    /// The example as a line of the file.
    pub fn line(&self) -> String {
        format!("{} = {}", self.name, self.example)
    }

    /// Says that the value at `place` is not taken.
    pub fn refuse(&self, value: &Value, refused: RefusedValue, place: String) -> ConfigError {
        ConfigError::BadValue {
            place,
            name: self.name,
            value: value.to_string(),
            allowed: refused.0.unwrap_or(self.allowed).to_owned(),
            example: self.example.to_owned(),
        }
    }
}

/// The section of that name, with the name that lives as long as the table.
pub fn section(name: &str) -> Option<&'static str> {
    KEYS.iter().map(|key| key.section).find(|section| *section == name)
}

/// All sections as they are written, in the order of the file.
pub fn sections() -> Vec<String> {
    let mut names: Vec<String> = KEYS.iter().map(|key| format!("[{}]", key.section)).collect();
    names.dedup();
    names
}

pub fn find(section: &str, name: &str) -> Option<&'static SettingKey> {
    KEYS.iter().find(|key| key.section == section && key.name == name)
}

/// The key that a flag or a test means by its name alone.
pub fn named(name: &str) -> Option<&'static SettingKey> {
    KEYS.iter().find(|key| key.name == name)
}

/// Two lines that show where a key belongs: that of the name, or a common one.
pub fn home(name: &str) -> String {
    named(name)
        .or_else(|| named("listen"))
        .map(|key| format!("[{}]\n{}", key.section, key.line()))
        .unwrap_or_default()
}

/// How many letters must change to make one word the other (Levenshtein).
pub fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let changed = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_the_one_that_was_meant() {
        assert_eq!(distance("listen", "listen"), 0);
        assert_eq!(distance("listen", "listn"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
