//! Lines of agents' streams that were pushed before their files held them, and under which names: whoever reads a file tells each of
//! them under that name too, so that it is told once.
//!
//! They are noted before anybody looks into the file: a line that is written meanwhile is seen by one of the two.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use xxhash_rust::xxh3::xxh3_64;

use domain::adw_id::AdwId;

/// How many agents are remembered at most …
const AGENTS: usize = 64;
/// … and how many lines of each; the oldest are forgotten first.
const LINES: usize = 8 * 1024;

/// See the module. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct PushedLines(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    agents: Mutex<HashMap<AdwId, HashMap<String, Agent>>>,
    /// How many agents there are, so that nobody waits while there are none.
    count: AtomicUsize,
}

#[derive(Debug, Default)]
struct Agent {
    lines: VecDeque<PushedLine>,
}

#[derive(Clone, Copy, Debug)]
struct PushedLine {
    text: u64,
    name: u64,
}

impl PushedLines {
    /// Notes lines by their names.
    pub(crate) fn note<'a>(&self, adw_id: &AdwId, agent: &str, lines: impl Iterator<Item = (&'a str, u64)>) {
        let mut agents = self.agents();
        if self.0.count.load(Ordering::Acquire) >= AGENTS {
            agents.clear();
        }
        let known = agents
            .entry(adw_id.clone())
            .or_default()
            .entry(agent.to_owned())
            .or_default();
        for (text, name) in lines {
            // The same pushed again waits once.
            if known.lines.iter().any(|line| line.name == name) {
                continue;
            }
            if known.lines.len() == LINES {
                known.lines.pop_front();
            }
            let text = hash(text);
            known.lines.push_back(PushedLine { text, name });
        }
        self.settle(&mut agents);
    }

    /// Forgets lines, because who reads the file tells them.
    pub(crate) fn forget(&self, adw_id: &AdwId, agent: &str, names: &[u64]) {
        self.retain(adw_id, agent, |line| !names.contains(&line.name));
    }

    /// Forgets all lines of an agent, which begins anew.
    pub(crate) fn forget_all(&self, adw_id: &AdwId, agent: &str) {
        self.retain(adw_id, agent, |_| false);
    }

    /// The name of a line that was pushed before it was read here, and is not waited for any more.
    pub(super) fn take(&self, adw_id: &AdwId, agent: &str, text: &str) -> Option<u64> {
        if self.0.count.load(Ordering::Acquire) == 0 {
            return None;
        }
        let mut agents = self.agents();
        let known = agents.get_mut(adw_id)?.get_mut(agent)?;
        let text = hash(text);
        let at = known.lines.iter().position(|line| line.text == text)?;
        let name = known.lines.remove(at)?.name;
        self.settle(&mut agents);
        Some(name)
    }

    fn retain(&self, adw_id: &AdwId, agent: &str, keep: impl Fn(&PushedLine) -> bool) {
        let mut agents = self.agents();
        if let Some(known) = agents.get_mut(adw_id).and_then(|agents| agents.get_mut(agent)) {
            known.lines.retain(keep);
        }
        self.settle(&mut agents);
    }

    /// Forgets agents of which nothing is waited for.
    fn settle(&self, agents: &mut HashMap<AdwId, HashMap<String, Agent>>) {
        agents.retain(|_, agents| {
            agents.retain(|_, agent| !agent.lines.is_empty());
            !agents.is_empty()
        });
        let count = agents.values().map(HashMap::len).sum();
        self.0.count.store(count, Ordering::Release);
    }

    /// What is guarded is only what is remembered: whole enough after a panic.
    fn agents(&self) -> MutexGuard<'_, HashMap<AdwId, HashMap<String, Agent>>> {
        self.0.agents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Some strip a line before they send it.
fn hash(text: &str) -> u64 {
    xxh3_64(text.trim().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_taken_once_and_the_same_text_in_its_order() {
        let pushed = PushedLines::default();
        let adw_id: AdwId = "c0a43f47".parse().expect("a safe id");
        let note = |lines: &[(&str, u64)]| pushed.note(&adw_id, "builder", lines.iter().copied());
        assert_eq!(pushed.take(&adw_id, "builder", "a"), None);
        note(&[("a", 1), ("b", 2), ("a", 3)]);
        note(&[("a", 1)]);
        assert_eq!(pushed.take(&adw_id, "planner", "a"), None);
        assert_eq!(pushed.take(&adw_id, "builder", " a\r"), Some(1));
        assert_eq!(pushed.take(&adw_id, "builder", "a"), Some(3));
        assert_eq!(pushed.take(&adw_id, "builder", "a"), None);
        pushed.forget(&adw_id, "builder", &[2]);
        assert_eq!(pushed.take(&adw_id, "builder", "b"), None);
        note(&[("c", 4)]);
        pushed.forget_all(&adw_id, "builder");
        assert_eq!(pushed.0.count.load(Ordering::Acquire), 0);
    }
}
