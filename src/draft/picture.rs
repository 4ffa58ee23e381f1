//! A picture that an agent made or looked at: its original bytes, never encoded again.

use std::io::Cursor;
use std::sync::Arc;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use domain::media_name::{MediaName, Raster};

/// The `event_type` of a picture in a file.
pub const IN_A_FILE: &str = "picture";
/// The largest picture that is stored. A screenshot of a whole page takes a few MiB.
pub const LARGEST_BYTES: usize = 16 * 1024 * 1024;
/// The most pixels, because a browser uses four bytes for each, however small the file is.
pub const MOST_PIXELS: usize = 64 * 1024 * 1024;

/// See the module. Cheap to copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub name: MediaName,
    pub bytes: Arc<[u8]>,
    /// In pixels, as its header says.
    pub width: usize,
    pub height: usize,
}

impl Picture {
    /// The picture in these bytes; none if they are not a raster image, or one that is too large.
    pub fn of(bytes: Vec<u8>) -> Option<Self> {
        let raster = Raster::of_head(&bytes).filter(|_| bytes.len() <= LARGEST_BYTES)?;
        let size = imagesize::reader_size(Cursor::new(&bytes)).ok()?;
        let (width, height) = (size.width, size.height);
        let pixels = width.checked_mul(height)?;
        if !(1..=MOST_PIXELS).contains(&pixels) {
            return None;
        }
        let hash: [u8; 32] = Sha256::digest(&bytes).into();
        Some(Self {
            name: MediaName::new(&hash, raster),
            bytes: bytes.into(),
            width,
            height,
        })
    }

    /// The note that replaces it in a payload.
    pub fn note(&self) -> Map<String, Value> {
        Map::from_iter([
            ("type".to_owned(), "image".into()),
            ("media".to_owned(), self.name.as_str().into()),
            ("media_type".to_owned(), self.name.raster().media_type().into()),
            ("size_bytes".to_owned(), self.bytes.len().into()),
            ("width".to_owned(), self.width.into()),
            ("height".to_owned(), self.height.into()),
        ])
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The head of a PNG and some bytes; no viewer shows it, and it has a size.
    pub(crate) fn png(width: u32, height: u32, rest: &[u8]) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
        bytes.extend(rest);
        bytes
    }

    #[test]
    fn a_picture_is_named_by_what_it_holds_and_keeps_its_bytes() {
        let bytes = png(1280, 720, b"some more");
        let picture = Picture::of(bytes.clone()).expect("a picture");
        assert_eq!((picture.width, picture.height), (1280, 720));
        assert_eq!(&*picture.bytes, bytes.as_slice());
        assert_eq!(picture.note()["media"], picture.name.as_str());
        assert_eq!(picture.note()["media_type"], "image/png");
        let other = Picture::of(png(1280, 720, b"something else")).expect("a picture");
        assert_ne!(picture.name, other.name);
        // `printf ''` through sha256sum, so that the name is one that others compute, too.
        let hash: [u8; 32] = Sha256::digest(b"").into();
        assert!(
            MediaName::new(&hash, Raster::Gif)
                .as_str()
                .starts_with("e3b0c44298fc1c14")
        );
    }

    #[test]
    fn every_raster_type_is_told_by_its_bytes() {
        let gif = b"GIF89a\x03\0\x02\0\0\0\0".to_vec();
        let webp = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\x02\x40\0\0\0\0\0\0\0\0\0\0\0".to_vec();
        let jpeg =
            b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x11\x08\0\x02\0\x03\x03\0\0\0\0\0\0\0\0\0"
                .to_vec();
        for (bytes, extension) in [(gif, "gif"), (webp, "webp"), (jpeg, "jpg")] {
            let picture = Picture::of(bytes).unwrap_or_else(|| panic!("no {extension}"));
            assert!(picture.name.as_str().ends_with(extension), "{}", picture.name);
            assert_eq!((picture.width, picture.height), (3, 2), "{extension}");
        }
    }

    #[test]
    fn what_is_no_picture_or_too_large_is_none() {
        let mut large = png(2, 2, b"");
        large.resize(LARGEST_BYTES + 1, 0);
        for (what, bytes) in [
            ("empty", Vec::new()),
            ("a drawing", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec()),
            ("text", b"PNG".repeat(20)),
            ("cut off", png(1, 1, b"")[..12].to_vec()),
            ("no pixels", png(0, 7, b"")),
            ("too many pixels", png(65_000, 65_000, b"")),
            ("too many bytes", large),
        ] {
            assert_eq!(Picture::of(bytes), None, "{what}");
        }
    }
}
