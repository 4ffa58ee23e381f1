//! The name of a picture's file: the SHA-256 of its contents in hex, and the extension of its type.
//!
//! A name that was parsed is one path component of a known shape, whoever sent it.

use std::fmt;
use std::str::FromStr;

/// For example `9f86d0…0a08.png`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaName(String);

/// The types that are stored: raster images that every browser shows. A drawing such as SVG can contain scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raster {
    Png,
    Jpeg,
    Gif,
    Webp,
}

/// A text that names no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid picture name; it has 64 hex digits and ends in .png, .jpg, .gif or .webp")]
pub struct NoMediaName;

impl Raster {
    const ALL: [Self; 4] = [Self::Png, Self::Jpeg, Self::Gif, Self::Webp];

    /// The type according to the first bytes; twelve are enough.
    pub fn of_head(head: &[u8]) -> Option<Self> {
        match head {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            _ => None,
        }
    }

    pub fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Gif => "gif",
            Self::Webp => "webp",
        }
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
        }
    }
}

impl MediaName {
    /// The name of a picture with this SHA-256.
    pub fn new(hash: &[u8; 32], raster: Raster) -> Self {
        use fmt::Write as _;
        let mut name = String::with_capacity(69);
        for byte in hash {
            // Writing to a string does not fail.
            let _ = write!(name, "{byte:02x}");
        }
        name.push('.');
        name.push_str(raster.extension());
        Self(name)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn raster(&self) -> Raster {
        // The extension was checked when the name was made.
        raster_of(&self.0[65..]).unwrap_or(Raster::Png)
    }
}

fn raster_of(extension: &str) -> Option<Raster> {
    Raster::ALL.into_iter().find(|raster| raster.extension() == extension)
}

impl FromStr for MediaName {
    type Err = NoMediaName;

    fn from_str(text: &str) -> Result<Self, NoMediaName> {
        let (hash, extension) = text.split_once('.').ok_or(NoMediaName)?;
        let is_hash = hash.len() == 64 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        match raster_of(extension) {
            Some(_) if is_hash => Ok(Self(text.to_owned())),
            _ => Err(NoMediaName),
        }
    }
}

impl fmt::Display for MediaName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_pictures_are_names() {
        let hash = "0123456789abcdef".repeat(4);
        for extension in ["png", "jpg", "gif", "webp"] {
            let name: MediaName = format!("{hash}.{extension}").parse().expect("a name");
            assert_eq!(name.raster().extension(), extension);
        }
        for text in [
            String::new(),
            hash.clone(),
            format!("{hash}.svg"),
            format!("{hash}.png.png"),
            format!("{}.png", hash.to_uppercase()),
            format!("{}.png", &hash[1..]),
            format!("../{}.png", &hash[3..]),
            format!("{}/.png", &hash[1..]),
        ] {
            assert_eq!(text.parse::<MediaName>(), Err(NoMediaName), "{text}");
        }
    }
}
