//! Real input, made anonymous: every line of every tree is accounted for, and a run that grows is the run at once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use domain::event::Event;
use domain::timeline::Timeline;
use domain::timeline::sources::{MENDED, UNFINISHED};
use journal::Tail;

use super::{World, is_accounted};

/// The samples; none, with a message, where they are absent.
pub fn samples() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples");
    let folder = std::env::var_os("ADWATCH_SAMPLES").map_or(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!(
        "skipped: there are no samples at {}; set ADWATCH_SAMPLES",
        folder.display()
    );
    None
}

/// All folders named `agents`.
pub fn agents_folders(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            if entry.file_name() == "agents" {
                found.push(path.clone());
            }
            agents_folders(&path, found);
        }
    }
}

/// Sources below a folder, with their lines and bytes up to the last end.
fn sources(folder: &Path, found: &mut BTreeMap<PathBuf, (u64, u64)>) {
    for entry in fs::read_dir(folder).expect("a readable folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "jsonl" || extension == "log")
        {
            let bytes = fs::read(&path).expect("a readable file");
            let lines = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
            let is_ended = bytes.last().is_none_or(|byte| *byte == b'\n');
            // One array holds its lines as elements.
            let elements = serde_json::from_slice::<Vec<serde_json::Value>>(&bytes).ok();
            let lines = elements.map_or(lines + u64::from(!is_ended), |elements| elements.len() as u64);
            found.insert(path, (lines, bytes.len() as u64));
        }
    }
}

#[test]
fn every_line_of_every_tree_is_accounted_for() {
    let Some(samples) = samples() else { return };
    let mut folders = Vec::new();
    agents_folders(&samples, &mut folders);
    assert!(folders.len() >= 5, "{folders:?}");
    // One tool keeps its workflows elsewhere.
    folders.push(samples.join("rewritten-b/adws/.adw_logs/project/local"));
    for folder in folders {
        let folder = folder.canonicalize().expect("a real path");
        let mut expected = BTreeMap::new();
        sources(&folder, &mut expected);
        expected.retain(|_, (_, bytes)| *bytes > 0);
        let mut world = World::new();
        // The second one is empty, but for what tells that everything was looked at.
        world.config.roots = vec![folder.clone(), world.path("agents")];
        world.watch();
        let adw_ids: Vec<String> = fs::read_dir(&folder)
            .expect("a readable folder")
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        let mut tails: BTreeMap<PathBuf, Tail> = BTreeMap::new();
        let whole = |tails: &BTreeMap<PathBuf, Tail>| {
            expected
                .iter()
                .all(|(path, (_, bytes))| tails.get(path).is_some_and(|tail| tail.offset == *bytes))
        };
        let began = std::time::Instant::now();
        while !whole(&tails) {
            assert!(
                began.elapsed() < super::PATIENCE * 4,
                "not everything of {} was read: {:?}",
                folder.display(),
                tails.keys()
            );
            world.settle();
            for adw_id in &adw_ids {
                let streams = world.tails(adw_id).into_iter().filter(|tail| !tail.agent.is_empty());
                tails.extend(streams.map(|tail| (PathBuf::from(&tail.path), tail)));
            }
        }
        for (path, (lines, _)) in &expected {
            let tail = &tails[path];
            assert_eq!(tail.lines.lines, *lines, "{}", path.display());
            assert!(is_accounted(tail), "{}: {:?}", path.display(), tail.lines);
            assert!(tail.lines.oddities <= 1, "{}: {:?}", path.display(), tail.lines);
        }
        assert_eq!(tails.len(), expected.len(), "nothing else was taken for a source");
        is_truthful(&world, &adw_ids);
    }
}

#[test]
fn every_line_of_a_stream_alone_is_accounted_for() {
    let Some(samples) = samples() else { return };
    let mut streams = vec![samples.join("growth/code_audit_20260114172232/raw_output.jsonl.v5")];
    let newer = fs::read_dir(samples.join("newer-cli/fixtures")).expect("a readable folder");
    streams.extend(newer.flatten().map(|entry| entry.path()));
    for stream in streams {
        let bytes = fs::read(&stream).expect("a stream");
        let mut world = World::new();
        world.write(GROWN, &bytes);
        world.watch();
        world.until_read("grown", bytes.len() as u64);
        let tail = &world.tails("grown")[0];
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        assert_eq!(
            (tail.lines.lines, tail.lines.oddities),
            (lines, 0),
            "{}",
            stream.display()
        );
        assert!(is_accounted(tail), "{}: {:?}", stream.display(), tail.lines);
        is_truthful(&world, &["grown".to_owned()]);
    }
}

/// The events and none that came since: a state document is read for itself, perhaps after the last line of a stream.
fn known(world: &World, adw_id: &str) -> (Vec<Event>, Option<Timeline>) {
    let began = std::time::Instant::now();
    loop {
        let events = world.events(adw_id);
        let timeline = world.timeline(adw_id);
        let seq = timeline.as_ref().map_or(0, |timeline| timeline.seq);
        if seq == events.len() as u64 || began.elapsed() > super::PATIENCE {
            return (events, timeline);
        }
    }
}

