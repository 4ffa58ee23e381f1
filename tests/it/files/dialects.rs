//! Streams and documents of other tools, from file to timeline.

use domain::card::Card;
use domain::status::{Patience, Pulse, Status};
use domain::timeline::Timeline;
use domain::timeline::agent_state::AgentState;
use domain::timeline::report::Reported;
use domain::timeline::stage_line::StageState;
use domain::timestamp::Timestamp;

use super::{ID, STREAM, World, is_accounted, line};

const CHECK: &str = "agents/visual_check/check_1.jsonl";
const CHECKED: &str = "visual_check";

fn piece(text: &str) -> String {
    format!(
        "{{\"type\":\"message\",\"timestamp\":\"2026-01-14T22:27:38.079Z\",\"role\":\"assistant\",\"content\":\"{text}\",\"delta\":true}}\n"
    )
}

fn opening() -> String {
    "MCP server 'x' is up: port 1{\"type\":\"init\",\"timestamp\":\"2026-01-14T22:27:34.738Z\",\"session_id\":\"s\",\"model\":\"duo\"}\n"
        .to_owned()
}

fn result(fields: &str) -> String {
    format!("{{\"type\":\"result\",\"subtype\":\"success\",\"session_id\":\"s\",{fields}}}\n")
}

/// What a person reads of it an hour after it was written.
fn verdict(timeline: &Timeline) -> (Status, String) {
    let now = Timestamp(timeline.last_at.expect("an event").0 + 3_600_000);
    let verdict = Pulse::of(timeline).verdict(now, &Patience::default());
    (verdict.status, verdict.why)
}

#[test]
fn a_stream_of_the_other_cli_in_the_folder_of_the_workflow_is_read() {
    let mut world = World::new();
    let end = "{\"type\":\"result\",\"timestamp\":\"2026-01-14T22:27:40Z\",\"status\":\"success\",\"stats\":{\"input_tokens\":50,\"output_tokens\":10,\"duration_ms\":9000}}\n";
    let prompt = "{\"type\":\"message\",\"role\":\"user\",\"content\":\"look\"}\n";
    world.write(
        CHECK,
        [&opening(), prompt, &piece("All "), &piece("is well."), end].concat(),
    );
    world.watch();
    let timeline = world.until(CHECKED, |timeline| timeline.seq == 5);
    assert_eq!(
        world.types(CHECKED),
        ["log_entry", "session_started", "user_text", "text", "session_ended"]
    );
    let agent = &timeline.agents[0];
    assert_eq!((agent.name.as_str(), agent.state), ("check_1", AgentState::Ended));
    assert_eq!(
        (agent.result.as_deref(), agent.turns(), agent.usage.total()),
        (Some("All is well."), 1, 60)
    );
    assert_eq!(timeline.usage.total(), 60);
    let tail = &world.tails(CHECKED)[0];
    assert_eq!((tail.lines.lines, tail.lines.sources), (5, 5));
}

#[test]
fn pieces_wait_for_the_next_and_survive_a_restart() {
    let mut world = World::watched();
    world.append(CHECK, [opening(), piece("first ")].concat());
    world.until(CHECKED, |timeline| timeline.seq >= 2);
    // Whether it was held back or had been given already, nothing is lost and nothing comes twice.
    world.restart();
    world.append(CHECK, piece("second "));
    world.append(CHECK, piece("third"));
    world.until(CHECKED, |timeline| {
        timeline.seq >= 3 && world.texts(CHECKED).concat().ends_with("third")
    });
    assert_eq!(world.texts(CHECKED).concat(), "first second third");
    let tail = &world.tails(CHECKED)[0];
    assert_eq!((tail.lines.lines, tail.lines.sources), (4, 4));
    assert!(is_accounted(tail));
}

#[test]
fn a_stream_without_a_result_and_without_a_session_is_stalled() {
    let world = World::watched();
    world.append(CHECK, piece("and then nothing"));
    let timeline = world.until(CHECKED, |timeline| timeline.seq == 1);
    let (status, why) = verdict(&timeline);
    assert_eq!(status, Status::Stalled, "{why}");
}

#[test]
fn a_stream_that_stays_empty_is_told_once() {
    let mut world = World::new();
    world.write(STREAM, "");
    world.age(STREAM, 90);
    world.watch();
    let timeline = world.until(ID, |timeline| timeline.seq == 1);
    assert_eq!(
        (timeline.sources.unfinished, timeline.agents[0].name.as_str()),
        (1, "sdlc_planner")
    );
    world.restart();
    world.settle();
    assert_eq!(world.events(ID).len(), 1);
    world.append(STREAM, line("at last"));
    let timeline = world.until(ID, |timeline| timeline.seq == 2);
    assert_eq!(timeline.agents[0].run, 1);
}

