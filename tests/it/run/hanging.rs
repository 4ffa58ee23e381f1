//! A command that goes on although it is done is told, and ended only where that is wanted.

use super::*;
use crate::harness::{Answer, server};

const RESULT: &str = r#"{"type":"result","subtype":"success","is_error":false,"result":"done"}"#;

fn has_entry(answer: &Answer, level: &str, message: &str) -> bool {
    answer.status == 200
        && entries(answer.json()["events"].as_array().expect("a list"))
            .iter()
            .any(|(at, told)| at == level && told.starts_with(message))
}

#[tokio::test]
async fn one_that_goes_on_after_its_result_is_told_once_and_again_when_it_ends() {
    let server = server().start();
    let project = Project::of(&server);
    let script = format!("echo '{RESULT}'; while ! [ -e go ]; do sleep 0.02; done");
    let running = Running::start(&mut project.run(&["--grace", "100ms"], &script));
    let path = format!("/api/workflows/{ID}/events?kind=agent_log_entry");
    let warning = "the process goes on 100 ms after its last line";
    server
        .wait_for(&path, |answer| has_entry(answer, "WARNING", warning))
        .await;
    fs::write(project.path("go"), "").expect("a file");
    assert_eq!(running.end().1, Some(0));
    let ended = server
        .wait_for(&path, |answer| has_entry(answer, "INFO", "sh completed"))
        .await;
    assert!(has_entry(&ended, "INFO", "the process ended"), "{}", ended.text());
    let warnings = entries(ended.json()["events"].as_array().expect("a list"));
    assert_eq!(
        warnings.iter().filter(|(level, _)| level == "WARNING").count(),
        1,
        "{warnings:?}"
    );
}

#[tokio::test]
async fn one_that_closes_its_output_and_goes_on_is_told() {
    let server = server().start();
    let project = Project::of(&server);
    let script = "echo text; exec >&-; while ! [ -e go ]; do sleep 0.02; done; exit 4";
    let running = Running::start(&mut project.run(&["--grace", "100ms"], script));
    let path = format!("/api/workflows/{ID}/events?kind=agent_log_entry");
    let warning = "the process goes on 100 ms after it closed its output";
    server
        .wait_for(&path, |answer| has_entry(answer, "WARNING", warning))
        .await;
    fs::write(project.path("go"), "").expect("a file");
    assert_eq!(running.end().1, Some(4));
}

#[test]
fn one_that_hangs_is_ended_where_that_is_wanted() {
    let project = Project::alone();
    let script = format!("echo '{RESULT}'; exec sleep 1000");
    let output = done(&mut project.run(&["--grace", "20ms", "--kill-after", "50ms"], &script));
    assert_eq!(output.status.code(), Some(143));
    let told = entries(&project.waiting());
    assert!(told.contains(&(
        "WARNING".into(),
        "the process is ended, because it went on for too long".into()
    )));
}

#[test]
fn what_the_child_leaves_behind_does_not_hold_adwatch() {
    let project = Project::alone();
    // It keeps the pipe open, and nobody waits for it.
    let output = done(&mut project.run(&[], "sleep 1000 2> /dev/null & echo $!"));
    assert_eq!(output.status.code(), Some(0));
    let left = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let alive = Command::new("kill").arg(&left).status().expect("a kill");
    assert!(alive.success(), "it lives on");
}