/// What holds of every event of old files.
fn is_truthful(world: &World, adw_ids: &[String]) {
    for adw_id in adw_ids {
        let (events, timeline) = known(world, adw_id);
        let seqs: Vec<u64> = events.iter().map(|event| event.seq).collect();
        assert_eq!(seqs, (1..=events.len() as u64).collect::<Vec<_>>());
        let count = |event_type: &str| events.iter().filter(|event| event.event_type == event_type).count();
        assert!(count("tool_execution_post") <= count("tool_execution_pre"), "{adw_id}");
        for event in &events {
            let text = event.payload.to_string();
            assert!(!text.contains("iVBORw0KGgo"), "an image in {adw_id} {}", event.seq);
            assert!(!text.contains("\"signature\""), "a signature in {adw_id} {}", event.seq);
        }
        if let Some(timeline) = timeline {
            assert_eq!(timeline.seq, events.len() as u64);
            assert_eq!((timeline.sources.truncated, timeline.sources.deleted), (0, 0));
        }
    }
}

const GROWN: &str = "agents/grown/planner/raw_output.jsonl";

/// Events without what depends on when they were read: a busy machine may leave half a line for so long that it is told.
fn timeless(world: &World) -> Vec<Event> {
    let mut events = world.events("grown");
    events.retain(|event| ![UNFINISHED, MENDED].contains(&event.event_type.as_str()));
    for (at, event) in events.iter_mut().enumerate() {
        event.seq = at as u64 + 1;
        event.timestamp = domain::timestamp::Timestamp(0);
        event.time_source = domain::event::TimeSource::Unknown;
        if let Some(payload) = event.payload.as_object_mut() {
            payload.remove("duration_ms");
            // Counted with the duration in it.
            payload.remove("preview_of_bytes");
        }
    }
    events
}

/// Appends pieces, with a restart after one of them, and compares with the whole read at once.
fn grows_as_at_once(pieces: &[Vec<u8>], restart_after: usize) {
    let whole = pieces.concat();
    let mut at_once = World::new();
    at_once.write(GROWN, &whole);
    at_once.watch();
    at_once.until_read("grown", whole.len() as u64);

    let mut growing = World::watched();
    let mut written = 0;
    for (at, piece) in pieces.iter().enumerate() {
        growing.append(GROWN, piece);
        written += piece.len();
        let last_end = whole[..written]
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        if at == restart_after {
            growing.restart();
        } else if at % 3 == 0 && last_end > 0 {
            growing.until_read("grown", last_end as u64);
        }
    }
    growing.until_read("grown", whole.len() as u64);
    let (grown, once) = (timeless(&growing), timeless(&at_once));
    let differs = (0..grown.len().max(once.len())).find(|at| grown.get(*at) != once.get(*at));
    if let Some(at) = differs {
        panic!("event {} differs:\n{:?}\n{:?}", at + 1, grown.get(at), once.get(at));
    }
    let (grown, once) = (&growing.tails("grown")[0], &at_once.tails("grown")[0]);
    assert_eq!((&grown.lines, grown.run), (&once.lines, once.run));
    let usage = |world: &World| {
        world
            .timeline("grown")
            .map(|timeline| (timeline.usage, timeline.cost_usd(), timeline.tools))
    };
    assert_eq!(usage(&growing), usage(&at_once));
}

#[test]
fn a_run_that_grew_is_the_run_at_once() {
    let Some(samples) = samples() else { return };
    let folder = samples.join("growth/code_audit_20260114172232");
    let mut before = Vec::new();
    let mut pieces = Vec::new();
    for version in 1..=5 {
        let bytes = fs::read(folder.join(format!("raw_output.jsonl.v{version}"))).expect("a version");
        assert!(bytes.starts_with(&before), "each version goes on from the one before");
        // In three parts, so that lines are cut as well.
        pieces.extend(
            bytes[before.len()..]
                .chunks((bytes.len() - before.len()).div_ceil(3))
                .map(<[u8]>::to_vec),
        );
        before = bytes;
    }
    grows_as_at_once(&pieces, 7);
}

#[test]
fn an_invented_run_that_grew_is_the_run_at_once() {
    let call = |n: usize| {
        let edit = format!(
            "{{\"type\":\"tool_use\",\"id\":\"t{n}\",\"name\":\"Edit\",\"input\":{{\"file_path\":\"/w/{n}\",\"old_string\":\"a\",\"new_string\":\"b\"}}}}"
        );
        let answer = format!("{{\"type\":\"tool_result\",\"tool_use_id\":\"t{n}\",\"content\":\"done\"}}");
        format!(
            "{{\"type\":\"assistant\",\"message\":{{\"content\":[{edit}]}}}}\n{{\"type\":\"user\",\"message\":{{\"content\":[{answer}]}}}}\n"
        )
    };
    let whole: String = (0..40).map(call).collect();
    for size in [97, 1_000] {
        let pieces: Vec<Vec<u8>> = whole.as_bytes().chunks(size).map(<[u8]>::to_vec).collect();
        grows_as_at_once(&pieces, pieces.len() / 2);
    }
}
