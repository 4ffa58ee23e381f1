//! From files to events, in one process: what is written under `agents/` is in the journal, once, whatever happens to the files.

#[path = "files/changes.rs"]
mod changes;
#[path = "files/dialects.rs"]
mod dialects;
#[path = "files/other_clis.rs"]
mod other_clis;
#[path = "files/samples.rs"]
pub mod samples;
#[path = "files/states.rs"]
mod states;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::adw_id::AdwId;
use domain::event::{Event, TimeSource};
use domain::timeline::Timeline;
use journal::{PageQuery, Tail};
use server::hub::{Bell, Hub};
use server::watcher::{self, WatchConfig, Watcher};
use tempfile::TempDir;

/// What may take long on a busy machine, and never does on a sound one.
const PATIENCE: Duration = Duration::from_secs(30);

/// A project with an `agents` folder, a journal, and whoever watches.
struct World {
    project: TempDir,
    journal: TempDir,
    config: WatchConfig,
    /// None for a moment, between two lives.
    hub: Option<Arc<Hub>>,
    watcher: Option<Watcher>,
    runtime: tokio::runtime::Runtime,
}

impl World {
    /// Nobody watches yet.
    fn new() -> Self {
        let project = TempDir::new().expect("a folder");
        let journal = TempDir::new().expect("a folder");
        let config = WatchConfig {
            rescan: Duration::from_millis(100),
            ..WatchConfig::new(vec![project.path().join("agents")])
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Self {
            hub: Some(Arc::new(crate::journal::open(&journal))),
            project,
            journal,
            config,
            watcher: None,
            runtime: runtime.expect("a runtime"),
        }
    }

    /// Somebody watches, and has looked at everything once.
    fn watched() -> Self {
        let mut world = Self::new();
        world.watch();
        world.settle();
        world
    }

    fn watch(&mut self) {
        let watcher = watcher::start(Arc::clone(self.hub()), self.config.clone());
        self.watcher = Some(watcher.expect("the watcher starts"));
    }

    fn hub(&self) -> &Arc<Hub> {
        self.hub.as_ref().expect("the hub is open")
    }

    fn stop(&mut self) {
        self.watcher = None;
        if let Some(hub) = self.hub.take() {
            hub.close();
        }
    }

    /// Ends and begins again, as a server does.
    fn restart(&mut self) {
        self.stop();
        self.reopen();
        self.watch();
    }

    fn reopen(&mut self) {
        self.hub = Some(Arc::new(crate::journal::open(&self.journal)));
    }

    fn path(&self, file: &str) -> PathBuf {
        self.project.path().join(file)
    }

    fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn append(&self, file: &str, text: impl AsRef<[u8]>) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let mut file = OpenOptions::new().create(true).append(true).open(path).expect("a file");
        file.write_all(text.as_ref()).expect("room");
    }

    /// Makes a file look as if it had been written long ago.
    fn age(&self, file: &str, seconds: u64) {
        let at = std::time::SystemTime::now() - Duration::from_secs(seconds);
        let file = OpenOptions::new().append(true).open(self.path(file)).expect("the file");
        file.set_modified(at).expect("a time");
    }

    fn timeline(&self, adw_id: &str) -> Option<Timeline> {
        self.hub().live.timeline(&id(adw_id)).expect("read")
    }

    /// Waits until the workflow's timeline is as it should be.
    fn until(&self, adw_id: &str, is_so: impl Fn(&Timeline) -> bool) -> Timeline {
        let bell = Bell::new();
        let mut subscription = self.hub().live.subscribe(&id(adw_id), None, &bell);
        let reached = async {
            loop {
                if let Some(timeline) = self.timeline(adw_id).filter(&is_so) {
                    return timeline;
                }
                while subscription.next().await.expect("a frame").is_some() {}
                bell.rung().await;
            }
        };
        let waited = self
            .runtime
            .block_on(async { tokio::time::timeout(PATIENCE, reached).await });
        waited.unwrap_or_else(|_| panic!("{adw_id} did not get there: {:#?}", self.timeline(adw_id)))
    }

