//! Cutting texts to a bound that holds on the wire: measured as JSON, where one control character takes six bytes.

/// The bytes of a character inside a JSON string.
fn json_bytes(c: char) -> usize {
    match c {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        c if (c as u32) < 0x20 => 6,
        c => c.len_utf8(),
    }
}

/// The bytes a text takes inside a JSON string, without the quotes.
pub fn json_len(text: &str) -> usize {
    text.chars().map(json_bytes).sum()
}

/// The beginning of a text, at most `max_bytes` as JSON, with an ellipsis if something was cut.
pub fn excerpt(text: &str, max_bytes: usize) -> String {
    // Most texts are short, and a text of n bytes takes at most 6n.
    if text.len() * 6 <= max_bytes {
        return text.to_owned();
    }
    let mut used = 0;
    let mut fits = 0;
    for (at, c) in text.char_indices() {
        used += json_bytes(c);
        if used > max_bytes {
            return format!("{}…", &text[..fits]);
        }
        if used + '…'.len_utf8() <= max_bytes {
            fits = at + c.len_utf8();
        }
    }
    text.to_owned()
}

/// The first line that is not blank, cut like [`excerpt`].
pub fn first_line(text: &str, max_bytes: usize) -> String {
    excerpt(
        text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or(""),
        max_bytes,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_never_exceeds_its_bound_as_json() {
        for text in [
            "short",
            "\u{0}\u{1}\u{2}\u{3}\u{4}\u{5}",
            "äöü€𝄞 and more than that",
            "\"\\\n\"\\\n\"\\\n\"\\\n",
        ] {
            for max in 3..60 {
                let cut = excerpt(text, max);
                assert!(json_len(&cut) <= max, "{text:?} cut to {max} gave {cut:?}");
                assert_eq!(
                    serde_json::to_string(&cut).expect("text is JSON").len(),
                    json_len(&cut) + 2
                );
            }
        }
        assert_eq!(excerpt("whole", 100), "whole");
        assert_eq!(excerpt("abcdefghij", 8), "abcde…");
    }
}
