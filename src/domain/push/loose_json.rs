//! What Python's `json.dumps` writes although it is no JSON: `NaN`, `Infinity` and halves of surrogate pairs.

/// What stands where half a character stood: U+FFFD as an escape.
const REPLACEMENT: &str = "\\ufffd";

/// The text as JSON: null for what is no number, U+FFFD for what is no character. None if there is nothing to mend.
pub(super) fn tightened(text: &str) -> Option<String> {
    let mut tight = String::new();
    let mut copied = 0;
    let mut at = 0;
    let bytes = text.as_bytes();
    let mut in_string = false;
    while at < bytes.len() {
        let (length, mended) = match (in_string, bytes[at]) {
            (_, b'"') => {
                in_string = !in_string;
                (1, None)
            }
            (true, b'\\') => escape(&bytes[at..]),
            (false, b'N' | b'I' | b'-') => {
                let rest = &bytes[at..];
                let word = ["NaN", "Infinity", "-Infinity"]
                    .into_iter()
                    .find(|word| rest.starts_with(word.as_bytes()));
                word.map_or((1, None), |word| (word.len(), Some("null")))
            }
            _ => (1, None),
        };
        if let Some(mended) = mended {
            tight.push_str(&text[copied..at]);
            tight.push_str(mended);
            copied = at + length;
        }
        at += length;
    }
    (copied > 0).then(|| tight + &text[copied..])
}

/// The length of an escape, and what to put in its place. A whole pair of surrogates is one escape.
fn escape(rest: &[u8]) -> (usize, Option<&'static str>) {
    match surrogate(rest) {
        None => (2, None),
        Some(0xd800..0xdc00) if matches!(rest.get(6..).and_then(surrogate), Some(0xdc00..0xe000)) => (12, None),
        Some(_) => (6, Some(REPLACEMENT)),
    }
}

/// The number of an escape such as `\ud83d`, if it is half a pair.
fn surrogate(rest: &[u8]) -> Option<u32> {
    let digits = rest.strip_prefix(b"\\u")?.get(..4)?;
    let digits = std::str::from_utf8(digits).ok()?;
    let number = u32::from_str_radix(digits, 16).ok()?;
    (0xd800..0xe000).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_is_no_json_is_mended() {
        assert_eq!(
            tightened(r#"{"a":NaN,"b":[Infinity,-Infinity],"c":-1}"#).as_deref(),
            Some(r#"{"a":null,"b":[null,null],"c":-1}"#)
        );
        assert_eq!(
            tightened(r#"["\ud83d","\ude00 \ud83d\ude00"]"#).as_deref(),
            Some(r#"["\ufffd","\ufffd \ud83d\ude00"]"#)
        );
        for fine in [r#"{"NaN":"NaN \"Infinity\\","b":"\\ud83d"}"#, "", "\"\\"] {
            assert_eq!(tightened(fine), None, "{fine}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "[\"\\\\uNaInfty\\-d83e ä{}:,]{0,60}") {
            let _ = tightened(&text);
        }

        #[test]
        fn json_is_left_as_it_is(text in any::<String>()) {
            let json = serde_json::to_string(&text).expect("a text is JSON");
            prop_assert_eq!(tightened(&json), None);
        }
    }
}