    /// Waits until the workflow's one file has been read up to an offset, and its events are in the timeline.
    fn until_read(&self, adw_id: &str, offset: u64) {
        self.until(adw_id, |timeline| {
            let is_read = self.tails(adw_id).iter().any(|tail| tail.offset >= offset);
            is_read && timeline.seq == self.head(adw_id)
        });
    }

    fn head(&self, adw_id: &str) -> u64 {
        let query = PageQuery {
            limit: 1,
            ..PageQuery::default()
        };
        let page = self
            .hub()
            .archive
            .page(&id(adw_id), &query, &|| true)
            .expect("readable");
        page.map_or(0, |page| page.head)
    }

    /// Waits until everything that was written before has been looked at: a file written later has been read.
    fn settle(&self) {
        for round in ["once", "twice"] {
            let name = format!("settled-{round}-{}", self.hub().stats().events_recorded);
            self.append(&format!("agents/{name}/a/raw_output.jsonl"), line("x"));
            self.until(&name, |timeline| timeline.seq > 0);
        }
    }

    fn events(&self, adw_id: &str) -> Vec<Event> {
        let mut events: Vec<Event> = Vec::new();
        loop {
            let query = PageQuery {
                after: Some(events.len() as u64),
                limit: 500,
                ..PageQuery::default()
            };
            let page = self
                .hub()
                .archive
                .page(&id(adw_id), &query, &|| true)
                .expect("readable")
                .unwrap_or_default();
            if page.events.is_empty() {
                return events;
            }
            let read = page
                .events
                .iter()
                .map(|text| serde_json::from_str(text).expect("an event"));
            events.extend(read);
        }
    }

    /// The words of all texts, in order.
    fn texts(&self, adw_id: &str) -> Vec<String> {
        let events = self.events(adw_id);
        let texts = events.iter().filter_map(|event| event.payload["content"].as_str());
        texts.map(str::to_owned).collect()
    }

    fn types(&self, adw_id: &str) -> Vec<String> {
        self.events(adw_id).into_iter().map(|event| event.event_type).collect()
    }

    fn tails(&self, adw_id: &str) -> Vec<Tail> {
        self.hub().archive.sources(&id(adw_id)).expect("readable")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop();
    }
}

fn id(adw_id: &str) -> AdwId {
    adw_id.parse().expect("a safe id")
}

/// A line with a text and no id, as older tools write it.
fn line(text: &str) -> String {
    format!(
        "{{\"type\":\"assistant\",\"session_id\":\"s\",\"message\":{{\"content\":[{{\"type\":\"text\",\"text\":\"{text}\"}}]}}}}\n"
    )
}

/// A file's line counts, added up.
fn is_accounted(tail: &Tail) -> bool {
    let lines = &tail.lines;
    lines.lines == lines.sources + lines.silent.values().sum::<u64>() + lines.oddities
}

const STREAM: &str = "agents/c0a43f47/sdlc_planner/raw_output.jsonl";
const ID: &str = "c0a43f47";

#[test]
fn what_was_there_is_backlog_and_what_comes_is_live() {
    let mut world = World::new();
    world.write(STREAM, [line("old"), line("older")].concat());
    world.age(STREAM, 3_600);
    world.watch();
    world.until(ID, |timeline| timeline.seq == 2);
    world.append(STREAM, line("new"));
    world.until(ID, |timeline| timeline.seq == 3);
    let events = world.events(ID);
    let sources: Vec<TimeSource> = events.iter().map(|event| event.time_source).collect();
    assert_eq!(sources, [TimeSource::Unknown, TimeSource::Unknown, TimeSource::Read]);
    assert!(events[2].timestamp.since(events[0].timestamp) >= 3_599_000);
    assert!(
        events
            .iter()
            .all(|event| event.agent.as_deref() == Some("sdlc_planner") && event.run == Some(1))
    );
    world.append("agents/c0a43f47/builder/cc_raw_output.jsonl", line("a new file"));
    world.until(ID, |timeline| timeline.seq == 4);
    assert_eq!(world.events(ID)[3].time_source, TimeSource::Read);
}

