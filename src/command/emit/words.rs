//! Interprets the words of `adwatch emit`.

use serde_json::{Map, Value, json};

use super::EmitArguments;
use crate::command::UsageError;
use domain::adw_id::AdwId;

/// The kinds with a syntax of their own; any other word is an event type.
const KINDS: [&str; 8] = ["log", "status", "stage", "thinking", "text", "tool", "file", "state"];

/// The item that the words and flags of a command describe. `adw_id` is the workflow that flags or the environment name.
pub(super) fn item(emit: &EmitArguments, adw_id: Option<&str>, stage: Option<&str>) -> Result<Value, UsageError> {
    let (adw_id, kind, rest) = whose(&emit.words, emit.adw_id.is_some(), adw_id)?;
    adw_id.parse::<AdwId>().map_err(|error| usage(error.to_string()))?;
    let mut payload = payload(emit)?;
    let (word, event_type) = match kind {
        "log" => {
            put(&mut payload, "message", text(rest, "log MESSAGE")?);
            payload.entry("level").or_insert_with(|| "INFO".into());
            ("agent_log_entry", "log_entry".to_owned())
        }
        "thinking" => {
            put(&mut payload, "content", text(rest, "thinking TEXT")?);
            ("agent_thinking", "thinking".to_owned())
        }
        "text" => {
            put(&mut payload, "content", text(rest, "text TEXT")?);
            ("text_block", "text".to_owned())
        }
        "status" => {
            let states = ["started", "in_progress", "completed", "failed"];
            let (state, message) = one_of(rest, &states, "status STATE [MESSAGE]")?;
            put(&mut payload, "status", state.into());
            put_message(&mut payload, message);
            ("status_update", state.to_owned())
        }
        "stage" => {
            let states = ["started", "completed", "failed", "skipped"];
            // A name comes first unless it is already known.
            let has_name = rest.first().is_some_and(|word| !states.contains(&word.as_str()));
            let (name, rest) = match rest.split_first() {
                Some((name, rest)) if has_name => (name.as_str(), rest),
                _ => (
                    stage.ok_or_else(|| {
                        usage("the stage is missing; write its name before its state, or set --stage")
                    })?,
                    rest,
                ),
            };
            let (state, message) = one_of(rest, &states, "stage NAME STATE [MESSAGE]")?;
            put(&mut payload, "stage", name.into());
            put_message(&mut payload, message);
            ("stage_transition", format!("stage_{state}"))
        }
        "tool" => {
            let (phase, name) = one_of(rest, &["pre", "post"], "tool pre|post NAME")?;
            put(&mut payload, "tool_name", text(name, "tool pre|post NAME")?);
            ("tool_execution", format!("tool_execution_{phase}"))
        }
        "file" => {
            let operations = ["read", "create", "modify", "delete"];
            let (operation, path) = one_of(rest, &operations, "file read|create|modify|delete PATH")?;
            put(&mut payload, "path", text(path, "file read|create|modify|delete PATH")?);
            ("file_operation", operation.to_owned())
        }
        "state" => {
            if !rest.is_empty() {
                put(&mut payload, "changed", changes(rest)?);
            }
            ("agent_state_update", "state_change".to_owned())
        }
        other => {
            if let Some(word) = rest.first() {
                let kinds = KINDS.join(", ");
                return Err(usage(format!(
                    "{other:?} is none of the kinds {kinds}, and an event of a custom type takes no further words such as {word:?}; \
                     give its payload with --data, or see adwatch emit --help"
                )));
            }
            (other, String::new())
        }
    };
    let mut data = json!({"adw_id": adw_id, "payload": payload});
    if !event_type.is_empty() {
        data["event_type"] = event_type.into();
    }
    Ok(json!({"type": word, "data": data}))
}

/// The workflow, the kind, and the words after it. The first word is the workflow, unless that is known and the word is a kind, or
/// a flag names it.
fn whose<'a>(
    words: &'a [String],
    is_named: bool,
    known: Option<&'a str>,
) -> Result<(&'a str, &'a str, &'a [String]), UsageError> {
    let (first, rest) = words
        .split_first()
        .ok_or_else(|| usage("there is no event to send; see adwatch emit --help"))?;
    let is_kind = KINDS.contains(&first.as_str());
    match (known, rest.split_first()) {
        (Some(adw_id), _) if is_named || is_kind => Ok((adw_id, first, rest)),
        (None, _) if is_kind => Err(usage(format!(
            "{first:?} is a kind, and the workflow is missing; write adwatch emit ADW_ID {first} …, or set ADWATCH_ADW_ID"
        ))),
        (_, Some((kind, rest))) => Ok((first, kind, rest)),
        (_, None) => Err(usage(format!(
            "there is no event for workflow {first:?}; write for example adwatch emit {first} log \"tests pass\""
        ))),
    }
}

/// The values of the flags; each is a field of the payload.
fn payload(emit: &EmitArguments) -> Result<Map<String, Value>, UsageError> {
    let mut payload = match emit.data.as_deref().map(serde_json::from_str) {
        None => Map::new(),
        Some(Ok(Value::Object(payload))) => payload,
        Some(Ok(_)) => {
            return Err(usage(
                "--data must be a JSON object, for example '{\"to\": \"staging\"}'",
            ));
        }
        Some(Err(error)) => return Err(usage(format!("--data is not valid JSON: {error}"))),
    };
    let text = |text: &Option<String>| text.clone().map(Value::from);
    let value = |text: &Option<String>| text.as_deref().map(json_or_text);
    for (field, value) in [
        ("level", text(&emit.level)),
        ("source", text(&emit.source)),
        ("progress_percent", emit.progress.map(Value::from)),
        ("current_step", text(&emit.step)),
        ("summary", text(&emit.summary)),
        ("tool_use_id", text(&emit.tool_use_id)),
        ("input", value(&emit.input)),
        ("output", value(&emit.output)),
        ("is_error", emit.failed.then_some(Value::Bool(true))),
        ("duration_ms", emit.duration_ms.map(Value::from)),
    ] {
        if let Some(value) = value {
            put(&mut payload, field, value);
        }
    }
    Ok(payload)
}

