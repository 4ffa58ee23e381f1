//! How Claude Code calls our hook, and how such a call is recognised.

use std::fs;
use std::path::{Path, PathBuf};

/// Whether a command is `adwatch hook`, whatever the path of adwatch.
pub(super) fn is_ours(command: &str) -> bool {
    let program = command
        .trim()
        .strip_suffix(" hook")
        .map(|program| program.trim().trim_matches(['\'', '"']));
    program
        .and_then(|program| Path::new(program).file_name())
        .is_some_and(|name| name == "adwatch")
}

/// How Claude Code should call this program: by its name if the shell finds it, otherwise by its path.
pub(super) fn call() -> String {
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("adwatch"));
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders)
        .map(|folder| folder.join("adwatch"))
        .find(|path| path.is_file());
    let same = |found: PathBuf| fs::canonicalize(found).ok() == fs::canonicalize(&program).ok();
    if found.is_some_and(same) {
        return "adwatch hook".to_owned();
    }
    format!("{} hook", quoted(&program.to_string_lossy()))
}

/// A word quoted for the shell.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '+');
    if word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_command_is_ours() {
        for ours in [
            "adwatch hook",
            "/usr/bin/adwatch hook",
            "'/opt/my tools/adwatch' hook",
            "\"/a b/adwatch\" hook",
        ] {
            assert!(is_ours(ours), "{ours}");
        }
        for other in [
            "adwatch emit a1 log hook",
            "my-adwatch hook",
            "hook",
            "python adwatch.py hook",
            "",
        ] {
            assert!(!is_ours(other), "{other}");
        }
        assert_eq!(quoted("/opt/it's/adwatch"), r"'/opt/it'\''s/adwatch'");
    }
}