#[test]
fn lines_come_once_across_restarts_and_those_written_meanwhile_are_backlog() {
    let mut world = World::watched();
    world.append(STREAM, [line("a"), line("b")].concat());
    world.until(ID, |timeline| timeline.seq == 2);
    world.append(STREAM, line("half of it").split_at(30).0);
    world.stop();
    world.append(STREAM, line("half of it").split_at(30).1);
    world.append(STREAM, line("while nobody looked"));
    world.reopen();
    world.watch();
    world.until(ID, |timeline| timeline.seq == 4);
    world.append(STREAM, line("again"));
    world.until(ID, |timeline| timeline.seq == 5);
    assert_eq!(
        world.texts(ID),
        ["a", "b", "half of it", "while nobody looked", "again"]
    );
    let sources: Vec<TimeSource> = world.events(ID).iter().map(|event| event.time_source).collect();
    assert_eq!(
        sources,
        [
            TimeSource::Read,
            TimeSource::Read,
            TimeSource::Unknown,
            TimeSource::Unknown,
            TimeSource::Read
        ]
    );
    let tails = world.tails(ID);
    assert_eq!((tails.len(), tails[0].lines.lines, tails[0].run), (1, 5, 1));
}

#[test]
fn without_reports_a_rescan_sees_everything() {
    let mut world = World::new();
    world.config.reports = false;
    world.watch();
    world.append(STREAM, line("a"));
    world.until(ID, |timeline| timeline.seq == 1);
    world.append(STREAM, line("b"));
    world.append("trees/x/agents/c0a43f47/builder/raw_output.jsonl", line("c"));
    world.until(ID, |timeline| timeline.seq == 3);
    fs::remove_dir_all(world.path("trees")).expect("removable");
    let timeline = world.until(ID, |timeline| timeline.sources.deleted == 1);
    assert_eq!(timeline.seq, 4);
}

#[test]
fn a_quiet_file_costs_nothing() {
    let mut world = World::watched();
    world.append(STREAM, [line("a").as_str(), "{\"half\":"].concat());
    world.append("agents/c0a43f47/adw_state.json", "{\"adw_id\":\"c0a43f47\"}");
    world.append(
        "agents/c0a43f47/adw_plan_iso/execution.log",
        "2025-10-17 16:04:18 - INFO - x\n",
    );
    world.until(ID, |timeline| timeline.seq == 3);
    world.settle();
    let before = world.hub().stats().commits;
    world.settle();
    // The files that `settle` writes are the only ones that cost a commit.
    assert!(
        world.hub().stats().commits <= before + 2,
        "{} commits more",
        world.hub().stats().commits - before
    );
    world.restart();
    world.settle();
    assert!(
        world.hub().stats().commits <= 2,
        "{} commits after a restart",
        world.hub().stats().commits
    );
    assert_eq!(world.events(ID).len(), 3);
}

#[test]
fn one_huge_file_does_not_hold_up_the_others() {
    let mut world = World::new();
    let huge = line(&"x".repeat(2_000)).repeat(4_000);
    world.write("agents/huge/a/raw_output.jsonl", &huge);
    world.watch();
    world.append(STREAM, line("live"));
    world.until(ID, |timeline| timeline.seq == 1);
    let huge_was_at = world.timeline("huge").map_or(0, |timeline| timeline.seq);
    assert!(huge_was_at < 4_000, "the live line came only after the backlog");
    world.until("huge", |timeline| timeline.seq == 4_000);
}

#[test]
fn a_new_line_is_there_within_a_blink() {
    let world = World::watched();
    world.append(STREAM, line("first"));
    world.until(ID, |timeline| timeline.seq == 1);
    let mut took = Vec::new();
    for n in 2..22 {
        let began = Instant::now();
        world.append(STREAM, line("next"));
        world.until(ID, |timeline| timeline.seq == n);
        took.push(began.elapsed());
    }
    took.sort_unstable();
    // Far below the rescan: it is the report that brings it. The machine of the tests may be busy.
    assert!(took[10] < Duration::from_millis(90), "median {:?}", took[10]);
}

fn write_to(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
}
