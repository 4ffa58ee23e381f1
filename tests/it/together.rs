//! All ways to publish at once, on one board: with a server, and without one for as long as they run.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

use serde_json::Value;

use crate::harness::{PATIENCE, Project, Server};

/// What may be told more or less often: measurements, and changes of a state, of which two that come together are one.
const OFTEN: [&str; 3] = ["publisher_report", "resource_sample", "state_change"];
const SESSION: &str = "fc37a725-ca41-2fcc-ec59-34334fa9de7c";

const SHELL: &str = "
    export ADWATCH_ADW_ID=shell001
    adwatch emit status started 'an issue to solve'
    for stage in plan build test; do
        adwatch emit stage $stage started
        adwatch emit log \"at work on $stage\" --agent \"adw_${stage}_iso\"
        adwatch emit stage $stage completed
    done
    adwatch emit state issue_number=482 status=completed
    adwatch emit status completed 'solved'";

/// Hooks as Claude Code calls them, of a session of which nobody has heard, in the worktree of a workflow.
fn hooks() -> String {
    let hook = |name: &str, more: &str| {
        let payload =
            format!(r#"{{"session_id":"{SESSION}","cwd":"/srv/trees/hook0001/app","hook_event_name":"{name}"{more}}}"#);
        format!("echo '{payload}' | adwatch hook\n")
    };
    let mut script = hook("SessionStart", r#","source":"startup""#);
    for number in 0..8 {
        let call = format!(r#","tool_name":"Bash","tool_use_id":"toolu_{number}","tool_input":{{"command":"make"}}"#);
        script += &hook("PreToolUse", &call);
        script += &hook("PostToolUse", &format!(r#"{call},"tool_response":{{"stdout":"made"}}"#));
    }
    script + &hook("Stop", "")
}

/// Plays all of it side by side.
fn play(project: &Project) {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/python/example");
    let example = example.display();
    fs::create_dir_all(project.path("work")).expect("a folder");
    let scripts = [
        format!("FAKE_AGENT_PACE=0.01 python3 {example}/adw_sdlc_iso.py 482 python01"),
        SHELL.to_owned(),
        format!(
            "cd work; FAKE_AGENT_PACE=0.01 adwatch run --adw-id run00001 --agent sdlc_planner --stage plan --agents ../agents -- \
             python3 {example}/fake_agent.py -p '/feature specs/plan.md' --output-format stream-json --verbose"
        ),
        hooks(),
    ];
    std::thread::scope(|scope| {
        for script in &scripts {
            scope.spawn(move || project.run(script));
        }
    });
}

/// What each workflow knows at the end, and how often each event stands in it: its type, its agent, and of what it is told.
type Board = BTreeMap<String, BTreeMap<String, usize>>;

async fn board(server: &Server) -> Board {
    let mut board = Board::new();
    let workflows = server.get("/api/workflows").await.json()["workflows"].clone();
    for workflow in workflows.as_array().expect("a list") {
        let adw_id = workflow["adw_id"].as_str().expect("an id").to_owned();
        let path = format!("/api/workflows/{adw_id}/events?limit=1000");
        let events = server.get(&path).await.json()["events"].clone();
        let state = server.get(&format!("/api/agent-state/{adw_id}")).await.json()["state"].clone();
        let fields = state.as_object().into_iter().flatten();
        let fields: Vec<&String> = fields.map(|(name, _)| name).collect();
        let counts = board.entry(adw_id).or_default();
        counts.insert(format!("state {fields:?} {}", state["status"]), 1);
        for event in events.as_array().expect("a list") {
            let told = told(&event["data"]);
            if !OFTEN.iter().any(|often| told.starts_with(often)) {
                *counts.entry(told).or_default() += 1;
            }
        }
    }
    board
}

/// An event without what differs from run to run: times, ids and folders.
fn told(data: &Value) -> String {
    let payload = &data["payload"];
    let said = ["stage", "status", "content", "level"].map(|field| payload[field].as_str().unwrap_or("-"));
    format!(
        "{} {} {}",
        data["event_type"].as_str().unwrap_or("-"),
        data["agent"],
        said.join(" ")
    )
}

/// Waits until nothing more comes: the board is as it was a second ago, and nothing waits in the spool.
async fn settled(server: &Server, project: &Project) -> Board {
    let deadline = Instant::now() + PATIENCE;
    let mut before = Board::new();
    loop {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        let now = board(server).await;
        if now == before && now.len() == 4 && is_empty(&project.path("spool")) {
            return now;
        }
        assert!(Instant::now() < deadline, "it goes on: {now:#?}");
        before = now;
    }
}

/// Whether no event waits in any folder of the spool.
fn is_empty(spool: &Path) -> bool {
    let folders = fs::read_dir(spool).into_iter().flatten().flatten();
    let files = folders.flat_map(|folder| fs::read_dir(folder.path()).into_iter().flatten().flatten());
    let mut waiting = files.filter(|file| {
        let is_spool = file.path().extension().is_some_and(|ending| ending == "ndjson");
        is_spool && file.metadata().is_ok_and(|file| file.len() > 0)
    });
    waiting.next().is_none()
}

#[tokio::test]
async fn all_publishers_show_up_on_one_board_with_a_server_and_without() {
    let with = Project::new();
    let server = with.server().start();
    play(&with);
    let seen = settled(&server, &with).await;
    let count = |adw_id: &str, event_type: &str| -> usize {
        let of_type = seen[adw_id].iter().filter(|(told, _)| told.starts_with(event_type));
        of_type.map(|(_, count)| count).sum()
    };
    for (adw_id, event_type, expected) in [
        ("shell001", "stage_completed", 3),
        ("shell001", "completed", 1),
        ("python01", "stage_completed", 3),
        ("python01", "session_ended", 4),
        ("run00001", "stage_completed", 1),
        ("run00001", "session_ended", 1),
        ("hook0001", "tool_execution_pre", 8),
        ("hook0001", "tool_execution_post", 8),
    ] {
        assert_eq!(
            count(adw_id, event_type),
            expected,
            "{event_type} in {:#?}",
            seen[adw_id]
        );
    }

    // The same without a server; what comes of it once one is there is the same board.
    let without = Project::new();
    play(&without);
    let server = without.server().start();
    let later = settled(&server, &without).await;
    let differing = |one: &Board, other: &Board| -> Vec<String> {
        let all = one.iter().flat_map(|(adw_id, counts)| {
            let counts = counts
                .iter()
                .filter(|(told, count)| other[adw_id].get(*told) != Some(count));
            counts.map(move |(told, count)| format!("{adw_id}: {count} x {told}"))
        });
        all.collect()
    };
    assert_eq!((differing(&seen, &later), differing(&later, &seen)), (vec![], vec![]));
}
