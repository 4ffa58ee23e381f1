//! The newest entries of all kinds in one list, a tool's file change with the call that made it.

use super::entry::Entry;
use super::event::Kind;
use super::order::order;
use super::timeline::Timeline;

/// A row of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct LatestRow {
    pub entry: Entry,
    /// What the tool changed, if the entry is a tool that did.
    pub file: Option<Entry>,
}

/// The newest rows, newest first: at most `limit`.
pub fn latest(timeline: &Timeline, limit: usize) -> Vec<LatestRow> {
    // A few dozen at most.
    let calls: Vec<&str> = timeline
        .recent
        .of(Kind::ToolExecution)
        .filter_map(|call| call.tool_use_id.as_deref())
        .collect();
    let stands_with_its_call = |entry: &Entry| {
        entry.kind == Kind::FileOperation && entry.tool_use_id.as_deref().is_some_and(|id| calls.contains(&id))
    };
    let entries: Vec<&Entry> = timeline
        .recent
        .all()
        .filter(|entry| !stands_with_its_call(entry))
        .collect();
    let newest = order(entries.iter().map(|entry| [!entry.seq, 0, 0]));
    let change_of = |entry: &Entry| {
        let id = entry
            .tool_use_id
            .as_ref()
            .filter(|_| entry.kind == Kind::ToolExecution)?;
        timeline
            .recent
            .of(Kind::FileOperation)
            .rev()
            .find(|file| file.tool_use_id.as_ref() == Some(id) && file.event_type != "read")
            .cloned()
    };
    newest
        .into_iter()
        .take(limit)
        .map(|at| LatestRow {
            file: change_of(entries[at]),
            entry: entries[at].clone(),
        })
        .collect()
}
