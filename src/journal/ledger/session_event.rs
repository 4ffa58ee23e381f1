//! What a hook's event is beside a stream's, and what it becomes where a session belongs to no workflow.

use serde_json::Map;

use domain::adw_id::AdwId;
use domain::event::{Event, Kind};
use domain::payload;

/// The agent of a session that belongs to no workflow, unless its hook says whose it is.
const ALONE: &str = "claude";

/// Whether a stream tells the same under a key that both know.
pub(super) fn is_copy(event: &Event) -> bool {
    let is_told = event.kind == Kind::ToolExecution || event.kind == Kind::FileOperation;
    is_told && payload::text(&event.payload, "tool_use_id").is_some()
}

/// Where a session has no stream, its hooks are all that tells of it: it is an agent, which is at work from what it is asked until it
/// has answered.
pub(super) fn stand_alone(event: &mut Event) {
    let cli = payload::text(&event.payload, "cli").unwrap_or(ALONE);
    event.agent.get_or_insert_with(|| cli.to_owned());
    // A hook had sent it back to work: the turn has ended before.
    let is_repeated = payload::flag(&event.payload, "stop_hook_active") == Some(true);
    let event_type = match event.event_type.as_str() {
        "hook/SessionStart" => "session_started",
        "hook/Stop" if is_repeated => return,
        "hook/Stop" | "hook/SessionEnd" => "session_ended",
        _ => return,
    };
    event.kind = Kind::Session;
    event.event_type = event_type.to_owned();
}

/// Tells a session's own workflow where the session really belongs: what was recorded stays there, what follows does not come.
pub(super) fn moved_on(event: &Event, from: AdwId) -> Event {
    let to = &event.adw_id;
    let result = format!("this session is part of workflow {to}: what follows stands there");
    let mut payload = Map::new();
    payload.insert("workflow".to_owned(), to.to_string().into());
    payload.insert("result".to_owned(), result.into());
    Event {
        kind: Kind::Session,
        adw_id: from,
        seq: 0,
        timestamp: event.timestamp,
        time_source: event.time_source,
        event_type: "session_ended".to_owned(),
        agent: Some(ALONE.to_owned()),
        run: None,
        // It must not teach that the session is this workflow's.
        session_id: None,
        parent_tool_use_id: None,
        payload: payload.into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use domain::event::TimeSource;
    use domain::timestamp::Timestamp;

    #[test]
    fn a_session_without_a_stream_is_an_agent_that_works_until_it_has_answered() {
        let told = |name: &str, more: serde_json::Value| {
            let mut event = Event {
                kind: Kind::Other,
                adw_id: AdwId::of_session("s1"),
                seq: 0,
                timestamp: Timestamp(0),
                time_source: TimeSource::Read,
                event_type: format!("hook/{name}"),
                agent: None,
                run: None,
                session_id: Some("s1".into()),
                parent_tool_use_id: None,
                payload: more,
            };
            stand_alone(&mut event);
            (event.kind, event.event_type, event.agent.expect("an agent"))
        };
        let alone = |name: &str| told(name, json!({"session_id": "s1"}));
        let claude = "claude".to_owned();
        assert_eq!(
            alone("SessionStart"),
            (Kind::Session, "session_started".into(), claude.clone())
        );
        assert_eq!(alone("Stop"), (Kind::Session, "session_ended".into(), claude.clone()));
        assert_eq!(
            alone("UserPromptSubmit"),
            (Kind::Other, "hook/UserPromptSubmit".into(), claude.clone())
        );
        assert_eq!(
            told("Stop", json!({"stop_hook_active": true})),
            (Kind::Other, "hook/Stop".into(), claude),
            "one that a hook sent back has ended its turn before"
        );
        let codex = told("SessionStart", json!({"cli": "codex"}));
        assert_eq!(codex, (Kind::Session, "session_started".into(), "codex".into()));
    }
}
