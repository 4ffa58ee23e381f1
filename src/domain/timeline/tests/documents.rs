//! What state documents tell.

use serde_json::json;

use super::*;
use crate::card::Card;

#[test]
fn a_document_tells_its_stages_in_its_order_with_their_times() {
    let mut told = Told::new();
    let phases = json!({"suit": {"status": "completed"}, "build": "done", "test": {"status": "failed", "error": "2 red"},
        "learn": {"status": "in_progress", "started_at": "2026-03-09T05:08:20Z"}, "ship": {"status": "pending"}});
    let payload = json!({"source": "adw_state.json", "phases_in_order": ["suit", "build", "test", "learn", "ship"],
        "changed": [{"field": "phases", "new": phases}, {"field": "mission_title", "new": "Growth loops"}, {"field": "cost_usd", "new": 1.25},
            {"field": "repo_url", "new": "https://github.com/acme/shop.git"}]});
    told.event(Kind::AgentStateUpdate, "state_change", None, None, None, payload);
    let stages: Vec<_> = told
        .timeline
        .stages
        .iter()
        .map(|line| (line.name.as_str(), line.state))
        .collect();
    use crate::timeline::stage_line::StageState::{Completed, Failed, Pending, Running};
    assert_eq!(
        stages,
        [
            ("suit", Completed),
            ("build", Completed),
            ("test", Failed),
            ("learn", Running),
            ("ship", Pending)
        ]
    );
    let learn = &told.timeline.stages[3];
    assert_eq!(
        learn.started.map(|started| started.at),
        Timestamp::parse("2026-03-09T05:08:20Z").map(|(at, _)| at)
    );
    let card = Card::of(&told.timeline);
    assert_eq!(
        (card.title.as_str(), card.repo.as_deref(), card.cost_usd),
        ("Growth loops", Some("acme/shop"), Some(1.25))
    );
    assert_eq!(card.stage.as_deref(), Some("learn"));
}
