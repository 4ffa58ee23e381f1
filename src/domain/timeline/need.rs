//! What a person is waited for: a permission, an answer, the word on a plan, or the next thing to do.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Moment;
use super::event_facts::{EventFacts, KindFacts};
use super::open_tool::OpenTool;
use crate::entry;
use crate::event::{Event, Kind};
use crate::excerpt::{excerpt, first_line};
use crate::from_json::{from_fields, from_name};
use crate::payload;

/// More wait at once only where something went wrong.
const NEEDS: usize = 8;
const CHOICES: usize = 8;
const TEXT_BYTES: usize = 320;
const CHOICE_BYTES: usize = 60;
/// Calls that one message makes are begun within this time.
const AT_ONCE_MS: u64 = 500;

/// One thing that a person is waited for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Need {
    pub kind: NeedKind,
    /// What is asked, in words.
    pub text: String,
    /// The answers that are offered.
    pub choices: Vec<String>,
    /// The agent that waits.
    pub agent: Option<String>,
    /// The event that asked.
    pub seq: u64,
    pub since: Moment,
    pub tool_use_id: Option<String>,
    pub request_id: Option<String>,
    /// The sub-agent that waits, by its call.
    #[serde(default)]
    lane: Option<String>,
    /// Only a hook asked: of a refusal it will not tell.
    #[serde(default)]
    by_hook: bool,
}

from_fields!(Need {
    kind,
    text,
    choices,
    agent,
    seq,
    since,
    tool_use_id,
    request_id,
    lane,
    by_hook,
});

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeedKind {
    /// Whether a tool may do something.
    Permission,
    /// An answer to a question.
    Question,
    /// Whether a plan may be carried out.
    Plan,
    /// The next prompt, or a form to fill in.
    Input,
}

from_name!(NeedKind);

impl NeedKind {
    /// What is waited for, as a person says it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Permission => "permission",
            Self::Question => "an answer",
            Self::Plan => "approval of its plan",
            Self::Input => "input",
        }
    }
}

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
    kind: NeedKind,
    text: String,
    choices: Vec<String>,
    /// The tool that a permission is for, and what it was asked.
    tool: Option<(String, String)>,
    tool_use_id: Option<&'a str>,
    request_id: Option<&'a str>,
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

/// Takes in what an event says of those who wait. `agent` is the agent whose session it is.
pub(super) fn apply(needs: &mut Vec<Need>, facts: &EventFacts<'_>, agent: Option<&str>, open_tools: &[OpenTool]) {
    let is_over = match &facts.of_kind {
        KindFacts::SessionStarted | KindFacts::SessionEnded(_) => true,
        KindFacts::Stopped(_) => facts.lane.agent_id.is_none(),
        _ => facts.process_end.is_some(),
    };
    let is_of_agent = |need: &Need| agent.is_some() && need.agent.as_deref() == agent;
    if is_over {
        needs.retain(|need| !is_of_agent(need));
    }
    match &facts.need {
        None => {}
        Some(NeedSaid::Nobody) => needs.retain(|need| !is_of_agent(need)),
        Some(NeedSaid::Answered(id)) => needs.retain(|need| !need.is_of(Some(id))),
        Some(NeedSaid::GoesOn) => {
            let lane = facts.entry.parent.as_deref().or(facts.lane.agent_id);
            let is_next = |need: &Need| {
                need.by_hook && need.lane.as_deref() == lane && facts.moment.at.since(need.since.at) > AT_ONCE_MS
            };
            needs.retain(|need| !(is_of_agent(need) && is_next(need)));
        }
        Some(NeedSaid::Asked(asked)) => {
            let call = asked.tool_use_id.or_else(|| call_of(open_tools, asked, agent));
            ask(needs, asked, call, facts, agent);
        }
    }
}

/// The open call that a permission is for, where the request does not name it.
fn call_of<'a>(open_tools: &'a [OpenTool], asked: &Asked<'_>, agent: Option<&str>) -> Option<&'a str> {
    let (name, text) = asked.tool.as_ref()?;
    let mut calls = open_tools
        .iter()
        .rev()
        .filter(|tool| tool.agent.as_deref() == agent && tool.name == *name);
    calls
        .find(|tool| tool.text == *text)
        .map(|tool| tool.tool_use_id.as_str())
}

fn ask(needs: &mut Vec<Need>, asked: &Asked<'_>, call: Option<&str>, facts: &EventFacts<'_>, agent: Option<&str>) {
    let is_nameless = call.is_none() && asked.request_id.is_none();
    let same = needs.iter_mut().find(|need| {
        need.is_of(call)
            || need.is_of(asked.request_id)
            // One door tells it with an id, another without.
            || (need.kind == asked.kind && need.agent.as_deref() == agent && (need.is_nameless() || is_nameless))
    });
    if let Some(need) = same {
        need.tool_use_id = need.tool_use_id.take().or_else(|| call.map(|id| excerpt(id, 96)));
        need.request_id = need
            .request_id
            .take()
            .or_else(|| asked.request_id.map(|id| excerpt(id, 96)));
        need.by_hook &= facts.is_hook;
        // One door may know only that something is asked.
        if asked.text.len() > need.text.len() && !is_nameless {
            need.text = first_line(&asked.text, TEXT_BYTES);
        }
        if need.choices.is_empty() {
            need.choices.clone_from(&asked.choices);
        }
        return;
    }
    // That somebody is asked for a permission says all that a general notice would.
    if asked.kind == NeedKind::Input && needs.iter().any(|need| need.agent.as_deref() == agent) {
        return;
    }
    if needs.len() == NEEDS {
        needs.remove(0);
    }
    needs.push(Need {
        kind: asked.kind,
        text: first_line(&asked.text, TEXT_BYTES),
        choices: asked.choices.clone(),
        agent: agent.map(str::to_owned),
        seq: facts.entry.seq,
        since: facts.moment,
        tool_use_id: call.map(|id| excerpt(id, 96)),
        request_id: asked.request_id.map(|id| excerpt(id, 96)),
        lane: facts
            .entry
            .parent
            .clone()
            .or_else(|| facts.lane.agent_id.map(|id| excerpt(id, 96))),
        by_hook: facts.is_hook,
    });
}

impl Need {
    fn is_of(&self, id: Option<&str>) -> bool {
        id.is_some() && (self.tool_use_id.as_deref() == id || self.request_id.as_deref() == id)
    }

    fn is_nameless(&self) -> bool {
        self.tool_use_id.is_none() && self.request_id.is_none()
    }
}
