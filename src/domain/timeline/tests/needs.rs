//! A person who is waited for.

use serde_json::json;

use super::*;
use crate::card::Card;
use crate::timeline::need_kind::NeedKind;

fn question() -> Value {
    json!({"questions": [{"question": "Which colour?", "options": [{"label": "Red"}, {"label": "Blue"}]}]})
}

fn texts(told: &Told) -> Vec<(NeedKind, &str)> {
    told.timeline
        .needs
        .iter()
        .map(|need| (need.kind, need.text.as_str()))
        .collect()
}

#[test]
fn a_question_waits_in_words_with_its_choices_until_it_is_answered() {
    let mut told = Told::new();
    told.begin().call("t1", "AskUserQuestion", question());
    told.line(Kind::Other, "control_request", json!({"request_id": "r1", "request": {"subtype": "can_use_tool", "tool_name": "AskUserQuestion", "input": question(), "tool_use_id": "t1"}}));
    assert_eq!(texts(&told), [(NeedKind::Question, "Which colour?")]);
    assert_eq!(told.timeline.needs[0].choices, ["Red", "Blue"]);
    let verdict = told.verdict(86_400);
    assert_eq!(
        (verdict.status, verdict.since),
        (Status::NeedsPerson, Some(Timestamp(2_000))),
        "however long it takes"
    );
    assert_eq!(verdict.why, "builder waits for a person: Which colour?");
    assert_eq!(Card::of(&told.timeline).needs.len(), 1);
    told.answer("t1", "AskUserQuestion", json!({}));
    assert!(told.timeline.needs.is_empty());
    assert_eq!(told.status(1), Status::Running);
}

#[test]
fn a_permission_is_asked_and_answered_through_any_door() {
    let ask = json!({"tool_name": "Write", "tool_input": {"file_path": "notes.md"}});
    let mut told = Told::new();
    told.begin().call("t1", "Write", json!({"file_path": "notes.md"}));
    told.hook("PermissionRequest", ask.clone());
    told.hook(
        "Notification",
        json!({"message": "Claude needs your permission to use Write"}),
    );
    assert_eq!(texts(&told), [(NeedKind::Permission, "Allow Write? notes.md")]);
    told.answer("t0", "Read", json!({}));
    assert_eq!(texts(&told).len(), 1, "another call that ends is no answer");
    told.answer("t1", "Write", json!({"is_error": true}));
    assert!(told.timeline.needs.is_empty());

    let mut told = Told::new();
    told.hook("UserPromptSubmit", json!({"prompt": "x"}));
    told.hook("PermissionRequest", ask);
    assert_eq!(texts(&told).len(), 1);
    told.hook("Stop", json!({}));
    assert!(told.timeline.needs.is_empty());
}

#[test]
fn a_request_that_the_host_answers_or_takes_back_waits_no_longer() {
    for over in [
        (
            "control_response",
            json!({"response": {"subtype": "success", "request_id": "r1"}}),
        ),
        ("control_cancel_request", json!({"request_id": "r1"})),
    ] {
        let mut told = Told::new();
        told.begin();
        told.line(Kind::Other, "control_request", json!({"request_id": "r1", "request": {"subtype": "can_use_tool", "tool_name": "Bash", "input": {"command": "rm x"}}}));
        assert_eq!(texts(&told), [(NeedKind::Permission, "Allow Bash? rm x")]);
        told.line(Kind::Other, over.0, over.1);
        assert!(told.timeline.needs.is_empty(), "{}", over.0);
    }
}

#[test]
fn a_plan_and_the_next_prompt_are_waited_for_too() {
    let mut told = Told::new();
    told.begin()
        .call("t1", "ExitPlanMode", json!({"plan": "# Move the cache\n1. …"}));
    assert_eq!(texts(&told), [(NeedKind::Plan, "Approve the plan? Move the cache")]);
    told.result(json!({}));
    assert!(told.timeline.needs.is_empty(), "its session is over");
    told.hook(
        "Notification",
        json!({"message": "Claude is waiting for your input", "notification_type": "idle_prompt"}),
    );
    assert_eq!(texts(&told), [(NeedKind::Input, "Claude is waiting for your input")]);
    told.hook("UserPromptSubmit", json!({"prompt": "go on"}));
    assert!(told.timeline.needs.is_empty());
}

#[test]
fn the_words_of_a_plan_stand_in_the_call() {
    let mut told = Told::new();
    told.begin()
        .call("t1", "ExitPlanMode", json!({"plan": "Move the cache"}));
    let request = json!({"request_id": "r1", "request": {"subtype": "can_use_tool", "tool_name": "ExitPlanMode", "input": {}, "tool_use_id": "t1"}});
    told.line(Kind::Other, "control_request", request);
    assert_eq!(texts(&told), [(NeedKind::Plan, "Approve the plan? Move the cache")]);
}

#[test]
fn the_next_step_of_an_agent_shows_that_a_hooks_question_is_over() {
    let mut told = Told::new();
    told.hook("UserPromptSubmit", json!({"prompt": "x"}));
    told.hook(
        "PreToolUse",
        json!({"tool_name": "Write", "tool_use_id": "t1", "input": {"file_path": "a"}}),
    );
    told.hook(
        "PermissionRequest",
        json!({"tool_name": "Write", "tool_input": {"file_path": "a"}}),
    );
    assert_eq!(texts(&told).len(), 1);
    told.hook(
        "PreToolUse",
        json!({"tool_name": "Bash", "tool_use_id": "t2", "input": {"command": "ls"}}),
    );
    assert!(told.timeline.needs.is_empty());
}

#[test]
fn an_idle_session_waits_for_nobody() {
    let mut told = Told::new();
    told.begin()
        .system("session_state_changed", json!({"state": "requires_action"}));
    assert_eq!(told.status(1), Status::NeedsPerson);
    told.system("session_state_changed", json!({"state": "idle"}));
    assert!(told.timeline.needs.is_empty());
}
