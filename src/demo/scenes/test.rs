//! Testing: the whole suite, a failing test, and the agent that fixes it.

use serde_json::json;

use super::{begin, complete, fail, look, look_for};
use crate::author::{Author, HAIKU, OPUS, SONNET, ToolResult};
use crate::output;

/// Runs the tests; returns whether they pass in the end. `repairs`: a test fails first and gets fixed.
pub fn test(author: &mut Author, repairs: bool, passes: bool) -> bool {
    let subject = author.subject;
    begin(author, "test", Some("build"), "adw_test_iso");
    author.log(
        "adw_test_iso",
        "INFO",
        format!("ADW test starting - ID: {}", author.adw_id),
    );
    run_tests(author, 1, repairs || !passes);
    if !repairs && passes {
        complete(author, "test", 68);
        return true;
    }
    author.log(
        "adw_test_iso",
        "WARNING",
        format!("1 test failed: {}", subject.test.name),
    );
    let attempts = if passes { 1 } else { 3 };
    for attempt in 0..attempts {
        resolve(author, attempt, passes);
        run_tests(author, attempt as u32 + 2, !passes);
    }
    if passes {
        author.log("adw_test_iso", "INFO", "All tests passed after 1 resolution");
        complete(author, "test", 68);
        return true;
    }
    let message = format!("1 of {} tests failed: {}", subject.test.count, subject.test.name);
    author.log(
        "adw_test_iso",
        "ERROR",
        format!("{message}; giving up after {attempts} attempts"),
    );
    fail(author, "test", &message);
    false
}

fn run_tests(author: &mut Author, run: u32, fails: bool) {
    let subject = author.subject;
    author.enter(
        "test_runner",
        run,
        &SONNET,
        "test",
        "Run all tests and report them as JSON.".to_owned(),
    );
    author.say("I'll run the linter first, then the whole suite.");
    let lint = author.dice.between(2_000, 5_000);
    author.bash(&author.repo.lint, "Lint", ToolResult::new("", lint));
    let (duration, text) = (author.dice.between(11_000, 26_000), output::tests(author, fails));
    let answer = if fails {
        ToolResult::failed(text, duration)
    } else {
        ToolResult::new(text, duration)
    };
    author.bash(&author.repo.test, "Run the whole suite", answer);
    author.mark("tested");
    let passed = subject.test.count - u64::from(fails);
    author.say(&format!("{passed} of {} tests pass.", subject.test.count));
    author.exit(json!([{"test_name": subject.test.name, "passed": !fails, "error": if fails { subject.test.wrong.as_str() } else { "" }}]).to_string());
}

fn resolve(author: &mut Author, attempt: usize, repairs: bool) {
    let subject = author.subject;
    let name = format!("test_resolver_iter{}_0", attempt + 1);
    author.enter(
        &name,
        1,
        &OPUS,
        "resolve_failed_test",
        format!("Repair {}: {}", subject.test.name, subject.test.wrong),
    );
    let steps = [
        "Read the failing test",
        "Reproduce it alone",
        "Find the cause",
        "Repair it",
        "Run it ten times",
    ]
    .map(str::to_owned);
    author.todo(&steps, 0);
    author.read(&subject.test.file, &output::source(subject, &subject.test.file));
    author.todo(&steps, 1);
    let one = format!("{} {}", author.repo.test, subject.test.file);
    let duration = author.dice.between(2_400, 7_000);
    author.bash(
        &one,
        "Reproduce the failure",
        ToolResult::failed(output::failure(subject), duration),
    );
    author.mark("resolving");
    author.todo(&steps, 2);
    author.tasks(&[format!("explore: {}", subject.fix[0].path)], &HAIKU, |author, _| {
        look(author, 0);
        look_for(author, &subject.search[0]);
        look(author, 1);
        author.say("The cause lies where the test looks, not in the test.");
    });
    author.think(subject.thought.last().map_or("", String::as_str));
    author.say(&format!(
        "The failure is real, not a flaky clock. It comes from `{}`.",
        subject.fix[0].path
    ));
    author.todo(&steps, 3);
    if let Some(fix) = subject.fix.get(attempt.min(subject.fix.len() - 1)) {
        author.edit(fix);
    }
    author.todo(&steps, 4);
    let duration = author.dice.between(6_000, 14_000);
    let answer = if repairs {
        ToolResult::new(format!("✓ {} (10 runs)", subject.test.name), duration)
    } else {
        ToolResult::failed(output::failure(subject), duration)
    };
    author.bash(&format!("{one} --repeat 10"), "Run it ten times", answer);
    if repairs {
        author.todo(&steps, 5);
        author.exit(format!("Repaired in {}.", subject.fix[0].path));
    } else {
        author.exit("It still fails; the cause lies deeper than this test.");
    }
}