#[test]
fn why_an_agent_stopped_is_in_the_verdict() {
    let world = World::watched();
    let fields = "\"is_error\":true,\"result\":\"You've hit your limit, resets 9pm\"";
    world.append(STREAM, [line("at work"), result(fields)].concat());
    let timeline = world.until(ID, |timeline| timeline.seq == 2);
    assert_eq!(Card::of(&timeline).doing, "You've hit your limit, resets 9pm");
    assert_eq!(
        verdict(&timeline),
        (
            Status::Failed,
            "sdlc_planner ended with an error, and nothing followed: You've hit your limit, resets 9pm".to_owned()
        )
    );
}

#[test]
fn segments_add_their_durations_and_the_last_cost_is_the_cost() {
    let world = World::watched();
    let begin = "{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":\"s\"}\n";
    let compacted = "{\"type\":\"system\",\"subtype\":\"compact_boundary\",\"session_id\":\"s\",\"compact_metadata\":{\"trigger\":\"auto\"}}\n";
    let first = result("\"is_error\":false,\"duration_ms\":1000,\"total_cost_usd\":0.5,\"num_turns\":3");
    let second = result("\"is_error\":false,\"duration_ms\":200,\"total_cost_usd\":0.75,\"num_turns\":2");
    world.append(STREAM, [begin, &first, begin, compacted, &second].concat());
    let timeline = world.until(ID, |timeline| timeline.seq == 5);
    let agent = &timeline.agents[0];
    assert_eq!((agent.reported_ms, agent.turns(), agent.run), (Some(1_200), 5, 1));
    assert_eq!(timeline.cost_usd(), Some(0.75));
}

#[test]
fn a_workflow_summary_names_the_workflow_and_its_stages() {
    let world = World::watched();
    world.write(
        "agents/c0a43f47/planner/custom_summary_output.json",
        r#"{"phase":"planning","success":true,"retry_code":"none","output":"done"}"#,
    );
    let timeline = world.until(ID, |timeline| timeline.seq == 1);
    assert_eq!(
        (timeline.stages[0].name.as_str(), timeline.stages[0].state),
        ("plan", StageState::Completed)
    );
    assert_eq!(world.events(ID)[0].agent.as_deref(), Some("planner"));
    world.write(
        "agents/c0a43f47/workflow_summary.json",
        r#"{"workflow":"chore_implement","prompt":"Add a page\nwith a list","phases":{"planning":{"success":true},
            "implementation":{"success":false,"retry_code":"timeout_error"}},"overall_success":false}"#,
    );
    let timeline = world.until(ID, |timeline| timeline.seq == 2);
    let report = timeline.report.as_ref().expect("a report");
    assert_eq!(
        (report.state, report.workflow_name.as_deref(), report.by.as_str()),
        (Reported::Failed, Some("chore_implement"), "workflow_summary.json")
    );
    let build = &timeline.stages[1];
    assert_eq!(
        (build.name.as_str(), build.state, build.message.as_deref()),
        ("build", StageState::Failed, Some("timeout_error"))
    );
    assert_eq!(timeline.state.title.as_deref(), Some("Add a page"));
}

#[test]
fn two_documents_leave_the_fields_of_each_other_alone() {
    let mut world = World::watched();
    world.write(
        "agents/c0a43f47/adw_state.json",
        r#"{"adw_id":"c0a43f47","plan_file":"a"}"#,
    );
    world.until(ID, |timeline| timeline.seq == 1);
    world.write("agents/c0a43f47/state.json", r#"{"step":1}"#);
    world.until(ID, |timeline| timeline.seq == 2);
    world.restart();
    world.settle();
    world.write(
        "agents/c0a43f47/adw_state.json",
        r#"{"adw_id":"c0a43f47","branch":"b"}"#,
    );
    world.until(ID, |timeline| timeline.seq == 3);
    let document = world
        .hub()
        .archive
        .document(&super::id(ID))
        .expect("readable")
        .expect("a document");
    let fields: Vec<&str> = document.keys().map(String::as_str).collect();
    assert_eq!(fields, ["adw_id", "branch", "step"]);
}

#[test]
fn a_failed_phase_says_why_the_workflow_failed() {
    let world = World::watched();
    world.write(
        "agents/adw_1_x/adw_state.json",
        r#"{"status":"failed","current_phase":null,"completed_phases":["plan"],"phase_results":[
            {"phase":"plan","success":true,"error_message":null},{"phase":"validate","success":false,"error_message":"no such file"}]}"#,
    );
    let timeline = world.until("adw_1_x", |timeline| timeline.seq == 1);
    assert_eq!(
        verdict(&timeline),
        (Status::Failed, "adw_state.json says failed: no such file".to_owned())
    );
}
