//! The first scenes: what the issue is, a branch for it, and a plan.

use serde_json::{Value, json};

use super::{WORKFLOW, begin, branch, commit, complete, look, look_for, plan_file};
use crate::author::{Author, HAIKU, OPUS};

/// Classifies the issue and makes a branch.
pub fn open(author: &mut Author) {
    let subject = author.subject;
    for (field, value) in [
        ("adw_id", json!(author.adw_id)),
        ("issue_number", json!(subject.issue.to_string())),
        ("branch_name", Value::Null),
        ("plan_file", Value::Null),
        ("issue_class", Value::Null),
        ("worktree_path", Value::Null),
        ("backend_port", Value::Null),
        ("frontend_port", Value::Null),
        ("websocket_port", Value::Null),
        ("model_set", json!("heavy")),
        ("all_adws", json!([])),
    ] {
        author.set(field, value);
    }
    author.save_state();
    let message = format!("#{} {}", subject.issue, subject.title);
    author.notice(
        "status_update",
        "started",
        json!({"workflow_name": WORKFLOW, "status": "started", "message": message, "progress_percent": 0, "current_step": "Classify the issue"}),
    );
    begin(author, "plan", None, "adw_plan_iso");
    let dump = format!("{:#}", Value::Object(author.state.clone()));
    author.log(
        "adw_plan_iso",
        "INFO",
        format!("ADW plan starting - ID: {}, issue: {}", author.adw_id, subject.issue),
    );
    author.log("adw_plan_iso", "INFO", format!("State: {dump}"));

    author.enter(
        "issue_classifier",
        1,
        &HAIKU,
        "classify_issue",
        format!("Classify issue #{}: {}", subject.issue, subject.body),
    );
    author.say(&subject.class);
    author.exit(subject.class.as_str());
    author.set("issue_class", json!(subject.class));
    author.set(
        "issue_json",
        json!({"number": subject.issue, "title": subject.title, "body": subject.body}),
    );
    author.save_state();

    let branch = branch(author);
    author.enter(
        "branch_generator",
        1,
        &HAIKU,
        "generate_branch_name",
        format!("Name a branch for: {}", subject.title),
    );
    author.say(&branch);
    author.exit(branch.as_str());
    let worktree = author.worktree();
    author.set("branch_name", json!(branch));
    author.set("worktree_path", json!(worktree));
    author.set(
        "backend_port",
        json!(author.repo.ports[0] + (subject.issue % 15) as u16),
    );
    author.set(
        "frontend_port",
        json!(author.repo.ports[1] + (subject.issue % 15) as u16),
    );
    author.save_state();
    author.log("adw_plan_iso", "INFO", format!("Worktree created at {worktree}"));
}

pub fn plan(author: &mut Author) {
    let subject = author.subject;
    author.enter(
        "sdlc_planner",
        1,
        &OPUS,
        "plan",
        format!("Plan this, change nothing: {}\n\n{}", subject.title, subject.body),
    );
    author.say(&format!(
        "I'll look at what is there before I plan \"{}\".",
        subject.title
    ));
    look(author, 0);
    author.mark("exploring");
    author.tasks(&subject.explore, &HAIKU, |author, at| {
        for pattern in &subject.search {
            look_for(author, pattern);
        }
        let count = subject.read.len();
        for step in 0..3 {
            look(author, (at + step) % count);
        }
        author.think(subject.thought.first().map_or("", String::as_str));
        // The first of them asks for help itself.
        if at == 0 {
            author.tasks(&[format!("find who calls {}", subject.read[0])], &HAIKU, |author, _| {
                look_for(author, &subject.search[0]);
                look(author, 2);
            });
        }
        look(author, (at + 3) % count);
        author.say(&format!(
            "{} and {} are what matters here.",
            subject.read[at % count],
            subject.read[(at + 1) % count]
        ));
    });
    author.think(&subject.thought[0]);
    author.say(&subject.say[0]);
    look(author, 1);
    author.think(&subject.thought[1]);
    let file = plan_file(author);
    author.write(&file);
    author.say("The plan is written: what changes, in which order, and how it is tested.");
    author.exit(file.path.as_str());
    author.set("plan_file", json!(file.path));
    author.save_state();
    commit(author, "sdlc_planner_committer", &format!("plan: {}", subject.title));
    author.log("adw_plan_iso", "INFO", "ADW plan completed successfully");
    complete(author, "plan", 18);
}
