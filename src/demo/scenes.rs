//! The scenes of a workflow: what its agents do in each stage, and what all of them share.

mod build;
mod plan;
mod ship;
mod test;

use serde_json::{Value, json};

use super::author::{Author, HAIKU, ToolResult};
use super::output;
use super::subject::NewFile;
pub use build::{begin_build, build};
pub use plan::{open, plan};
pub use ship::{document, review, ship};
pub use test::test;

/// The script that the workflow was started with.
const WORKFLOW: &str = "adw_sdlc_iso";

/// Says that the workflow failed in a stage, and why.
pub fn fail(author: &mut Author, stage: &'static str, message: &str) {
    author.notice(
        "stage_transition",
        "stage_failed",
        json!({"stage": stage, "message": message}),
    );
    author.pause(200, 500);
    author.notice(
        "status_update",
        "failed",
        json!({"workflow_name": WORKFLOW, "status": "failed", "message": message}),
    );
}

fn begin(author: &mut Author, stage: &'static str, previous: Option<&str>, script: &str) {
    let mut scripts = author.state.get("all_adws").cloned().unwrap_or_default();
    if let Value::Array(scripts) = &mut scripts {
        scripts.push(json!(script));
    }
    author.set("all_adws", scripts);
    author.save_state();
    author.notice(
        "stage_transition",
        "stage_started",
        json!({"stage": stage, "previous": previous}),
    );
    author.mark(stage);
    author.pause(300, 900);
}

fn complete(author: &mut Author, stage: &'static str, progress: u64) {
    author.notice("stage_transition", "stage_completed", json!({"stage": stage}));
    author.pause(100, 200);
    author.notice("status_update", "in_progress", json!({"workflow_name": WORKFLOW, "status": "in_progress", "progress_percent": progress, "current_step": format!("{stage} done")}));
    author.pause(600, 1_500);
}

fn commit(author: &mut Author, agent: &str, message: &str) {
    author.enter(agent, 1, &HAIKU, "commit", "Commit what changed.".to_owned());
    author.bash(
        "git diff HEAD --stat",
        "What changed",
        ToolResult::new(output::diff_stat(author.subject), 110),
    );
    author.bash(
        &format!("git commit -am \"{message}\""),
        "Commit",
        ToolResult::new(format!("[{}] {message}", branch(author)), 210),
    );
    author.exit(message);
}

fn look(author: &mut Author, at: usize) {
    let subject = author.subject;
    let path = &subject.read[at % subject.read.len()];
    author.read(path, &output::source(subject, path));
}

fn look_for(author: &mut Author, pattern: &str) {
    let subject = author.subject;
    let count = author.dice.between(1, subject.read.len() as u64) as usize;
    author.search(pattern, &subject.read[..count]);
}

fn plan_file(author: &Author) -> NewFile {
    let subject = author.subject;
    let steps: Vec<String> = subject
        .todo
        .iter()
        .enumerate()
        .map(|(at, step)| format!("{}. {step}", at + 1))
        .collect();
    NewFile {
        path: format!(
            "specs/issue-{}-adw-{}-{}.md",
            subject.issue, author.adw_id, subject.slug
        ),
        text: format!(
            "# {}\n\n{}\n\n## Why\n\n{}\n\n## Steps\n\n{}\n",
            subject.title,
            subject.body,
            subject.thought[1],
            steps.join("\n")
        ),
    }
}

fn word(author: &Author) -> &'static str {
    match author.subject.class.as_str() {
        "/bug" => "fix",
        "/feature" => "feat",
        _ => "chore",
    }
}

fn branch(author: &Author) -> String {
    let subject = author.subject;
    format!(
        "{}-issue-{}-adw-{}-{}",
        subject.class.trim_start_matches('/'),
        subject.issue,
        author.adw_id,
        subject.slug
    )
}
