//! Tool calls and their results, paired by id.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::file_change::FileChange;
use super::line_draft::{LineDraft, set};
use super::message_head::MessageHead;
use super::result_text;
use domain::event::{Kind, TimeSource};
use domain::payload;
use domain::picture_note;
use domain::timestamp::Timestamp;
use draft::key::Key;

/// Up to 17 calls were open at once; what is never answered is pushed out by newer ones.
const OPEN: usize = 64;
/// What the diffs of open calls may take, since they are stored at every step.
const DIFF_BYTES: usize = 1024 * 1024;

/// The calls without a result yet, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct OpenCalls(VecDeque<OpenCall>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct OpenCall {
    id: String,
    name: Option<String>,
    at: Timestamp,
    time_source: TimeSource,
    /// What the call will have done to a file if it succeeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    change: Option<FileChange>,
}

impl OpenCalls {
    fn open(&mut self, call: OpenCall) {
        self.0.retain(|open| open.id != call.id);
        if self.0.len() == OPEN {
            self.0.pop_front();
        }
        self.0.push_back(call);
        let mut left = DIFF_BYTES;
        for change in self.0.iter_mut().rev().filter_map(|call| call.change.as_mut()) {
            if change.size() > left {
                change.forget_diff();
            }
            left = left.saturating_sub(change.size());
        }
    }

    pub(super) fn is_open(&self, id: &str) -> bool {
        self.0.iter().any(|call| call.id == id)
    }

    /// Nothing that is open will be answered.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }

    /// The newest open call whose id begins so.
    pub(super) fn opened_as(&self, begins: &str) -> Option<String> {
        let open = self.0.iter().rev().find(|call| call.id.starts_with(begins));
        open.map(|call| call.id.clone())
    }

    fn close(&mut self, id: &str) -> Option<OpenCall> {
        let at = self.0.iter().position(|call| call.id == id)?;
        self.0.remove(at)
    }
}

/// A call, as any CLI tells it.
pub(super) struct ToolCall {
    pub id: Option<String>,
    pub name: Option<String>,
    pub input: Value,
}

/// What came of a call.
pub(super) struct ToolAnswer {
    /// The call's.
    pub id: Option<String>,
    pub content: Value,
    pub is_error: bool,
}

/// A tool was called.
pub(super) fn pre(draft: &mut LineDraft<'_>, at: usize, call: ToolCall, message: &MessageHead) {
    let ToolCall { id, name, input } = call;
    let mut keys = draft.keys(at);
    if let Some(id) = &id {
        keys.push(Key::tool_pre(id));
        draft.reader.calls.open(OpenCall {
            id: id.clone(),
            name: name.clone(),
            at: draft.at,
            time_source: draft.time_source,
            change: name.as_deref().and_then(|name| FileChange::of_call(name, &input)),
        });
    }
    let mut payload = Map::new();
    set(&mut payload, "tool_use_id", id);
    set(&mut payload, "tool_name", name);
    payload.insert("input".into(), input);
    message.add_to(&mut payload);
    draft.add(Kind::ToolExecution, "tool_execution_pre", payload.into(), keys);
}

/// A tool answered; `result` is the structured copy of the answer, as far as it was kept.
pub(super) fn post(draft: &mut LineDraft<'_>, at: usize, answer: ToolAnswer, result: &Value) {
    let ToolAnswer { id, content, is_error } = answer;
    let output = result_text::output(content);
    let call = id.as_deref().and_then(|id| draft.reader.calls.close(id));
    let measured_ms = ["durationMs", "totalDurationMs"]
        .iter()
        .find_map(|field| payload::number(result, field));
    let seen_ms = call
        .as_ref()
        .filter(|call| call.time_source.is_known() && draft.time_source.is_known())
        .map(|call| draft.at.since(call.at));
    let name = call.as_ref().and_then(|call| call.name.clone());

    let mut payload = Map::new();
    set(&mut payload, "tool_use_id", id.clone());
    set(&mut payload, "tool_name", name.clone());
    payload.insert("output".into(), output.clone());
    payload.insert("is_error".into(), is_error.into());
    set(&mut payload, "duration_ms", measured_ms.or(seen_ms));
    set(&mut payload, "exit_code", result.get("exit_code").cloned());
    set(&mut payload, "task", task(result));
    set(&mut payload, "pictures", pictures(result, &output));
    let mut keys = draft.keys(at);
    keys.extend(id.as_deref().map(Key::tool_post));
    draft.add(Kind::ToolExecution, "tool_execution_post", payload.into(), keys);

    let change = call.and_then(|call| call.change).filter(|_| !is_error);
    if let (Some(id), Some(change)) = (id, change) {
        let (operation, mut payload) = change.done(result, &output);
        set(&mut payload, "tool_use_id", Some(id.as_str()));
        set(&mut payload, "tool_name", name);
        draft.add(Kind::FileOperation, operation, payload.into(), vec![Key::file(&id)]);
    }
}

/// Pictures of the structured result that the output does not hold.
fn pictures(result: &Value, output: &Value) -> Option<Value> {
    let shown = result.get("pictures")?;
    let known = picture_note::find(output, usize::MAX);
    let is_new = |note: &&Map<String, Value>| !known.iter().any(|known| known["media"] == note["media"]);
    let new = picture_note::find(shown, usize::MAX).into_iter().filter(is_new);
    let new: Vec<Value> = new.map(|note| Value::Object(note.clone())).collect();
    (!new.is_empty()).then(|| new.into())
}

/// What the result of a Task says of its sub-agent.
fn task(result: &Value) -> Option<Value> {
    const FIELDS: [&str; 5] = [
        "status",
        "totalDurationMs",
        "totalTokens",
        "totalToolUseCount",
        "agentId",
    ];
    let is_task = ["agentId", "totalToolUseCount"]
        .iter()
        .any(|field| result.get(field).is_some());
    let fields = FIELDS
        .iter()
        .filter_map(|field| Some(((*field).to_owned(), result.get(field)?.clone())));
    is_task.then(|| json!(fields.collect::<Map<_, _>>()))
}
