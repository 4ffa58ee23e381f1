//! What happens to files: cut short, put in another's place, deleted, made again, linked, closed, never finished.

use std::fs;
use std::os::unix::fs::symlink;

use domain::timeline::sources::{DELETED, MENDED, ODDITY, REPLACED, TRUNCATED};
use serde_json::json;

use super::{ID, STREAM, World, is_accounted, line, write_to};

#[test]
fn a_file_that_is_emptied_begins_a_new_run() {
    let world = World::watched();
    world.append(STREAM, [line("a"), line("b"), line("c")].concat());
    world.until(ID, |timeline| timeline.seq == 3);
    world.write(STREAM, line("a"));
    world.until(ID, |timeline| timeline.sources.truncated == 1 && timeline.seq == 5);
    world.append(STREAM, line("again"));
    world.until(ID, |timeline| timeline.seq == 6);
    assert_eq!(world.types(ID), ["text", "text", "text", TRUNCATED, "text", "text"]);
    let runs: Vec<_> = world.events(ID).iter().map(|event| event.run).collect();
    assert_eq!(runs, [Some(1), Some(1), Some(1), Some(2), Some(2), Some(2)]);
    let tails = world.tails(ID);
    assert_eq!(tails.len(), 2);
    assert!(tails.iter().all(is_accounted));
    assert_eq!(tails.iter().map(|tail| tail.lines.lines).sum::<u64>(), 5);
}

#[test]
fn a_file_that_was_emptied_and_grew_longer_between_two_looks_is_a_new_run() {
    let mut world = World::watched();
    world.append(STREAM, line("first"));
    world.until(ID, |timeline| timeline.seq == 1);
    world.stop();
    world.write(STREAM, [line("quite"), line("another"), line("text")].concat());
    world.reopen();
    world.watch();
    let timeline = world.until(ID, |timeline| timeline.seq == 5);
    assert_eq!(timeline.sources.truncated, 1);
    assert_eq!(world.texts(ID), ["first", "quite", "another", "text"]);
}

#[test]
fn a_file_in_anothers_place_begins_a_new_run() {
    let world = World::watched();
    world.append(STREAM, line("a"));
    world.until(ID, |timeline| timeline.seq == 1);
    // The same beginning, and more: by its content alone it could be the old file.
    let other = world.path("other");
    write_to(&other, &[line("a"), line("b")].concat());
    fs::rename(&other, world.path(STREAM)).expect("a rename");
    let timeline = world.until(ID, |timeline| timeline.seq == 4);
    assert_eq!((timeline.sources.replaced, timeline.agents[0].run), (1, 2));
    assert_eq!(world.types(ID), ["text", REPLACED, "text", "text"]);
}

#[test]
fn a_folder_that_is_deleted_and_made_again_begins_new_runs() {
    let mut world = World::watched();
    world.append(STREAM, [line("a").as_str(), "{\"type\":\"assis"].concat());
    world.append("agents/c0a43f47/builder/raw_output.jsonl", line("b"));
    world.until(ID, |timeline| timeline.seq == 2);
    fs::remove_dir_all(world.path("agents/c0a43f47")).expect("removable");
    let timeline = world.until(ID, |timeline| timeline.sources.deleted == 1);
    // Half a line was read before the folder went: it will never be whole, and is not forgotten.
    assert_eq!((timeline.seq, timeline.sources.oddities), (4, 1));
    world.append(STREAM, line("a"));
    let timeline = world.until(ID, |timeline| timeline.seq == 5);
    let planner = timeline.agents.iter().find(|agent| agent.name == "sdlc_planner");
    assert_eq!(planner.map(|agent| agent.run), Some(2));
    let deleted = world.events(ID).into_iter().find(|event| event.event_type == DELETED);
    assert_eq!(
        deleted.map(|event| event.payload["file"].clone()),
        Some(json!("c0a43f47/"))
    );
    assert!(world.tails(ID).iter().all(is_accounted));
    world.restart();
    world.settle();
    assert_eq!(world.events(ID).len(), 5, "a restart tells nothing again");
}

#[test]
fn what_vanished_while_nobody_looked_is_told_once() {
    let mut world = World::watched();
    world.append(STREAM, line("a"));
    world.append("agents/c0a43f47/kept/raw_output.jsonl", line("b"));
    world.until(ID, |timeline| timeline.seq == 2);
    world.stop();
    fs::remove_dir_all(world.path("agents/c0a43f47/sdlc_planner")).expect("removable");
    world.reopen();
    world.watch();
    world.until(ID, |timeline| timeline.sources.deleted == 1);
    world.restart();
    world.settle();
    assert_eq!(world.events(ID).len(), 3);
    world.append(STREAM, line("c"));
    world.until(ID, |timeline| timeline.seq == 4);
    assert_eq!(world.events(ID)[3].run, Some(2));
}

#[test]
fn a_file_that_comes_back_is_read_on() {
    let world = World::watched();
    world.append(STREAM, [line("a"), line("b")].concat());
    world.until(ID, |timeline| timeline.seq == 2);
    fs::rename(world.path("agents"), world.path("elsewhere")).expect("a rename");
    world.until(ID, |timeline| timeline.sources.deleted == 1);
    fs::rename(world.path("elsewhere"), world.path("agents")).expect("a rename");
    world.append(STREAM, line("c"));
    world.until(ID, |timeline| timeline.seq == 4);
    assert_eq!(world.texts(ID), ["a", "b", "c"]);
    assert_eq!(world.events(ID)[3].run, Some(1));
}

