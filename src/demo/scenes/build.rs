//! Building: the todo list, changes, a linter that finds something, and a sub-agent for the tests.

use super::{begin, commit, complete, look, look_for, plan_file, word};
use crate::author::{Author, GPT, HelperEnd, OPUS, SONNET, ToolResult};
use crate::output;
use crate::tongue::Tongue;

/// The first part of the build: reading, and a first change.
pub fn begin_build(author: &mut Author) {
    let subject = author.subject;
    begin(author, "build", Some("plan"), "adw_build_iso");
    author.log(
        "adw_build_iso",
        "INFO",
        format!("ADW build starting - ID: {}", author.adw_id),
    );
    let model = match author.builder {
        Tongue::Claude | Tongue::OlderClaude => &OPUS,
        Tongue::Codex => &GPT,
        Tongue::Opencode => &SONNET,
    };
    author.enter_as(
        author.builder,
        "sdlc_implementor",
        1,
        model,
        "implement",
        format!("Implement {}", plan_file(author).path),
    );
    author.say("I'll implement the plan step by step.");
    author.todo(&subject.todo, 0);
    for path in 0..subject.read.len() {
        look(author, path);
    }
    look_for(author, &subject.search[0]);
    author.think(&subject.thought[0]);
    author.todo(&subject.todo, 1);
    author.edit(&subject.change[0]);
    look(author, 1);
}

/// `waits`: the build takes minutes. `helper`: how the sub-agent in the background ends.
pub fn build(author: &mut Author, waits: bool, helper: HelperEnd) {
    let subject = author.subject;
    begin_build(author);
    author.mark("building");
    let lint = author.dice.between(2_400, 6_000);
    author.bash(
        &author.repo.lint,
        "Lint",
        ToolResult::failed(output::lint(subject), lint),
    );
    author.think(&subject.thought[1]);
    author.edit(&subject.change[0]);
    author.bash(&author.repo.lint, "Lint again", ToolResult::new("", lint));
    author.todo(&subject.todo, 2);
    author.write(&subject.new);
    author.say(&subject.say[1]);
    author.beside("write the missing tests", &SONNET, helper, |author| {
        look(author, subject.read.len() - 1);
        author.think(&subject.thought[2]);
        author.search("describe|def test_|func Test", &subject.read);
        author.say("Tests for the new behaviour stand beside the old ones.");
    });
    author.todo(&subject.todo, 3);
    author.think(&subject.thought[2]);
    for change in &subject.change[1..] {
        look_for(author, subject.search.last().map_or("", String::as_str));
        author.edit(change);
    }
    let duration = if waits {
        240_000
    } else {
        author.dice.between(9_000, 21_000)
    };
    author.mark("waiting");
    author.bash(
        &author.repo.build,
        "Build",
        ToolResult::new(output::build(author), duration),
    );
    author.todo(&subject.todo, 4);
    author.say("Everything builds. What is left is the whole suite, which the next stage runs.");
    author.exit(format!("{} Changed {} files.", subject.done, author.churn.2));
    commit(
        author,
        "sdlc_implementor_committer",
        &format!("{}: {}", word(author), subject.title),
    );
    author.log("adw_build_iso", "INFO", "ADW build completed successfully");
    complete(author, "build", 46);
}
