//! Real input, made anonymous, as a person meets it: every page is drawn, an export brings the same pages back, and a
//! search finds what reading everything finds.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use domain::letters::lower;
use domain::search;
use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

use crate::files::samples::{agents_folders, samples};
use crate::harness::{Answer, Server, server};

/// Entries that a page carries.
const ENTRIES: usize = 200;
const TABS: [&str; 5] = ["overview", "logs", "files", "thinking", "tools"];

/// Folders of workflows: those of the samples, and those that come of its single files.
fn trees(samples: &Path, made: &Path) -> Vec<PathBuf> {
    let mut trees = Vec::new();
    agents_folders(samples, &mut trees);
    // One tool keeps its workflows elsewhere.
    trees.push(samples.join("rewritten-b/adws/.adw_logs/project/local"));
    let put = |file: &Path, place: &str| {
        let copy = made.join(place);
        fs::create_dir_all(copy.parent().expect("a folder")).expect("a folder");
        fs::copy(file, &copy).expect("room");
        // What was written just now may be at work still, and its page changes with every second.
        let copy = fs::File::options().append(true).open(copy).expect("the copy");
        let long_ago = SystemTime::now() - Duration::from_secs(90 * 60);
        copy.set_modified(long_ago).expect("a time");
    };
    let growth = samples.join("growth/code_audit_20260114172232/raw_output.jsonl.v5");
    put(&growth, "grown/planner/raw_output.jsonl");
    let every = |folder: &str| fs::read_dir(samples.join(folder)).expect("a readable folder").flatten();
    for (at, file) in every("newer-cli/fixtures").enumerate() {
        put(&file.path(), &format!("newer-{at}/planner/raw_output.jsonl"));
    }
    for (at, file) in every("states").enumerate() {
        put(&file.path(), &format!("state-{at}/adw_state.json"));
    }
    trees.push(made.to_owned());
    trees
}

/// The bytes of every source below a folder.
fn sources(folder: &Path, found: &mut BTreeMap<PathBuf, u64>) {
    for entry in fs::read_dir(folder).expect("a readable folder").flatten() {
        let path = entry.path();
        let is_source = path.extension().is_some_and(|end| end == "jsonl" || end == "log");
        let bytes = entry.metadata().expect("metadata").len();
        if path.is_dir() {
            sources(&path, found);
        } else if is_source && bytes > 0 {
            found.insert(path, bytes);
        }
    }
}

/// A server on a journal, and on nothing that could add to it.
fn on(data: &Path) -> Server {
    server().arguments(["--data".as_ref(), data.as_os_str()]).start()
}

async fn read(tree: &Path, data: &Path) -> Server {
    let tree = tree.canonicalize().expect("a real path");
    let arguments = [
        "--agents".as_ref(),
        tree.as_os_str(),
        "--data".as_ref(),
        data.as_os_str(),
    ];
    let reader = server().arguments(arguments).start();
    for entry in fs::read_dir(&tree).expect("a readable folder").flatten() {
        let mut expected = BTreeMap::new();
        sources(&entry.path(), &mut expected);
        let adw_id = entry.file_name().to_string_lossy().into_owned();
        let is_read = |answer: &Answer| {
            let read: BTreeMap<PathBuf, u64> = match answer.status {
                200 => answer.json()["sources"]
                    .as_array()
                    .expect("a list")
                    .iter()
                    .map(offset)
                    .collect(),
                _ => BTreeMap::new(),
            };
            answer.status == 200 && expected.iter().all(|(path, bytes)| read.get(path) == Some(bytes))
        };
        reader
            .wait_for(&format!("/api/workflows/{adw_id}/sources"), is_read)
            .await;
    }
    reader.stop(Signal::TERM);
    on(data)
}

fn offset(source: &Value) -> (PathBuf, u64) {
    let path = source["path"].as_str().expect("a path");
    (path.into(), source["offset"].as_u64().expect("an offset"))
}

async fn good(server: &Server, path: &str) -> Answer {
    let answer = server.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer
}

/// The page without its scripts, which hold the epoch and the time, and without its nonce.
async fn page(server: &Server, path: &str) -> String {
    let answer = good(server, path).await;
    let policy = answer.header("content-security-policy").expect("a policy");
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next());
    let text = answer.text().replace(nonce.expect("a nonce"), "");
    let mut parts = text.split("<script");
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once("</script>").expect("an end").1);
    first + &rest.collect::<String>()
}

/// The seqs of the rows that a tab shows.
fn rows(page: &str) -> Vec<u64> {
    let links = page.split("class=\"q\"><a href=\"").skip(1);
    let seq = |link: &str| link.split('"').next()?.rsplit_once("seq=")?.1.parse().ok();
    links.map(|link| seq(link).expect("a link to the entry")).collect()
}

