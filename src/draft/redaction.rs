//! The one place where secrets are removed: before anything is diffed, written, indexed, sent or exported.
//!
//! What has been through here is `Clean`, and only `Clean` values are parsed, diffed and recorded; the types guarantee that.

use serde_json::Value;

/// What replaces a secret.
pub const MASK: &str = "[redacted]";

/// Something without the secrets that the rules know. Only this module can create one.
#[derive(Clone, Debug, PartialEq)]
pub struct Clean<T>(T);

impl<T> Clean<T> {
    pub fn get(&self) -> &T {
        &self.0
    }

    pub fn into_inner(self) -> T {
        self.0
    }
}

/// A secret recognised by its start: the prefix, the minimum number of characters that must follow, and which may.
struct Rule {
    prefix: &'static str,
    min_tail: usize,
    tail: fn(u8) -> bool,
}

const fn rule(prefix: &'static str, min_tail: usize, tail: fn(u8) -> bool) -> Rule {
    Rule { prefix, min_tail, tail }
}

fn word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')
}

fn alphanumeric(b: u8) -> bool {
    b.is_ascii_alphanumeric()
}

fn token(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'~' | b'+' | b'/' | b'=')
}

/// Prefixes as documented by the issuers; the lengths are below the shortest known, so that a new length is still caught.
const RULES: [Rule; 24] = [
    rule("sk-ant-", 16, word),
    rule("sk-", 20, word),
    rule("sk_live_", 10, alphanumeric),
    rule("sk_test_", 10, alphanumeric),
    rule("rk_live_", 10, alphanumeric),
    rule("ghp_", 20, alphanumeric),
    rule("gho_", 20, alphanumeric),
    rule("ghu_", 20, alphanumeric),
    rule("ghs_", 20, alphanumeric),
    rule("ghr_", 20, alphanumeric),
    rule("github_pat_", 20, word),
    rule("glpat-", 16, word),
    rule("xoxb-", 10, word),
    rule("xoxp-", 10, word),
    rule("xoxa-", 10, word),
    rule("xapp-", 10, word),
    rule("AKIA", 16, alphanumeric),
    rule("ASIA", 16, alphanumeric),
    rule("AIza", 30, word),
    rule("ya29.", 20, word),
    rule("npm_", 30, alphanumeric),
    rule("pypi-", 30, word),
    rule("hf_", 30, alphanumeric),
    rule("Bearer ", 20, token),
];

const KEY_BEGIN: &str = "-----BEGIN ";
const KEY_END: &str = "-----END ";

/// Removes secrets from every string of a JSON value, field names included.
pub fn value(mut value: Value) -> Clean<Value> {
    clean(&mut value);
    Clean(value)
}

/// Removes secrets from a text.
pub fn text(text: String) -> Clean<String> {
    match redacted(&text) {
        Some(clean) => Clean(clean),
        None => Clean(text),
    }
}