/// `FIELD=VALUE …`
fn changes(words: &[String]) -> Result<Value, UsageError> {
    let change = |word: &String| match word.split_once('=') {
        Some((field, value)) if !field.is_empty() => Ok(json!({"field": field, "new": json_or_text(value)})),
        _ => Err(usage(format!(
            "{word:?} is not of the form FIELD=VALUE, for example status=built"
        ))),
    };
    words.iter().map(change).collect()
}

fn json_or_text(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

/// The first word, which must be one of these, and the words after it.
fn one_of<'a>(words: &'a [String], allowed: &[&'a str], shape: &str) -> Result<(&'a str, &'a [String]), UsageError> {
    let (first, rest) = words
        .split_first()
        .ok_or_else(|| usage(format!("an argument is missing; write {shape}")))?;
    let found = allowed.iter().find(|word| **word == first.as_str());
    let found = found.ok_or_else(|| usage(format!("{first:?} is not one of {}; write {shape}", allowed.join(", "))))?;
    Ok((found, rest))
}

/// The words as one text.
fn text(words: &[String], shape: &str) -> Result<Value, UsageError> {
    if words.is_empty() {
        return Err(usage(format!("an argument is missing; write {shape}")));
    }
    Ok(words.join(" ").into())
}

fn put(payload: &mut Map<String, Value>, field: &str, value: Value) {
    payload.insert(field.to_owned(), value);
}

fn put_message(payload: &mut Map<String, Value>, words: &[String]) {
    if !words.is_empty() {
        put(payload, "message", words.join(" ").into());
    }
}

fn usage(message: impl Into<String>) -> UsageError {
    UsageError(message.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn emit(words: &[&str]) -> EmitArguments {
        EmitArguments {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            ..EmitArguments::default()
        }
    }

    fn said(words: &[&str], known: Option<&str>) -> Result<Value, String> {
        item(&emit(words), known, Some("plan")).map_err(|error| error.to_string())
    }

    #[test]
    fn the_first_word_is_the_workflow_unless_it_is_known() {
        let adw_id = |words: &[&str], known| said(words, known).map(|item| item["data"]["adw_id"].clone());
        assert_eq!(adw_id(&["a1", "log", "x"], None), Ok("a1".into()));
        assert_eq!(adw_id(&["a1", "log", "x"], Some("b2")), Ok("a1".into()));
        assert_eq!(adw_id(&["log", "x"], Some("b2")), Ok("b2".into()));
        assert_eq!(adw_id(&["a1", "deployed"], Some("b2")), Ok("a1".into()));
        let named = EmitArguments {
            adw_id: Some("log".to_owned()),
            ..emit(&["log", "x"])
        };
        let item = item(&named, named.adw_id.as_deref(), None).expect("an item");
        assert_eq!(
            (&item["data"]["adw_id"], &item["data"]["payload"]["message"]),
            (&json!("log"), &json!("x"))
        );
        for words in [&["log", "x"] as &[_], &["a1"], &["../x", "log", "y"]] {
            assert!(adw_id(words, None).is_err(), "{words:?}");
        }
        assert!(
            adw_id(&["a1"], Some("b2")).is_err(),
            "a workflow, and nothing that happened"
        );
    }

    #[test]
    fn each_kind_says_what_it_means() {
        let event = |words: &[&str]| {
            let data = said(words, None).expect("an item")["data"].clone();
            (
                data["event_type"].as_str().unwrap_or_default().to_owned(),
                data["payload"].clone(),
            )
        };
        assert_eq!(
            event(&["a", "log", "tests", "pass"]),
            ("log_entry".into(), json!({"level": "INFO", "message": "tests pass"}))
        );
        assert_eq!(
            event(&["a", "status", "failed", "no"]),
            ("failed".into(), json!({"status": "failed", "message": "no"}))
        );
        assert_eq!(
            event(&["a", "stage", "build", "started"]),
            ("stage_started".into(), json!({"stage": "build"}))
        );
        assert_eq!(
            event(&["a", "stage", "skipped", "why"]),
            ("stage_skipped".into(), json!({"stage": "plan", "message": "why"}))
        );
        assert_eq!(
            event(&["a", "tool", "pre", "Bash"]),
            ("tool_execution_pre".into(), json!({"tool_name": "Bash"}))
        );
        assert_eq!(
            event(&["a", "file", "modify", "a b.rs"]),
            ("modify".into(), json!({"path": "a b.rs"}))
        );
        assert_eq!(
            event(&["a", "state", "n=1", "s=x=y"]).1,
            json!({"changed": [{"field": "n", "new": 1}, {"field": "s", "new": "x=y"}]})
        );
        assert_eq!(said(&["a", "deployed"], None).expect("an item")["type"], "deployed");
    }

    #[test]
    fn what_is_wrong_is_told_with_what_to_write() {
        for (words, told) in [
            (&["a", "log"] as &[_], "log MESSAGE"),
            (&["a", "status", "done"], "in_progress"),
            (&["a", "stage", "build"], "stage NAME STATE"),
            (&["a", "tool", "Bash"], "pre, post"),
            (&["a", "state", "x"], "FIELD=VALUE"),
            (&["a", "lgo", "tests pass"], "none of the kinds log"),
        ] {
            let error = said(words, None).expect_err("refused");
            assert!(error.contains(told), "{words:?}: {error}");
        }
    }
}