/// Words from the beginning, the middle and the end of a history, and some that are in most.
fn words(events: &[Value]) -> Vec<String> {
    let mut words = vec!["error".to_owned(), "a".to_owned(), "no such words".to_owned()];
    for at in [0, events.len() / 2, events.len() - 1] {
        let mut longest = String::new();
        search::each_text(&events[at]["data"]["payload"], &mut |text| {
            let known = text.split(|c: char| !c.is_alphanumeric()).chain([longest.as_str()]);
            longest = known.max_by_key(|word| word.len()).unwrap_or_default().to_owned();
        });
        words.extend(Some(longest).filter(|word| !word.is_empty()));
    }
    words
}

/// Holds the laws of one workflow; gives its export.
async fn is_shown(server: &Server, adw_id: &str) -> String {
    let export = good(server, &format!("/api/workflows/{adw_id}/export?format=ndjson"))
        .await
        .text();
    let events: Vec<Value> = export
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let newest = |is_wanted: &dyn Fn(&Value) -> bool| {
        let seqs = events.iter().filter(|event| is_wanted(event));
        let seqs: Vec<u64> = seqs
            .map(|event| event["data"]["seq"].as_u64().expect("a seq"))
            .collect();
        seqs[seqs.len().saturating_sub(ENTRIES)..].to_vec()
    };
    let logs = rows(&page(server, &format!("/w/{adw_id}?detail=logs")).await);
    assert_eq!(logs, newest(&|_| true), "{adw_id}");
    let thoughts = rows(&page(server, &format!("/w/{adw_id}?detail=thinking")).await);
    assert_eq!(thoughts, newest(&|event| event["type"] == "agent_thinking"), "{adw_id}");

    for word in words(&events) {
        let asked: String = word.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let found = good(server, &format!("/api/workflows/{adw_id}/search?q={asked}"))
            .await
            .json();
        let lowered = lower(&word);
        let holds = |event: &&Value| search::holds(&event["data"]["payload"], &lowered);
        let expected = events.iter().filter(holds).count();
        assert_eq!(found["count"], expected, "{word:?} in {adw_id}: {found}");
    }
    export
}

/// A page without the list of files: how they were read is no part of an export.
fn without_files(page: String) -> String {
    let Some((before, files)) = page.split_once("<ol aria-label=\"Files\">") else {
        return page;
    };
    let after = files.split_once("</ol>").expect("the list ends").1;
    format!("{before}{after}")
}

/// What two journals show of a workflow. A page tells the second, which may pass between the two.
async fn is_the_same(one: &Server, other: &Server, adw_id: &str) {
    let state = format!("/api/agent-state/{adw_id}");
    let (before, after) = (good(one, &state).await.json(), good(other, &state).await.json());
    for field in ["seq", "state", "timeline"] {
        assert_eq!(before[field], after[field], "{field} of {adw_id}");
    }
    let tabs = TABS.map(|tab| format!("/w/{adw_id}?detail={tab}"));
    for path in tabs.iter().chain([&format!("/w/{adw_id}")]) {
        let mut pages = (String::new(), String::from("-"));
        for _ in 0..10 {
            if pages.0 != pages.1 {
                pages = (
                    without_files(page(one, path).await),
                    without_files(page(other, path).await),
                );
            }
        }
        assert_eq!(pages.0, pages.1, "{path}");
    }
}

#[tokio::test]
async fn every_sample_is_shown_and_found_and_comes_back_from_its_export() {
    let Some(samples) = samples() else { return };
    let made = TempDir::new().expect("a folder");
    for tree in trees(&samples, made.path()) {
        let folders = [TempDir::new().expect("a folder"), TempDir::new().expect("a folder")];
        let here = read(&tree, folders[0].path()).await;
        let listed = here.get("/api/workflows").await.json();
        let workflows = listed["workflows"].as_array().expect("a list");
        let adw_ids: Vec<&str> = workflows.iter().filter_map(|card| card["adw_id"].as_str()).collect();
        assert!(!adw_ids.is_empty(), "{}", tree.display());
        let mut export = String::new();
        for adw_id in &adw_ids {
            export += &is_shown(&here, adw_id).await;
        }
        let file = folders[1].path().join("export.ndjson");
        fs::write(&file, &export).expect("room");
        let mut import = Command::new(env!("CARGO_BIN_EXE_adwatch"));
        let output = import
            .args(["import", "--data"])
            .arg(folders[1].path())
            .arg(&file)
            .current_dir(folders[1].path());
        let output = output.output().expect("the binary starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let there = on(folders[1].path());
        for adw_id in adw_ids {
            is_the_same(&here, &there, adw_id).await;
        }
    }
}
