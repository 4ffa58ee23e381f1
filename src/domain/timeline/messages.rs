//! The newest messages of the models, so that a message's tokens count once.

use std::collections::VecDeque;

use serde_json::Value;

use super::event_facts::EventFacts;
use crate::payload;
use crate::usage::Usage;

/// The `event_type` of what a message took in the end, where its lines do not tell.
pub const USAGE: &str = "message_usage";

/// Lines of one message come close together; up to 4 sub-agents interleave theirs.
const MESSAGES: usize = 32;

/// How the id begins under which the running total of a thread is told, at the end of each of its turns.
const TOTAL: &str = "thread ";

/// What a line says of the tokens of its message so far.
#[derive(Clone, Copy)]
pub(super) struct MessageUsage {
    /// A hash of the message's id, whose last bit tells that it is that of a total.
    id: u64,
    so_far: Usage,
}

/// What a line adds to the tokens.
#[derive(Clone, Copy)]
pub(super) struct UsageGrowth {
    pub usage: Usage,
    /// Whether it is the first line of its message.
    pub is_new: bool,
}

impl MessageUsage {
    pub fn of(payload: &Value) -> Option<Self> {
        let id = payload::text(payload, "message_id")?;
        Some(Self {
            so_far: payload.get("usage").and_then(Usage::from_value)?,
            id: (hash(id) & !1) | u64::from(id.starts_with(TOTAL)),
        })
    }
}

/// 53 bits survive every JSON reader.
fn hash(id: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(id.as_bytes()) >> 11
}

/// Every line of a message repeats its usage, so only what is new since the last line of it counts.
pub(super) fn apply(messages: &mut VecDeque<(u64, Usage)>, facts: &EventFacts<'_>) -> Option<UsageGrowth> {
    let MessageUsage { id, so_far } = facts.usage?;
    if let Some((_, counted)) = messages.iter_mut().find(|(known, _)| *known == id) {
        let usage = counted.growth_to(so_far);
        counted.add(usage);
        return Some(UsageGrowth { usage, is_new: false });
    }
    if messages.len() == MESSAGES {
        // A total is told again after a whole turn.
        let oldest = messages.iter().position(|(known, _)| known & 1 == 0);
        messages.remove(oldest.unwrap_or(0));
    }
    messages.push_back((id, so_far));
    Some(UsageGrowth {
        usage: so_far,
        is_new: true,
    })
}
