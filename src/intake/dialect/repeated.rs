//! The structured copy of a tool's answer: what of it the answer itself, the call or the diff says already is dropped, before
//! anything is searched for in it. It is most of the bytes of a stream.

use serde_json::{Map, Value};

use domain::payload;

/// Fields that hold what the answer says, however short.
const ANSWERS: [&str; 6] = ["stdout", "stderr", "content", "output", "result", "text"];
/// A shorter text in another field may be in the answer by chance.
const LONG: usize = 48;

/// Drops what stands elsewhere in the line, or in the call and its diff.
pub(super) fn drop_repeats(result: &mut Value, line: &Value) {
    let answers = Answers::of(line);
    match result {
        Value::String(text) => {
            let said = text.strip_prefix("Error: ").unwrap_or(text);
            if answers.say(said) {
                *result = Value::Null;
            }
        }
        Value::Array(_) if answers.say_all(result) => *result = Value::Null,
        Value::Object(fields) => drop_fields(fields, &answers),
        _ => {}
    }
}

fn drop_fields(fields: &mut Map<String, Value>, answers: &Answers<'_>) {
    let is_of_file = fields.contains_key("filePath");
    let is_of_agent = fields.contains_key("agentId");
    fields.retain(|field, value| {
        let is_repeated = match (field.as_str(), &*value) {
            ("originalFile" | "oldString" | "newString", _) => true,
            ("content", Value::String(_)) if is_of_file => true,
            // It stands in the call.
            ("prompt" | "description", Value::String(_)) if is_of_agent => true,
            (field, Value::String(text)) => (ANSWERS.contains(&field) || text.len() >= LONG) && answers.say(text),
            (_, Value::Array(_)) => answers.say_all(value),
            _ => false,
        };
        !is_repeated
    });
    if let Some(Value::Object(file)) = fields.get_mut("file") {
        file.retain(|field, _| !matches!(field.as_str(), "content" | "base64"));
    }
}

/// The texts that a line's answers hold.
struct Answers<'a>(Vec<&'a str>);

impl<'a> Answers<'a> {
    fn of(line: &'a Value) -> Self {
        let blocks = line.get("message").and_then(|message| message.get("content"));
        let mut texts = Vec::new();
        for block in blocks.and_then(Value::as_array).into_iter().flatten() {
            match block.get("content") {
                Some(Value::String(text)) => texts.push(text.as_str()),
                Some(Value::Array(parts)) => texts.extend(parts.iter().filter_map(|part| payload::text(part, "text"))),
                _ => {}
            }
        }
        Self(texts)
    }

    fn say(&self, text: &str) -> bool {
        let text = text.trim();
        let says = |said: &&str| {
            let said = said.trim_start();
            said.len() >= text.len() && (said.starts_with(text) || said.contains(text))
        };
        text.is_empty() || self.0.iter().any(says)
    }

    /// Whether a list holds nothing but texts, and they are said, one after the other.
    fn say_all(&self, list: &Value) -> bool {
        let Value::Array(parts) = list else { return false };
        let follows = |said: &&str| {
            let mut rest = *said;
            parts.iter().all(|part| {
                let text = part.as_str().or_else(|| payload::text(part, "text"));
                let found = text.and_then(|text| Some((rest.find(text.trim())?, text.trim().len())));
                if let Some((at, length)) = found {
                    rest = &rest[at + length..];
                }
                found.is_some()
            })
        };
        let are_texts = |part: &Value| part.is_string() || part.get("text").is_some();
        !parts.is_empty()
            && parts.iter().all(are_texts)
            && (self.0.iter().any(follows) || (self.0.len() == parts.len() && self.say_each(parts)))
    }

    /// Whether each answer is one of these texts.
    fn say_each(&self, parts: &[Value]) -> bool {
        let is_said = |(said, part): (&&str, &Value)| {
            let text = part.as_str().or_else(|| payload::text(part, "text"));
            text.is_some_and(|text| said.trim() == text.trim())
        };
        self.0.iter().zip(parts).all(is_said)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rest(content: &Value, result: Value) -> Value {
        let line = json!({"message": {"content": [{"type": "tool_result", "content": content}]}});
        let mut result = result;
        drop_repeats(&mut result, &line);
        result
    }

    #[test]
    fn what_the_answer_says_is_dropped_and_the_rest_stays() {
        let output = json!("a\nb");
        assert_eq!(
            rest(
                &output,
                json!({"stdout": "a\nb\n", "stderr": "", "interrupted": false, "backgroundTaskId": "b1"})
            ),
            json!({"interrupted": false, "backgroundTaskId": "b1"})
        );
        assert_eq!(
            rest(&output, json!({"stdout": "a\nb\nc"})),
            json!({"stdout": "a\nb\nc"}),
            "the answer was cut"
        );
        assert_eq!(rest(&json!("no"), json!("Error: no")), Value::Null);
        assert_eq!(
            rest(
                &json!([{"type": "text", "text": "HI"}]),
                json!([{"type": "text", "text": "HI"}])
            ),
            Value::Null
        );
        let tasks = json!({"tasks": [{"id": "1", "subject": "x"}], "taskId": "1"});
        assert_eq!(rest(&json!("#1 x"), tasks.clone()), tasks);
    }

    #[test]
    fn what_a_diff_says_is_dropped() {
        let edit = json!({"filePath": "/p", "oldString": "a", "newString": "b", "originalFile": "a", "content": "c",
            "structuredPatch": [{"lines": []}], "userModified": true});
        assert_eq!(
            rest(&json!("done"), edit),
            json!({"filePath": "/p", "structuredPatch": [{"lines": []}], "userModified": true})
        );
        let read = json!({"type": "text", "file": {"filePath": "/p", "content": "long", "numLines": 3}});
        assert_eq!(
            rest(&json!("1 long"), read),
            json!({"type": "text", "file": {"filePath": "/p", "numLines": 3}})
        );
    }
}
