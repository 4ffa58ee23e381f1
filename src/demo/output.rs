//! What the tools of a play print: files, test runs, builds.

use super::author::Author;
use super::subject::DemoSubject;

/// A file as it is read: what is known of it, with some lines around.
pub fn source(subject: &DemoSubject, path: &str) -> String {
    let known: Vec<&str> = subject
        .change
        .iter()
        .chain(&subject.fix)
        .filter(|change| change.path == path)
        .map(|change| change.before.as_str())
        .collect();
    let mark = if path.ends_with(".py") || path.ends_with(".toml") {
        "#"
    } else {
        "//"
    };
    let head = format!("{mark} {}: {}", subject.repo, path);
    if known.is_empty() {
        return format!("{head}\n{mark} {}\n", subject.body);
    }
    format!("{head}\n\n{}\n", known.join("\n\n"))
}

/// A linter that found something.
pub fn lint(subject: &DemoSubject) -> String {
    let change = &subject.change[0];
    format!(
        "{}:{}  error  value is never used\n\n1 problem (1 error, 0 warnings)",
        change.path,
        change.line + 1
    )
}

pub fn build(author: &Author) -> String {
    let files = author.subject.read.len() as u64 * 31 + author.subject.test.count;
    format!("$ {}\n{files} modules, 0 warnings\nwritten to dist/", author.repo.build)
}

/// The whole suite: long enough to be cut in lists, and read whole in the details.
pub fn tests(author: &mut Author, fails: bool) -> String {
    let subject = author.subject;
    let mut lines = vec![format!("$ {}", author.repo.test)];
    let places = ["", "edge/", "regression/", "slow/"];
    for (round, place) in places.iter().enumerate() {
        for path in &subject.read {
            let (count, ms) = (author.dice.between(3, 19), author.dice.between(4, 900));
            lines.push(format!(
                " ✓ {place}{path} ({count} tests) {ms} ms{}",
                if round == 3 { "  slow" } else { "" }
            ));
        }
    }
    let count = subject.test.count;
    if fails {
        lines.push(failure(subject));
        lines.push(format!("Tests  1 failed | {} passed ({count})", count - 1));
    } else {
        lines.push(format!("Tests  {count} passed ({count})"));
    }
    lines.join("\n")
}

/// The one test that fails.
pub fn failure(subject: &DemoSubject) -> String {
    let test = &subject.test;
    format!(
        "Exit code 1\n × {}\n   {}\n   at {}:{}",
        test.name,
        test.wrong,
        test.file,
        subject.change[0].line + 17
    )
}

pub fn diff_stat(subject: &DemoSubject) -> String {
    let line = |path: &str, added: usize, removed: usize| {
        format!(
            " {path} | {} {}{}",
            added + removed,
            "+".repeat(added),
            "-".repeat(removed)
        )
    };
    let changes = subject
        .change
        .iter()
        .map(|change| line(&change.path, change.added(), change.removed()));
    let new = line(&subject.new.path, subject.new.text.lines().count(), 0);
    changes.chain([new]).collect::<Vec<_>>().join("\n")
}

pub fn commits(subject: &DemoSubject) -> String {
    format!("4e1b0a7 {}\n91c2d55 plan: {}", subject.title, subject.title)
}
