//! What an event says of a person who is waited for, in the words of streams, of hosts' protocols and of hooks.

use serde_json::Value;

use super::need_kind::NeedKind;
use crate::entry;
use crate::event::{Event, Kind};
use crate::excerpt::excerpt;
use crate::payload;

const CHOICES: usize = 8;
const CHOICE_BYTES: usize = 60;
/// The longest text that is asked.
pub(super) const TEXT_BYTES: usize = 320;

/// What an event says of a person who is waited for.
pub(super) enum NeedSaid<'a> {
    Asked(Asked<'a>),
    /// The call was answered, or the request with this id.
    Answered(&'a str),
    /// Nobody is waited for any more in the agent's session.
    Nobody,
    /// The agent takes its next step: what a hook asked is answered, unless it was asked just now, by another call beside it.
    GoesOn,
}

/// Who is asked what.
pub(super) struct Asked<'a> {
    pub kind: NeedKind,
    pub text: String,
    pub choices: Vec<String>,
    /// The tool that a permission is for, and what it was asked.
    pub tool: Option<(String, String)>,
    pub tool_use_id: Option<&'a str>,
    pub request_id: Option<&'a str>,
}

impl<'a> NeedSaid<'a> {
    pub fn of(event: &'a Event) -> Option<Self> {
        let payload = &event.payload;
        if event.kind == Kind::ToolExecution {
            let id = payload::text(payload, "tool_use_id");
            if entry::is_post(event) {
                return id.map(Self::Answered);
            }
            let asked = Asked::of_tool(payload::text(payload, "tool_name")?, payload.get("input")?, id)?;
            return Some(if asked.kind == NeedKind::Permission {
                Self::GoesOn
            } else {
                Self::Asked(asked)
            });
        }
        if let Some(hook) = payload::text(payload, "hook_event_name") {
            return of_hook(hook, payload);
        }
        if event.kind != Kind::Other {
            return None;
        }
        match event.event_type.as_str() {
            "control_request" => of_request(payload),
            "control_response" => {
                let response = payload.get("response").unwrap_or(payload);
                payload::text(response, "request_id").map(Self::Answered)
            }
            "control_cancel_request" => payload::text(payload, "request_id").map(Self::Answered),
            "system/elicitation_complete" => payload::text(payload, "elicitation_id").map(Self::Answered),
            "system/session_state_changed" => match payload::text(payload, "state")? {
                "requires_action" | "waiting" | "needs_input" => Some(Self::Asked(Asked::input(payload))),
                _ => Some(Self::Nobody),
            },
            "exec_approval_request" | "apply_patch_approval_request" | "request_permissions" => {
                let id = payload::first_text(payload, &["approval_id", "call_id"]);
                Some(Self::Asked(Asked::permission("the command", payload, id)))
            }
            "exec_approval_resolved" => payload::first_text(payload, &["approval_id", "call_id"]).map(Self::Answered),
            _ => None,
        }
    }
}

fn of_hook<'a>(hook: &str, payload: &'a Value) -> Option<NeedSaid<'a>> {
    let tool_use_id = payload::text(payload, "tool_use_id");
    match hook {
        "PermissionRequest" => {
            let tool = payload::text(payload, "tool_name")?;
            let input = ["tool_input", "input"].iter().find_map(|field| payload.get(field));
            let asked = Asked::of_tool(tool, input.unwrap_or(&Value::Null), tool_use_id)?;
            Some(NeedSaid::Asked(asked))
        }
        "PermissionDenied" => Some(tool_use_id.map_or(NeedSaid::GoesOn, NeedSaid::Answered)),
        "permission.asked" | "permission.updated" => {
            let tool = payload::first_text(payload, &["tool_name", "permission", "title", "type"]).unwrap_or("a tool");
            let input = ["tool_input", "input", "metadata"]
                .iter()
                .find_map(|field| payload.get(field));
            let request_id = payload::first_text(payload, &["permission_id", "request_id", "id"]);
            let mut asked = Asked::permission(tool, input.unwrap_or(&Value::Null), request_id);
            asked.tool_use_id = tool_use_id;
            Some(NeedSaid::Asked(asked))
        }
        "question.asked" => {
            let mut asked = Asked::question(payload);
            asked.tool_use_id = tool_use_id;
            Some(NeedSaid::Asked(asked))
        }
        "permission.replied" | "question.replied" | "question.rejected" => Some(NeedSaid::Nobody),
        "Elicitation" => Some(NeedSaid::Asked(Asked::input(payload))),
        "Notification" => match payload::text(payload, "notification_type") {
            Some("permission_prompt") => Some(NeedSaid::Asked(Asked {
                kind: NeedKind::Permission,
                ..Asked::input(payload)
            })),
            Some("idle_prompt" | "elicitation_dialog" | "agent_needs_input") => {
                Some(NeedSaid::Asked(Asked::input(payload)))
            }
            Some(_) => None,
            None => {
                let message = payload::text(payload, "message")?;
                let kind = if message.contains("permission") {
                    NeedKind::Permission
                } else if message.contains("waiting for your input") {
                    NeedKind::Input
                } else {
                    return None;
                };
                Some(NeedSaid::Asked(Asked {
                    kind,
                    ..Asked::input(payload)
                }))
            }
        },
        "ElicitationResult" | "UserPromptSubmit" | "Stop" | "StopFailure" | "SessionStart" | "SessionEnd" => {
            Some(NeedSaid::Nobody)
        }
        _ => None,
    }
}