fn clean(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some(clean) = redacted(text) {
                *text = clean;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(clean),
        Value::Object(map) => {
            map.values_mut().for_each(clean);
            let dirty: Vec<String> = map.keys().filter(|key| redacted(key).is_some()).cloned().collect();
            for key in dirty {
                if let (Some(value), Some(clean)) = (map.remove(&key), redacted(&key)) {
                    map.insert(clean, value);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The text with masks; none if there is nothing to mask, which is the usual case and costs one pass.
fn redacted(text: &str) -> Option<String> {
    let mut clean = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(begin) = next_begin(text.as_bytes(), at) {
        at = match secret_end(text, begin) {
            Some((keep, end)) => {
                clean.push_str(&text[copied..begin + keep]);
                clean.push_str(MASK);
                copied = end;
                end
            }
            None => begin + 1,
        };
    }
    (copied > 0).then(|| clean + &text[copied..])
}

/// Which rules a byte can start, and which have it as their second byte: one bit for each, the last one for private keys.
/// These two lookups skip nearly all of a text at the speed of reading it.
static FIRST: [u32; 256] = rules_by_byte(0);
static SECOND: [u32; 256] = rules_by_byte(1);

const fn rules_by_byte(place: usize) -> [u32; 256] {
    let mut rules = [0; 256];
    let mut at = 0;
    while at < RULES.len() {
        rules[RULES[at].prefix.as_bytes()[place] as usize] |= 1 << at;
        at += 1;
    }
    rules[KEY_BEGIN.as_bytes()[place] as usize] |= 1 << RULES.len();
    rules
}

/// The next position, from `at` on, with two bytes that can start something to be removed.
fn next_begin(bytes: &[u8], at: usize) -> Option<usize> {
    let found = bytes
        .get(at..)?
        .windows(2)
        .position(|pair| FIRST[usize::from(pair[0])] & SECOND[usize::from(pair[1])] != 0)?;
    Some(at + found)
}

/// Where a secret that starts at `at` ends, and how much of its start may stay to show what it was.
fn secret_end(text: &str, at: usize) -> Option<(usize, usize)> {
    let rest = text.as_bytes().get(at..)?;
    if rest.starts_with(KEY_BEGIN.as_bytes()) {
        return private_key_end(text, at);
    }
    let inside_word = at > 0 && text.as_bytes()[at - 1].is_ascii_alphanumeric();
    if inside_word {
        return None;
    }
    RULES
        .iter()
        .filter(|rule| rest.starts_with(rule.prefix.as_bytes()))
        .find_map(|rule| {
            let tail = rest[rule.prefix.len()..]
                .iter()
                .take_while(|b| (rule.tail)(**b))
                .count();
            (tail >= rule.min_tail && looks_random(&rest[rule.prefix.len()..rule.prefix.len() + tail]))
                .then_some((rule.prefix.len(), at + rule.prefix.len() + tail))
        })
}

/// A secret has a digit or an upper-case letter; `sk-learn-is-a-long-word-with-dashes` has none.
fn looks_random(tail: &[u8]) -> bool {
    tail.iter().any(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

/// A private key extends to its END line, or to the end of the text if it was cut off.
fn private_key_end(text: &str, at: usize) -> Option<(usize, usize)> {
    let head_end = at
        + text[at..]
            .find('\n')
            .or_else(|| text[at..].find("\\n"))
            .unwrap_or(text.len() - at);
    let head = &text[at..head_end];
    if !head.contains("PRIVATE KEY") {
        return None;
    }
    // The first: on one line with its key the label of the end stands there as well. What was masked before is no part of it.
    let label_end = head.find("KEY-----").map_or_else(
        || head.strip_suffix(MASK).unwrap_or(head).len(),
        |label| label + "KEY-----".len(),
    );
    let end = text[at..].find(KEY_END).map_or(text.len(), |end| at + end);
    Some((label_end, end.max(at + label_end)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Made here, of no use anywhere; assembled so that no scanner takes them for real.
    fn secrets() -> Vec<String> {
        let tail = "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8";
        RULES.iter().map(|rule| format!("{}{tail}", rule.prefix)).collect()
    }

    #[test]
    fn every_rule_removes_its_secret_wherever_it_stands() {
        for secret in secrets() {
            let tail = "A1b2C3d4";
            for around in [
                secret.clone(),
                format!("KEY={secret}"),
                format!("a \"{secret}\", b"),
                format!("x\n+{secret}\n"),
                format!("ä{secret}ö"),
            ] {
                let clean = value(json!({"deep": [{"command": around}]})).into_inner().to_string();
                assert!(!clean.contains(tail), "{clean}");
                assert!(clean.contains(MASK), "{clean}");
            }
        }
    }

    #[test]
    fn a_private_key_is_removed_whole_or_cut_off() {
        let begin = format!("-----BEGIN RSA {}-----", "PRIVATE KEY");
        let whole = format!(
            "before\n{begin}\nMIIEow\nAbCd\n-----END RSA {}-----\nafter",
            "PRIVATE KEY"
        );
        let clean = text(whole).into_inner();
        assert!(
            !clean.contains("MIIEow") && !clean.contains("AbCd") && clean.contains("before") && clean.contains("after"),
            "{clean}"
        );
        assert!(!text(format!("{begin}\nMIIEow")).into_inner().contains("MIIEow"));
    }

    #[test]
    fn a_private_key_on_one_line_is_removed_and_twice_is_no_more_than_once() {
        let (begin, end) = ["BEGIN", "END"]
            .map(|side| format!("-----{side} RSA {}-----", "PRIVATE KEY"))
            .into();
        for (written, clean) in [
            (
                format!("{begin} MIIEow {end} after"),
                format!("{begin}{MASK}{end} after"),
            ),
            (
                format!("{begin}\nMIIEow\n{end}\nafter"),
                format!("{begin}{MASK}{end}\nafter"),
            ),
            (format!("{begin}\nMIIEow"), format!("{begin}{MASK}")),
            (
                "-----BEGIN PRIVATE KEY, cut off".to_owned(),
                format!("-----BEGIN PRIVATE KEY, cut off{MASK}"),
            ),
        ] {
            assert_eq!(text(written).into_inner(), clean);
            assert_eq!(text(clean.clone()).into_inner(), clean);
        }
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for ordinary in [
            "sk-learn is a library",
            "task-0123456789012345678901234",
            "Bearer of good news, he said",
            "ghp_short",
            "-----BEGIN CERTIFICATE-----\nMIIE",
            "ASIA pacific",
            "disk-usage-of-a-very-long-name",
        ] {
            assert_eq!(text(ordinary.to_owned()).into_inner(), ordinary);
        }
    }

    /// The same, with every place of the text tried.
    fn redacted_slowly(text: &str) -> Option<String> {
        let (mut clean, mut copied, mut at) = (String::new(), 0, 0);
        while at < text.len() {
            let end = text.is_char_boundary(at).then(|| secret_end(text, at)).flatten();
            at = end.map_or(at + 1, |(keep, end)| {
                clean.push_str(&text[copied..at + keep]);
                clean.push_str(MASK);
                copied = end;
                end
            });
        }
        (copied > 0).then(|| clean + &text[copied..])
    }

    proptest::proptest! {
        #[test]
        fn no_place_is_passed_over_where_a_secret_begins(
            parts in proptest::collection::vec((".{0,6}", 0_usize..28, 0_usize..40, "[ _=s-]{0,2}"), 0..6),
        ) {
            let tail = "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0";
            let key = format!("-----BEGIN RSA {}-----\nMIIE", "PRIVATE KEY");
            let mut written = String::new();
            for (noise, which, length, between) in &parts {
                let prefix = RULES.get(*which).map_or(if *which == 24 { key.as_str() } else { "" }, |rule| rule.prefix);
                written += &format!("{noise}{between}{prefix}{}", &tail[..*length]);
            }
            proptest::prop_assert_eq!(redacted(&written), redacted_slowly(&written));
        }

        #[test]
        fn redacting_twice_changes_nothing_more(noise in ".{0,40}", which in 0_usize..24) {
            let once = text(format!("{noise}{}{noise}", secrets()[which])).into_inner();
            proptest::prop_assert_eq!(text(once.clone()).into_inner(), once);
        }
    }
}
