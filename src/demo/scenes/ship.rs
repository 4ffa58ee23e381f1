//! The last scenes: review, documentation, and the pull request.

use serde_json::json;

use super::{WORKFLOW, begin, branch, complete, look, look_for, plan_file};
use crate::author::{Author, HAIKU, SONNET, ToolResult};
use crate::output;

/// `wait_ms`: the reviewer asks a person, who answers after this time.
pub fn review(author: &mut Author, wait_ms: Option<u64>) {
    let subject = author.subject;
    begin(author, "review", Some("test"), "adw_review_iso");
    author.log(
        "adw_review_iso",
        "INFO",
        format!("ADW review starting - ID: {}", author.adw_id),
    );
    author.enter(
        "reviewer",
        1,
        &SONNET,
        "review",
        format!("Review the branch against {}", plan_file(author).path),
    );
    author.say("I'll read the difference against the plan first.");
    author.bash(
        "git diff --stat origin/main",
        "What changed",
        ToolResult::new(output::diff_stat(subject), 140),
    );
    let steps = [
        "Read the plan",
        "Read every change",
        "Look at the edge cases",
        "Try it in the browser",
        "Say what must change",
    ]
    .map(str::to_owned);
    author.todo(&steps, 1);
    for change in &subject.change {
        author.read(&change.path, &output::source(subject, &change.path));
        author.think(&subject.thought[1]);
    }
    author.mark("reviewing");
    author.todo(&steps, 2);
    look_for(author, &subject.search[0]);
    author.think(&subject.thought[2]);
    author.todo(&steps, 3);
    let serving = wait_ms.and_then(|_| author.serve("make dev PORT=$FRONTEND_PORT", "Serve the branch"));
    let duration = author.dice.between(5_000, 9_000);
    author.bash(
        "curl -sS localhost:$FRONTEND_PORT | head -40",
        "Try it",
        ToolResult::new("HTTP 200, 14.2 kB", duration),
    );
    if let Some(wait_ms) = wait_ms {
        author.say("One thing is not mine to decide, so I ask.");
        let choices = [
            ("Ship it as it is", "The remarks become an issue of their own"),
            ("Settle the remarks first", "About ten minutes more"),
            ("Show it to the shop first", "A preview goes to the people who sell"),
        ];
        let question = format!("\"{}\" works. Two small remarks are open: what now?", subject.title);
        author.ask("Remarks", &question, &choices, choices[0].0, wait_ms);
    }
    author.stop(serving);
    author.todo(&steps, 4);
    author.say("The change does what the plan says. Two remarks, none of them blocks:\n\n- the new name could stand in the glossary\n- one test would read better as a table");
    author.exit(json!({"success": true, "review_issues": [], "review_summary": subject.done}).to_string());
    author.log("adw_review_iso", "INFO", "ADW review completed, 0 blockers");
    complete(author, "review", 82);
}

pub fn document(author: &mut Author) {
    let subject = author.subject;
    begin(author, "document", Some("review"), "adw_document_iso");
    author.enter(
        "documenter",
        1,
        &SONNET,
        "document",
        "Document what changed for those who use it.".to_owned(),
    );
    author.say("I'll describe the change where its readers look for it.");
    author.bash(
        "git log --oneline origin/main..HEAD",
        "Commits",
        ToolResult::new(output::commits(subject), 90),
    );
    let steps = ["Find the page it belongs to", "Write it", "Changelog"].map(str::to_owned);
    author.todo(&steps, 0);
    look_for(author, "## ");
    author.think(&subject.thought[1]);
    author.mark("documenting");
    author.todo(&steps, 1);
    author.write(&subject.doc);
    author.todo(&steps, 2);
    look(author, 0);
    author.think(&subject.thought[0]);
    author.todo(&steps, 3);
    author.say(&subject.say[2]);
    author.exit(subject.doc.path.as_str());
    author.log(
        "adw_document_iso",
        "INFO",
        format!("Documentation written to {}", subject.doc.path),
    );
    complete(author, "document", 91);
}

/// `waits`: the checks take minutes.
pub fn ship(author: &mut Author, waits: bool) {
    let subject = author.subject;
    begin(author, "ship", Some("document"), "adw_ship_iso");
    author.enter(
        "shipper",
        1,
        &HAIKU,
        "ship",
        "Push, open a pull request, wait for its checks, merge.".to_owned(),
    );
    let branch = branch(author);
    let duration = author.dice.between(1_400, 3_000);
    author.bash(
        &format!("git push -u origin {branch}"),
        "Push",
        ToolResult::new(
            format!("branch '{branch}' set up to track 'origin/{branch}'."),
            duration,
        ),
    );
    let number = subject.issue + 290;
    author.bash(
        "gh pr create --fill",
        "Open the pull request",
        ToolResult::new(format!("https://git.example/{}/pull/{number}", author.repo.name), 1_900),
    );
    author.mark("shipping");
    let duration = if waits {
        260_000
    } else {
        author.dice.between(28_000, 45_000)
    };
    author.bash(
        "gh pr checks --watch",
        "Wait for the checks",
        ToolResult::new(
            "lint      pass  38s\nunit      pass  1m12s\nbrowser   pass  2m04s",
            duration,
        ),
    );
    author.bash(
        &format!("gh pr merge {number} --squash"),
        "Merge",
        ToolResult::new("✓ Squashed and merged", 2_100),
    );
    author.exit(format!("Pull request {number} is merged."));
    author.log("adw_ship_iso", "INFO", format!("Pull request {number} merged"));
    complete(author, "ship", 100);
    let (added, removed, files) = author.churn;
    let message = format!("#{number} {files} files +{added} −{removed}");
    author.pause(300, 600);
    author.notice(
        "status_update",
        "completed",
        json!({"workflow_name": WORKFLOW, "status": "completed", "message": message, "progress_percent": 100}),
    );
}
