//! A pushed body: one item, a JSON array of them, or one on each line. A broken one never takes the others with it.

use serde_json::Value;
use serde_json::value::RawValue;

use draft::lenient_json;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// One item of a body.
#[derive(Clone, Debug, PartialEq)]
pub enum BodyPart {
    Item(Value),
    /// It is no JSON, and why.
    Broken(String),
}

/// Why a body has no items at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    #[error("the body is empty; send one event, a JSON array of events, or one event per line")]
    Empty,
    #[error("the body is not valid JSON: {0}; send one event, a JSON array of events, or one event per line")]
    Broken(String),
}

/// Takes a body apart. `by_line` says that its sender called it NDJSON; otherwise that is found out by looking.
/// Takes time in proportion to the body's length, whatever it holds.
pub fn parts(body: &[u8], by_line: bool) -> Result<Vec<BodyPart>, BodyError> {
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body).trim_ascii();
    let Some(first) = body.first() else {
        return Err(BodyError::Empty);
    };
    let is_list = *first == b'[';
    let error = match serde_json::from_slice(body) {
        Ok(Value::Array(items)) => return Ok(items.into_iter().map(BodyPart::Item).collect()),
        Ok(item) => return Ok(vec![BodyPart::Item(item)]),
        Err(error) => error,
    };
    if !is_list && (by_line || looks_like_lines(body)) {
        return Ok(lines(body));
    }
    if let Ok(text) = std::str::from_utf8(body) {
        match lenient_json::parse(text).map(|parsed| parsed.value) {
            Ok(Value::Array(items)) => return Ok(items.into_iter().map(BodyPart::Item).collect()),
            Ok(item) => return Ok(vec![BodyPart::Item(item)]),
            Err(_) => {}
        }
        if let Some(items) = listed(text).filter(|_| is_list) {
            return Ok(items);
        }
    }
    if by_line {
        return Ok(lines(body));
    }
    Err(BodyError::Broken(error.to_string()))
}

/// Whether an item stands on a line of its own: at its very beginning, where none of a printed object's inner ones stands.
fn looks_like_lines(body: &[u8]) -> bool {
    let mut lines = body.split(|byte| *byte == b'\n');
    let is_one = |line: &[u8]| line.trim_ascii().len() == body.len();
    lines.any(|line| {
        let text = std::str::from_utf8(line).ok().filter(|line| line.starts_with('{'));
        !is_one(line) && text.is_some_and(|text| matches!(part(text, ""), BodyPart::Item(Value::Object(_))))
    })
}

/// The items of an array, each read by itself; none if it is no array.
fn listed(text: &str) -> Option<Vec<BodyPart>> {
    let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    let items = items.into_iter().map(|item| part(item.get(), "the item"));
    Some(items.collect())
}

fn lines(body: &[u8]) -> Vec<BodyPart> {
    let lines = body.split(|byte| *byte == b'\n').enumerate();
    let lines = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    lines
        .map(|(at, line)| {
            let name = format!("line {}", at + 1);
            match std::str::from_utf8(line) {
                Ok(line) => part(line, &name),
                Err(_) => BodyPart::Broken(format!("{name} is not UTF-8")),
            }
        })
        .collect()
}

fn part(text: &str, name: &str) -> BodyPart {
    match lenient_json::parse(text) {
        Ok(parsed) => BodyPart::Item(parsed.value),
        Err(error) => BodyPart::Broken(format!("{name} is not valid JSON: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn items(body: &str) -> Vec<Option<Value>> {
        let parts = parts(body.as_bytes(), false).expect("a body with items");
        let item = |part| match part {
            BodyPart::Item(item) => Some(item),
            BodyPart::Broken(_) => None,
        };
        parts.into_iter().map(item).collect()
    }

    #[test]
    fn one_item_a_list_and_lines_are_told_apart_by_looking() {
        let (a, b) = (json!({"a": 1}), json!({"b": 2}));
        assert_eq!(items("{\"a\":1}\n"), [Some(a.clone())]);
        assert_eq!(items("\u{feff} {\n  \"a\": 1\n}"), [Some(a.clone())]);
        for two in [
            "[{\"a\":1},{\"b\":2}]",
            "[\n  {\"a\": 1},\n  {\"b\": 2}\n]",
            "{\"a\":1}\n{\"b\":2}",
            "{\"a\":1}\r\n\r\n{\"b\":2}\r\n",
        ] {
            assert_eq!(items(two), [Some(a.clone()), Some(b.clone())], "{two}");
        }
        assert_eq!(items("[]"), []);
        assert_eq!(parts(b" \n ", true), Err(BodyError::Empty));
    }

    #[test]
    fn a_broken_line_leaves_the_others() {
        let (a, b) = (Some(json!({"a": 1})), Some(json!({"b": 2})));
        assert_eq!(items("{\"a\":1}\n{\"broken\n{\"b\":2}"), [a.clone(), None, b.clone()]);
        assert_eq!(items("{\"bro\n{\"a\":1}\n{\"b\":2"), [None, a, None]);
        let parts = parts(b"{\"a\":1}\n{\"\xff\":1}", false).expect("lines");
        assert_eq!(parts[1], BodyPart::Broken("line 2 is not UTF-8".to_owned()));
    }

    #[test]
    fn an_item_nested_too_deep_leaves_the_others() {
        let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
        let found = items(&format!("[{{\"a\":1}},{{\"deep\":{deep}}},{{\"b\":2}}]"));
        assert_eq!(found, [Some(json!({"a": 1})), None, Some(json!({"b": 2}))]);
        assert!(parts(format!("{{\"deep\":{deep}}}").as_bytes(), false).is_err());
    }

    #[test]
    fn what_python_writes_for_json_is_read() {
        assert_eq!(items("{\"a\": NaN}"), [Some(json!({"a": null}))]);
        let printed = "{\n  \"list\": [\n    {\"a\": NaN},\n    {\"b\": 1}\n  ]\n}";
        assert_eq!(items(printed), [Some(json!({"list": [{"a": null}, {"b": 1}]}))]);
        assert_eq!(
            items("[{\"a\": -Infinity}, {\"b\": 2}]"),
            [Some(json!({"a": null})), Some(json!({"b": 2}))]
        );
        assert_eq!(
            items("{\"a\":NaN}\n{\"b\":\"\\ud83d\"}"),
            [Some(json!({"a": null})), Some(json!({"b": "\u{fffd}"}))]
        );
    }

    #[test]
    fn text_that_is_no_json_is_refused_with_the_place() {
        for broken in ["hello", "{\"a\":", "{\n  \"a\": 1,\n  \"b\"\n}", "[{\"a\":1}", "[1,]"] {
            let error = parts(broken.as_bytes(), false).expect_err(broken);
            assert!(error.to_string().contains("line"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_apart_or_refused(body in prop::collection::vec(any::<u8>(), 0..200), by_line: bool) {
            let _ = parts(&body, by_line);
        }

        #[test]
        fn every_line_is_an_item_or_a_broken_one(lines in prop::collection::vec("[ -~]{1,20}|\\{\"a\":[0-9]\\}", 1..20)) {
            let body = lines.join("\n");
            let full = lines.iter().filter(|line| !line.trim().is_empty()).count();
            if let Ok(found) = parts(body.as_bytes(), true) && full > 1 {
                prop_assert_eq!(found.len(), full);
            }
        }
    }
}
