//! Settings keep what others have in them, and what is ours is brought up to date.

use super::*;

const COMMAND: &str = "'/opt/my tools/adwatch' hook";
const EVENTS: [&str; 4] = ["PreToolUse", "Stop", "StopFailure", "TaskCreated"];

fn run(text: &str, edit: Edit<'_>) -> (String, usize) {
    let Ordered::Object(fields) = Ordered::parse(text).expect("JSON") else {
        panic!("no object");
    };
    let (settings, events) = edit.apply(fields, COMMAND).expect("edited");
    (Ordered::Object(settings).print().expect("text"), events.len())
}

fn install(text: &str) -> (String, usize) {
    run(text, Edit::Install(&EVENTS))
}

#[test]
fn what_others_have_there_stays_and_ours_goes_again_without_a_trace() {
    let before = Ordered::parse(
        r#"{"model": "opus", "hooks": {"Stop": [{"matcher": "", "hooks": [{"type": "command", "command": "say done", "x": 1.50}]}],
            "TheirOwn": [1], "Odd": {"a": 1}}, "env": {"B": "1", "A": "2"}}"#,
    )
    .and_then(|settings| settings.print())
    .expect("JSON");
    let (with, added) = install(&before);
    assert_eq!(added, EVENTS.len());
    assert!(
        with.contains("say done") && with.contains("1.50") && with.matches(" hook\"").count() == EVENTS.len(),
        "{with}"
    );
    assert!(
        with.find("\"model\"") < with.find("\"hooks\"") && with.find("\"hooks\"") < with.find("\"env\""),
        "{with}"
    );
    assert_eq!(install(&with), (with.clone(), 0), "again changes nothing");
    assert_eq!(run(&with, Edit::Uninstall), (before.clone(), EVENTS.len()));
    assert_eq!(run(&before, Edit::Uninstall), (before, 0));
    let (with, _) = install("{}");
    assert_eq!(run(&with, Edit::Uninstall).0, "{}\n");
}

#[test]
fn one_that_was_moved_is_replaced_and_not_added_twice() {
    let (with, _) = install("{}");
    let moved = with.replace("/opt/my tools/adwatch", "/old/adwatch");
    let (again, changed) = install(&moved);
    assert_eq!((again, changed), (with, EVENTS.len()));
}

#[test]
fn what_another_version_wrote_is_brought_up_to_date() {
    let theirs = r#"{"hooks": [{"type": "command", "command": "say it"}]}"#;
    let ours = r#"{"hooks": [{"type": "command", "command": "adwatch hook", "timeout": 5}]}"#;
    let current = ours.replace("adwatch hook", "'/opt/my tools/adwatch' hook");
    let before = format!(
        r#"{{"hooks": {{"MessageDisplay": [{ours}], "PreToolUse": [{theirs}, {ours}, {ours}], "WorktreeCreate": [{theirs}, {ours}], "Stop": [{current}]}}}}"#
    );
    let (after, changed) = install(&before);
    assert_eq!(
        changed, 5,
        "two that go, one that was doubled, two that are new: {after}"
    );
    assert!(
        !after.contains("MessageDisplay") && !after.contains("\"adwatch hook\""),
        "{after}"
    );
    assert_eq!(after.matches("say it").count(), 2, "{after}");
    assert_eq!(after.matches(" hook\"").count(), EVENTS.len(), "{after}");
    let place = |name: &str| after.find(&format!("\"{name}\"")).expect("an event");
    assert!(
        place("PreToolUse") < place("WorktreeCreate") && place("WorktreeCreate") < place("Stop"),
        "in their order: {after}"
    );
    assert_eq!(install(&after), (after.clone(), 0));
}

#[test]
fn hooks_that_are_no_object_are_not_touched() {
    let Ordered::Object(fields) = Ordered::parse(r#"{"hooks": []}"#).expect("JSON") else {
        panic!("no object");
    };
    assert!(Edit::Install(&EVENTS).apply(fields, COMMAND).is_err());
}
