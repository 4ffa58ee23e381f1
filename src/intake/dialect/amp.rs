//! Amp: `--stream-json`, in the words of Claude Code; its threads are called `T-…`, and why a result failed is one text.

use serde_json::{Value, json};

use super::claude_code::{ClaudeCode, RESULT_FIELDS};
use super::known::{self, KnownType};
use super::line_draft::LineDraft;
use super::line_head::LineHead;
use super::{Claim, Dialect};
use domain::payload;

/// See the module.
pub(super) struct Amp;

impl Dialect for Amp {
    fn name(&self) -> &'static str {
        "amp"
    }

    fn claim(&self, line: &LineHead<'_>) -> Claim {
        let is_known = match line.line_type {
            "system" | "assistant" | "user" => true,
            "result" => line.has_any(&RESULT_FIELDS),
            _ => false,
        };
        match payload::text(line.line, "session_id") {
            _ if !is_known => Claim::None,
            Some(session_id) if is_thread(session_id) => Claim::Own,
            Some(_) | None => Claim::Shared,
        }
    }

    fn knows(&self, line: &LineHead<'_>) -> Option<&'static KnownType> {
        known::of(self.name(), line.line_type, line.kind()).or_else(|| ClaudeCode.knows(line))
    }

    fn read(&self, draft: &mut LineDraft<'_>, mut line: Value) {
        let error = payload::text(&line, "error").filter(|_| payload::text(&line, "type") == Some("result"));
        if let Some(error) = error.map(str::to_owned)
            && line.get("errors").is_none()
        {
            line["errors"] = json!([error]);
        }
        ClaudeCode.read(draft, line);
    }
}

/// `T-` and a UUID.
fn is_thread(session_id: &str) -> bool {
    let uuid = session_id.strip_prefix("T-");
    uuid.is_some_and(|uuid| uuid.len() == 36 && uuid.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit()))
}
