//! Which hook events the Claude Code on this machine can be asked for.
//!
//! Before 2.1.101 it ignored a whole settings file because of one event that it did not know, with all that stands there.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use intake::push::hook::events::OF_CLAUDE_CODE;

/// The first version that passes over events which it does not know.
const PASSES_OVER: [u32; 3] = [2, 1, 101];
/// How many events, from the first on, earlier versions of adwatch asked every Claude Code for.
const KNOWN_BEFORE: usize = 12;
/// A program that takes longer to say its version is no reason to wait.
const PATIENCE: Duration = Duration::from_secs(5);

/// The events to ask for.
pub(super) fn events() -> Vec<&'static str> {
    asked_for(version().as_deref())
}

fn asked_for(version: Option<&str>) -> Vec<&'static str> {
    let installed = OF_CLAUDE_CODE.iter().filter(|event| event.is_installed);
    let names = installed.map(|event| event.name);
    let is_older = version.and_then(numbers).is_some_and(|numbers| numbers < PASSES_OVER);
    names.take(if is_older { KNOWN_BEFORE } else { usize::MAX }).collect()
}

/// `2.1.332 (Claude Code)`
fn numbers(version: &str) -> Option<[u32; 3]> {
    let word = version.split_whitespace().next()?;
    let mut numbers = word.split('.').map(|number| number.parse().ok());
    Some([numbers.next()??, numbers.next()??, numbers.next()??])
}

/// What `claude --version` prints; none where there is no such program.
fn version() -> Option<String> {
    let mut child = Command::new("claude")
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let begin = Instant::now();
    while child.try_wait().ok()?.is_none() {
        if begin.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        thread::sleep(Duration::from_millis(10));
    }
    let mut said = String::new();
    child.stdout.take()?.take(4_096).read_to_string(&mut said).ok()?;
    Some(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_version_is_asked_for_what_it_knows() {
        let all = asked_for(None).len();
        assert_eq!(all, OF_CLAUDE_CODE.len() - 3);
        for (version, count) in [
            ("2.1.332 (Claude Code)\n", all),
            ("2.1.101 (Claude Code)", all),
            ("3.0.0", all),
            ("something else", all),
            ("2.1.100 (Claude Code)", KNOWN_BEFORE),
            ("2.0.64 (Claude Code)", KNOWN_BEFORE),
        ] {
            assert_eq!(asked_for(Some(version)).len(), count, "{version}");
        }
        assert!(asked_for(Some("2.1.9")).contains(&"SessionEnd"));
    }
}
