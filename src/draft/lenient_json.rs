//! JSON as real tools write it: with Python's `NaN`, halves of surrogate pairs, and bare control characters.
//!
//! Valid text is parsed once, as it is; only invalid text is repaired and parsed again.

use serde_json::Value;

/// What was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    pub value: Value,
    /// What had to be repaired first.
    pub mended: Option<&'static str>,
}

/// Parses a text; the error is about the text before any repair.
pub fn parse(text: &str) -> Result<Parsed, String> {
    let error = match serde_json::from_str(text) {
        Ok(value) => return Ok(Parsed { value, mended: None }),
        Err(error) => error,
    };
    let mended = mend(text).and_then(|(text, what)| {
        let value = serde_json::from_str(&text).ok()?;
        Some(Parsed {
            value,
            mended: Some(what),
        })
    });
    mended.ok_or_else(|| error.to_string())
}

/// The text with what JSON does not allow replaced by the closest equivalent; none if there is nothing of that kind.
fn mend(text: &str) -> Option<(String, &'static str)> {
    let bytes = text.as_bytes();
    let mut mended = String::with_capacity(text.len());
    let mut what = None;
    let (mut copied, mut at, mut in_string) = (0, 0, false);
    while at < bytes.len() {
        let replacement: Option<(usize, String, &'static str)> = match bytes[at] {
            b'"' => {
                in_string = !in_string;
                None
            }
            b'\\' if in_string => match surrogate(bytes, at) {
                Some(Surrogate::Pair) => {
                    at += 12;
                    continue;
                }
                Some(Surrogate::Half) => Some((6, "\\ufffd".into(), "half a surrogate pair")),
                None => {
                    at += 2;
                    continue;
                }
            },
            control @ 0..0x20 if in_string => Some((1, format!("\\u{control:04x}"), "a bare control character")),
            b'N' | b'I' | b'-' if !in_string => ["NaN", "Infinity", "-Infinity"]
                .into_iter()
                .find(|word| bytes[at..].starts_with(word.as_bytes()))
                .map(|word| (word.len(), "null".into(), "a number that is none")),
            _ => None,
        };
        match replacement {
            Some((length, instead, kind)) => {
                mended.push_str(&text[copied..at]);
                mended.push_str(&instead);
                at += length;
                copied = at;
                what = what.or(Some(kind));
            }
            None => at += 1,
        }
    }
    what.map(|what| (mended + &text[copied..], what))
}

enum Surrogate {
    Pair,
    Half,
}

/// The kind of surrogate that the escape at `at` stands for, if any.
fn surrogate(bytes: &[u8], at: usize) -> Option<Surrogate> {
    let unit = |at: usize| {
        let escape = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
        let all_hex = escape.iter().all(u8::is_ascii_hexdigit);
        u16::from_str_radix(std::str::from_utf8(escape).ok().filter(|_| all_hex)?, 16).ok()
    };
    match unit(at)? {
        0xd800..=0xdbff => match unit(at + 6) {
            Some(0xdc00..=0xdfff) => Some(Surrogate::Pair),
            _ => Some(Surrogate::Half),
        },
        0xdc00..=0xdfff => Some(Surrogate::Half),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn what_javascript_and_python_write_is_read_and_said_to_be_mended() {
        let read = |text: &str| {
            parse(text)
                .map(|parsed| (parsed.value, parsed.mended.is_some()))
                .map_err(|_| ())
        };
        assert_eq!(read(r#"{"a": 1}"#), Ok((json!({"a": 1}), false)));
        assert_eq!(
            read(r#"{"cut": "x\ud83d", "whole": "\ud83d\ude00", "low": "\ude00\\ud83d"}"#),
            Ok((
                json!({"cut": "x\u{fffd}", "whole": "😀", "low": "\u{fffd}\\ud83d"}),
                true
            ))
        );
        assert_eq!(
            read(r#"{"cost": NaN, "max": [-Infinity, Infinity, -1], "text": "NaN"}"#),
            Ok((json!({"cost": null, "max": [null, null, -1], "text": "NaN"}), true))
        );
        assert_eq!(read("{\"a\": \"x\ty\"}"), Ok((json!({"a": "x\ty"}), true)));
        for bad in ["", "{", "plain text", r#"{"a": NaN"#, r#"{"a":"\u12"}"#, "{\"a\\"] {
            assert_eq!(read(bad), Err(()), "{bad}");
        }
    }

    #[test]
    fn nesting_without_end_is_refused() {
        assert!(parse(&"[".repeat(100_000)).is_err());
        assert!(parse(&format!("{}NaN{}", "[".repeat(1_000), "]".repeat(1_000))).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in r#"["\\u0-9a-fNI{}:, \x00é-]{0,40}"#) {
            let _ = parse(&text);
        }
    }
}
