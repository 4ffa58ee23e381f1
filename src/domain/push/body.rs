//! A pushed body: one item, a JSON array of them, or one on each line. A broken one never takes the others with it.

use serde_json::Value;
use serde_json::value::RawValue;

use super::loose_json;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// One item of a body.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    Item(Value),
    /// It is no JSON, and why.
    Broken(String),
}

/// Why a body has no items at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    #[error("the body is empty; send one event, a JSON array of events, or one event on each line")]
    Empty,
    #[error("the body is no JSON: {0}; send one event, a JSON array of events, or one event on each line")]
    Broken(String),
}

/// Takes a body apart. `by_line` says that its sender called it NDJSON; otherwise that is found out by looking.
/// Takes time in proportion to the body's length, whatever it holds.
pub fn parts(body: &[u8], by_line: bool) -> Result<Vec<Part>, BodyError> {
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body).trim_ascii();
    let Some(first) = body.first() else {
        return Err(BodyError::Empty);
    };
    let is_list = *first == b'[';
    let error = match serde_json::from_slice(body) {
        Ok(Value::Array(items)) => return Ok(items.into_iter().map(Part::Item).collect()),
        Ok(item) => return Ok(vec![Part::Item(item)]),
        Err(error) => error,
    };
    let text = std::str::from_utf8(body);
    let tight = text.ok().and_then(loose_json::tightened);
    let text = tight.as_deref().or(text.ok());
    if let Some(items) = text.filter(|_| is_list).and_then(listed) {
        return Ok(items);
    }
    if let Some(item) = tight.as_deref().and_then(|text| serde_json::from_str(text).ok()) {
        return Ok(vec![Part::Item(item)]);
    }
    let lines = lines(body);
    let has_item = |parts: &[Part]| {
        let mut items = parts.iter();
        items.any(|part| matches!(part, Part::Item(Value::Object(_))))
    };
    if by_line || (!is_list && lines.len() > 1 && has_item(&lines)) {
        return Ok(lines);
    }
    Err(BodyError::Broken(error.to_string()))
}

/// The items of an array, each read by itself; none if it is no array.
fn listed(text: &str) -> Option<Vec<Part>> {
    let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    let items = items.into_iter().map(|item| part(item.get(), "the item"));
    Some(items.collect())
}

fn lines(body: &[u8]) -> Vec<Part> {
    let lines = body.split(|byte| *byte == b'\n').enumerate();
    let lines = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    lines
        .map(|(at, line)| {
            let name = format!("line {}", at + 1);
            match std::str::from_utf8(line) {
                Ok(line) => part(line, &name),
                Err(_) => Part::Broken(format!("{name} is not UTF-8")),
            }
        })
        .collect()
}

fn part(text: &str, name: &str) -> Part {
    let error = match serde_json::from_str(text) {
        Ok(item) => return Part::Item(item),
        Err(error) => error,
    };
    let tight = loose_json::tightened(text);
    match tight.and_then(|tight| serde_json::from_str(&tight).ok()) {
        Some(item) => Part::Item(item),
        None => Part::Broken(format!("{name} is no JSON: {error}")),
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
            Part::Item(item) => Some(item),
            Part::Broken(_) => None,
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
        assert_eq!(parts[1], Part::Broken("line 2 is not UTF-8".to_owned()));
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
