//! What a demo workflow is about: an issue of an invented shop, and what solving it looks like.

use std::sync::OnceLock;

use serde::Deserialize;

use super::tongue::Tongue;

const SUBJECTS: &str = include_str!("subjects.toml");

/// All of them, with the repositories they belong to.
#[derive(Debug, Deserialize)]
pub struct Subjects {
    repo: Vec<Repo>,
    pub subject: Vec<DemoSubject>,
}

/// How a repository is tested and built.
#[derive(Debug, Deserialize)]
pub struct Repo {
    pub name: String,
    pub test: String,
    pub build: String,
    pub lint: String,
    /// Backend and frontend.
    pub ports: [u16; 2],
    /// Its machines have an earlier CLI.
    #[serde(default)]
    older_cli: bool,
}

#[derive(Debug, Deserialize)]
pub struct DemoSubject {
    pub repo: String,
    pub issue: u32,
    pub class: String,
    pub title: String,
    pub slug: String,
    pub body: String,
    /// What the planner's sub-agents investigate.
    pub explore: Vec<String>,
    pub search: Vec<String>,
    pub read: Vec<String>,
    pub todo: Vec<String>,
    /// The last one is about the failing test.
    pub thought: Vec<String>,
    /// For the beginning, the middle and the end.
    pub say: Vec<String>,
    pub new: NewFile,
    pub change: Vec<FileEdit>,
    pub test: Test,
    /// The change that fixes the failing test.
    pub fix: Vec<FileEdit>,
    pub doc: NewFile,
    pub done: String,
}

#[derive(Debug, Deserialize)]
pub struct NewFile {
    pub path: String,
    pub text: String,
}

/// Some lines of a file, before and after.
#[derive(Debug, Deserialize)]
pub struct FileEdit {
    pub path: String,
    /// The first line, from 1.
    pub line: usize,
    pub before: String,
    pub after: String,
}

/// The test that fails at first.
#[derive(Debug, Deserialize)]
pub struct Test {
    pub file: String,
    pub name: String,
    pub wrong: String,
    /// Tests of the repository.
    pub count: u64,
}

impl Subjects {
    pub fn all() -> &'static Self {
        static ALL: OnceLock<Subjects> = OnceLock::new();
        // A test reads the file, so it can be read.
        ALL.get_or_init(|| toml::from_str(SUBJECTS).expect("the subjects are TOML"))
    }

    pub fn repo(&self, name: &str) -> Option<&Repo> {
        self.repo.iter().find(|repo| repo.name == name)
    }
}

impl Repo {
    /// What its agents run in, unless a stage says otherwise.
    pub fn tongue(&self) -> Tongue {
        if self.older_cli {
            Tongue::OlderClaude
        } else {
            Tongue::Claude
        }
    }
}

impl FileEdit {
    /// The change as a hunk of a unified diff: each line with its sign.
    pub fn lines(&self) -> Vec<String> {
        let before = self.before.lines().map(|line| format!("-{line}"));
        let after = self.after.lines().map(|line| format!("+{line}"));
        before.chain(after).collect()
    }

    pub fn added(&self) -> usize {
        self.after.lines().count()
    }

    pub fn removed(&self) -> usize {
        self.before.lines().count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subject_can_be_played() {
        let all: Subjects = toml::from_str(SUBJECTS).expect("the subjects are read");
        assert!(all.subject.len() >= 12);
        for subject in &all.subject {
            assert!(all.repo(&subject.repo).is_some(), "{}", subject.title);
            let enough = subject.explore.len() >= 2
                && !subject.search.is_empty()
                && subject.read.len() >= 4
                && subject.todo.len() >= 5
                && subject.thought.len() >= 4
                && subject.say.len() >= 3
                && subject.change.len() >= 2
                && !subject.fix.is_empty();
            assert!(enough, "{}", subject.title);
        }
    }
}
