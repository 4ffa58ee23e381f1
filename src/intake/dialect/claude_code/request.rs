//! What the CLI and its host ask each other (`control_request` and its like), in a sentence: a permission, a question or a plan
//! waits for a person.

use serde_json::Value;

use crate::dialect::reason::{self, PART_BYTES};
use domain::entry::asked;
use domain::excerpt::first_line;
use domain::payload;

pub(super) fn of(line_type: &str, line: &Value) -> String {
    if line_type == "control_response" {
        return answer(line);
    }
    if line_type.ends_with("cancel_request") {
        return "a request is withdrawn".to_owned();
    }
    // The older form has no envelope.
    let request = line.get("request").unwrap_or(line);
    let subtype = payload::text(request, "subtype").unwrap_or(line_type);
    match (subtype, payload::text(request, "tool_name")) {
        ("can_use_tool" | "permission", Some(tool)) => permission(tool, request),
        ("elicitation", _) => {
            let server =
                payload::first_text(request, &["display_name", "mcp_server_name"]).unwrap_or("a server of tools");
            waits(
                "an answer",
                &format!("{server}: {}", text(request, &["message", "title"])),
            )
        }
        ("request_user_dialog", _) => waits("an answer", &text(request, &["dialog_kind"]).replace('_', " ")),
        ("interrupt", _) => "the host stops the turn".to_owned(),
        ("initialize", _) => "the host begins".to_owned(),
        ("set_permission_mode", _) => format!("the host sets the permission mode to {}", text(request, &["mode"])),
        ("set_model", _) => format!("the host sets the model to {}", text(request, &["model"])),
        ("stop_task", _) => format!("the host stops the background task {}", text(request, &["task_id"])),
        ("hook_callback", _) => "the CLI asks the host's hook".to_owned(),
        ("mcp_message", _) => format!("a message for the server of tools {}", text(request, &["server_name"])),
        (other, _) => format!("asks: {}", other.replace('_', " ")),
    }
}

fn waits(what: &str, text: &str) -> String {
    match text.trim_end_matches([' ', ':']) {
        "" => format!("waits for {what}"),
        text => format!("waits for {what}: {text}"),
    }
}

fn permission(tool: &str, request: &Value) -> String {
    let input = request.get("input").unwrap_or(&Value::Null);
    match tool {
        "AskUserQuestion" => {
            let questions = input.get("questions").and_then(Value::as_array).into_iter().flatten();
            let questions: Vec<String> = questions
                .map(|question| text(question, &["question", "header"]))
                .collect();
            waits("an answer", &questions.join(" "))
        }
        "ExitPlanMode" => waits("its plan to be approved", &text(input, &["plan"])),
        tool => {
            let name = payload::text(request, "display_name").unwrap_or(tool);
            let what = asked(input, PART_BYTES);
            waits("permission", &format!("{name} {}", first_line(what.trim(), PART_BYTES)))
        }
    }
}

fn text(value: &Value, fields: &[&str]) -> String {
    first_line(payload::first_text(value, fields).unwrap_or_default(), PART_BYTES)
}

/// `control_response`: what a person or the other side answered.
fn answer(line: &Value) -> String {
    let response = line.get("response").unwrap_or(&Value::Null);
    if payload::text(response, "subtype") == Some("error") {
        let why = reason::of(response, "error").map(|why| format!(": {why}"));
        return format!("the request failed{}", why.unwrap_or_default());
    }
    let inner = response.get("response").unwrap_or(&Value::Null);
    match payload::text(inner, "behavior") {
        Some("allow") => "permitted".to_owned(),
        Some("deny") => {
            let why = reason::of(inner, "message").map(|why| format!(": {why}"));
            format!("not permitted{}", why.unwrap_or_default())
        }
        _ => match payload::text(inner, "action") {
            Some(action) => format!("answered: {action}"),
            None => "answered".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_says_what_waits_for_a_person() {
        let asks = |request: Value| of("control_request", &json!({"request_id": "r", "request": request}));
        assert_eq!(
            asks(
                json!({"subtype": "can_use_tool", "tool_name": "Write", "input": {"file_path": "notes.md", "content": "x"}})
            ),
            "waits for permission: Write notes.md"
        );
        assert_eq!(
            asks(
                json!({"subtype": "can_use_tool", "tool_name": "AskUserQuestion", "input": {"questions": [
                {"question": "Which colour?", "options": [{"label": "Red"}]}]}})
            ),
            "waits for an answer: Which colour?"
        );
        assert_eq!(
            asks(json!({"subtype": "can_use_tool", "tool_name": "ExitPlanMode", "input": {"plan": "# Plan\nfirst"}})),
            "waits for its plan to be approved: # Plan"
        );
        assert_eq!(
            asks(json!({"subtype": "elicitation", "mcp_server_name": "deploy", "message": "Which region?"})),
            "waits for an answer: deploy: Which region?"
        );
        assert_eq!(asks(json!({"subtype": "set_color", "color": "red"})), "asks: set color");
    }

    #[test]
    fn an_answer_says_what_was_decided() {
        let answers = |response: Value| of("control_response", &json!({"response": response}));
        assert_eq!(
            answers(
                json!({"subtype": "success", "request_id": "r", "response": {"behavior": "deny", "message": "not there"}})
            ),
            "not permitted: not there"
        );
        assert_eq!(
            answers(json!({"subtype": "success", "response": {"behavior": "allow"}})),
            "permitted"
        );
        assert_eq!(
            answers(json!({"subtype": "error", "error": "no such task"})),
            "the request failed: no such task"
        );
        assert_eq!(
            of("control_cancel_request", &json!({"request_id": "r"})),
            "a request is withdrawn"
        );
    }
}