#[test]
fn links_are_not_followed() {
    let world = World::watched();
    let outside = world.path("outside/raw_output.jsonl");
    write_to(&outside, &line("secret"));
    world.append(STREAM, line("a"));
    symlink(world.path("outside"), world.path("agents/c0a43f47/linked")).expect("a link");
    symlink(&outside, world.path("agents/c0a43f47/raw_output.jsonl")).expect("a link");
    symlink(world.path("outside"), world.path("agents/linked")).expect("a link");
    fs::create_dir_all(world.path("trees")).expect("a folder");
    symlink(world.path("outside"), world.path("trees/linked")).expect("a link");
    write_to(
        &world.path("outside/agents/c0a43f47/x/raw_output.jsonl"),
        &line("secret"),
    );
    world.settle();
    assert_eq!(world.texts(ID), ["a"]);
    assert!(world.timeline("linked").is_none());
}

#[test]
fn other_files_and_folders_are_left_alone() {
    let world = World::watched();
    for (file, text) in [
        ("agents/context_bundles/x.jsonl", line("no workflow")),
        ("agents/security_logs/x.jsonl", line("no workflow")),
        ("agents/not:an:id/a/raw_output.jsonl", line("no id")),
        ("agents/other/a/data.jsonl", "{\"type\":\"measurement\"}\n".repeat(30)),
        ("agents/other/a/raw_output.json", "[]".to_owned()),
        ("agents/other/a/prompts/plan.txt", line("a prompt")),
    ] {
        world.write(file, text);
    }
    world.append(
        "agents/c0a43f47/notes.jsonl",
        ["words first\n", &line("a stream by its second line")].concat(),
    );
    let timeline = world.until(ID, |timeline| timeline.seq == 2);
    assert_eq!(timeline.sources.oddities, 0);
    assert_eq!(world.events(ID)[0].payload["message"], "words first");
    assert_eq!(world.events(ID)[1].agent.as_deref(), Some("notes"));
    world.settle();
    for adw_id in ["context_bundles", "security_logs", "other"] {
        assert!(world.timeline(adw_id).is_none(), "{adw_id}");
    }
}

#[test]
fn a_flaw_in_one_line_hides_no_other() {
    let world = World::watched();
    let mut bytes = b"\xff\xfe no text at all\n".to_vec();
    bytes.extend(line("a").into_bytes());
    bytes.extend(b"{\"type\":\"assistant\",\"message\":{\"content\":\"bytes \xc3\x28\"}}\n");
    bytes.extend(line(&"long ".repeat(1_000_000)).into_bytes());
    bytes.extend(line("b").into_bytes());
    world.write(STREAM, &bytes);
    let timeline = world.until(ID, |timeline| timeline.seq == 6);
    assert_eq!((timeline.sources.oddities, timeline.sources.mended), (1, 1));
    assert_eq!(world.types(ID), [ODDITY, "text", "text", MENDED, "text", "text"]);
    assert_eq!(world.texts(ID)[1], "bytes \u{fffd}(");
    let whole = world
        .hub()
        .archive
        .event(&super::id(ID), 5)
        .expect("readable")
        .expect("the event");
    assert!(whole.len() > 5_000_000, "a long text is kept whole");
    let tails = world.tails(ID);
    assert_eq!((tails[0].lines.lines, tails[0].offset), (5, bytes.len() as u64));
}

#[test]
fn a_last_line_without_an_end_is_taken_when_the_file_is_quiet() {
    let world = World::watched();
    world.append(STREAM, [line("a"), line("b")].concat().trim_end());
    world.until(ID, |timeline| timeline.seq == 2);
    world.append(STREAM, ["\n", &line("c")].concat());
    world.until(ID, |timeline| timeline.seq == 3);
    assert_eq!(world.texts(ID), ["a", "b", "c"]);
    assert_eq!(world.tails(ID)[0].lines.lines, 3);
}

#[test]
fn a_file_that_ends_in_the_middle_of_a_line_is_said_to() {
    let mut world = World::new();
    world.write(STREAM, [line("a").as_str(), "{\"type\":\"assis"].concat());
    world.age(STREAM, 3_600);
    world.watch();
    let timeline = world.until(ID, |timeline| timeline.sources.unfinished == 1);
    assert_eq!(timeline.seq, 2);
    world.restart();
    world.settle();
    assert_eq!(world.events(ID).len(), 2, "it is told once");
    world.append(STREAM, "tant\",\"message\":{\"content\":\"whole\"}}\n");
    world.until(ID, |timeline| timeline.seq == 3);
    assert_eq!(world.texts(ID), ["a", "whole"]);
}

#[test]
fn entries_of_a_log_are_whole_and_wait_for_what_follows() {
    let world = World::watched();
    let log = "agents/c0a43f47/adw_plan_iso/execution.log";
    world.append(
        log,
        "2025-10-17 16:04:18 - INFO - State: {\n  \"a\": 1\n}\n2025-10-17 16:04:19 - ERROR - last\n",
    );
    let timeline = world.until(ID, |timeline| timeline.seq == 2);
    assert_eq!(timeline.stages[0].name, "plan");
    world.append(log, "  goes on\n2025-10-17 16:04:20 - INFO - next\n");
    world.until(ID, |timeline| timeline.seq == 4);
    let events = world.events(ID);
    let messages: Vec<_> = events.iter().map(|event| event.payload["message"].clone()).collect();
    assert_eq!(messages, ["State: {\n  \"a\": 1\n}", "last", "  goes on", "next"]);
    assert_eq!(events[2].payload["continuation"], true);
    assert_eq!(
        (world.tails(ID)[0].lines.lines, world.tails(ID)[0].lines.sources),
        (6, 6)
    );
}
