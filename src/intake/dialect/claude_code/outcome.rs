//! What says that something failed where no flag does: a command of the CLI itself, a tool of the model's server.

use serde_json::Value;

use crate::dialect::readable;
use domain::payload;

/// Words for an outcome that is none of a failure.
const WELL: [&str; 9] = [
    "success",
    "succeeded",
    "ok",
    "completed",
    "done",
    "handled",
    "ran",
    "noop",
    "cancelled",
];

/// Whether a line says that a command of the CLI itself failed: `local_command_outcome`, a word or an object with one.
pub(super) fn failed(line: &Value) -> bool {
    let Some(outcome) = line.get("local_command_outcome") else {
        return false;
    };
    if let Some(flag) = ["is_error", "failed"]
        .iter()
        .find_map(|field| payload::flag(outcome, field))
    {
        return flag;
    }
    if let Some(flag) = ["success", "ok"].iter().find_map(|field| payload::flag(outcome, field)) {
        return !flag;
    }
    let code = payload::decimal(outcome, "exit_code").or_else(|| payload::decimal(outcome, "exitCode"));
    if let Some(code) = code {
        return code != 0.0;
    }
    let word = outcome
        .as_str()
        .or_else(|| payload::first_text(outcome, &["kind", "status", "outcome", "result"]));
    match word {
        Some(word) => !WELL.contains(&word.to_ascii_lowercase().as_str()),
        None => outcome.get("error").is_some_and(|error| !error.is_null()),
    }
}

/// What a command of the CLI itself is called, by a line that tells of one.
pub(super) fn command(line: &Value) -> Option<&str> {
    let run = line.get("local_command_run").unwrap_or(&Value::Null);
    let outcome = line.get("local_command_outcome").unwrap_or(&Value::Null);
    payload::text(line, "local_command")
        .or_else(|| payload::text(run, "command"))
        .or_else(|| payload::first_text(outcome, &["command", "name"]))
        .map(|command| command.trim_start_matches('/'))
}

/// Why a tool of the model's server failed, by what it answered; none if it did not.
pub(super) fn of_server_tool(content: &Value) -> Option<String> {
    let failed = |part: &Value| {
        let kind = payload::text(part, "type").unwrap_or_default();
        let is_failed =
            kind.ends_with("tool_result_error") || payload::number(part, "return_code").is_some_and(|code| code != 0);
        is_failed.then(|| in_words(part))
    };
    match content {
        Value::Object(_) => failed(content),
        Value::Array(parts) => parts.iter().find_map(failed),
        _ => None,
    }
}

fn in_words(part: &Value) -> String {
    let said = payload::first_text(part, &["error_message", "stderr", "message"]).map(str::to_owned);
    let code = payload::text(part, "error_code").map(|code| code.replace('_', " "));
    match (said, code) {
        (Some(said), Some(code)) => format!("{code}: {said}"),
        (Some(said), None) => said,
        (None, Some(code)) => code,
        (None, None) => match payload::number(part, "return_code") {
            Some(code) => format!("exit code {code}"),
            None => readable::of(part).unwrap_or_else(|| "it failed, and nothing says why".into()),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_outcome_is_a_word_a_flag_or_a_code() {
        for (outcome, is_failed) in [
            (json!("failed"), true),
            (json!("success"), false),
            (json!({"kind": "failed"}), true),
            (json!({"kind": "unavailable_headless"}), true),
            (json!({"kind": "completed"}), false),
            (json!({"status": "error", "error": "x"}), true),
            (json!({"exit_code": 2}), true),
            (json!({"success": true}), false),
            (json!(null), false),
        ] {
            assert_eq!(
                failed(&json!({"local_command_outcome": outcome})),
                is_failed,
                "{outcome}"
            );
        }
        assert!(!failed(&json!({})));
    }

    #[test]
    fn a_tool_of_the_server_says_its_failure_in_its_content() {
        let failure = |content: Value| of_server_tool(&content);
        let error = json!({"type": "web_search_tool_result_error", "error_code": "max_uses_exceeded"});
        assert_eq!(failure(error.clone()).as_deref(), Some("max uses exceeded"));
        assert_eq!(failure(json!([error])).as_deref(), Some("max uses exceeded"));
        let code = json!({"type": "code_execution_result", "return_code": 1, "stdout": "", "stderr": "no such file"});
        assert_eq!(failure(code).as_deref(), Some("no such file"));
        assert_eq!(failure(json!([{"type": "web_search_result", "title": "x"}])), None);
        assert_eq!(failure(json!("text")), None);
    }
}