/// A request of the CLI to its host.
fn of_request(payload: &Value) -> Option<NeedSaid<'_>> {
    let request_id = payload::text(payload, "request_id");
    let request = payload.get("request")?;
    match payload::text(request, "subtype")? {
        "can_use_tool" => {
            let tool = payload::text(request, "tool_name")?;
            let input = request.get("input").unwrap_or(&Value::Null);
            let mut asked = Asked::of_tool(tool, input, payload::text(request, "tool_use_id"))?;
            asked.request_id = request_id;
            Some(NeedSaid::Asked(asked))
        }
        "elicitation" | "request_user_input" => {
            let mut asked = Asked::input(request);
            asked.request_id = request_id.or(payload::text(request, "elicitation_id"));
            Some(NeedSaid::Asked(asked))
        }
        _ => None,
    }
}

impl<'a> Asked<'a> {
    /// What the call of a tool waits for, when it waits for a person.
    fn of_tool(tool: &str, input: &Value, tool_use_id: Option<&'a str>) -> Option<Self> {
        let mut asked = match tool {
            "AskUserQuestion" | "ask_user" | "question" | "request_user_input" => Self::question(input),
            "ExitPlanMode" | "exit_plan_mode" => {
                let plan = payload::text(input, "plan").unwrap_or_default();
                let what = plan
                    .lines()
                    .map(|line| line.trim_start_matches(['#', ' ']))
                    .find(|line| !line.is_empty());
                Self {
                    kind: NeedKind::Plan,
                    text: format!("Approve the plan? {}", what.unwrap_or_default())
                        .trim_end()
                        .to_owned(),
                    choices: Vec::new(),
                    tool: None,
                    tool_use_id: None,
                    request_id: None,
                }
            }
            tool => Self::permission(tool, input, None),
        };
        asked.tool_use_id = tool_use_id;
        Some(asked)
    }

    fn permission(tool: &str, input: &Value, request_id: Option<&'a str>) -> Self {
        Self {
            kind: NeedKind::Permission,
            text: format!("Allow {tool}? {}", entry::asked(input, TEXT_BYTES))
                .trim_end()
                .to_owned(),
            choices: Vec::new(),
            tool: Some((tool.to_owned(), entry::asked(input, 160))),
            tool_use_id: None,
            request_id,
        }
    }

    /// The questions, one after the other, with the choices of all.
    fn question(input: &Value) -> Self {
        let one = std::slice::from_ref(input);
        let questions = input
            .get("questions")
            .and_then(Value::as_array)
            .map_or(one, Vec::as_slice);
        let texts = questions
            .iter()
            .filter_map(|question| payload::first_text(question, &["question", "text", "header"]));
        let text = texts.collect::<Vec<_>>().join(" · ");
        let options = questions
            .iter()
            .filter_map(|question| question.get("options").or(question.get("choices"))?.as_array());
        let label = |option: &Value| {
            let label = option
                .as_str()
                .or_else(|| payload::first_text(option, &["label", "value", "title"]));
            label.map(|label| excerpt(label, CHOICE_BYTES))
        };
        Self {
            kind: NeedKind::Question,
            text: if text.is_empty() { "A question".to_owned() } else { text },
            choices: options.flatten().filter_map(label).take(CHOICES).collect(),
            tool: None,
            tool_use_id: None,
            request_id: None,
        }
    }

    fn input(payload: &'a Value) -> Self {
        let text = payload::first_text(payload, &["needs_action", "message", "title", "reason"]);
        Self {
            kind: NeedKind::Input,
            text: text.unwrap_or("The agent waits for input").to_owned(),
            choices: Vec::new(),
            tool: None,
            tool_use_id: None,
            request_id: payload::text(payload, "elicitation_id"),
        }
    }
}
