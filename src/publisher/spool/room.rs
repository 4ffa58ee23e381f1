//! Makes room in a full spool: the oldest log entries are dropped first, then the oldest lines of any kind.
//!
//! They are replaced by a line for each workflow that says how many were dropped, so the count survives whatever happens.

use std::collections::BTreeMap;
use std::{fs, io};

use serde_json::Value;

use super::{Spool, SpoolFile};
use crate::line::{SpoolLine, adw_id, is_log, told_drops};

/// How many files are open at once because what was dropped from them has not been reported yet.
const EMPTIED_AT_ONCE: usize = 64;

/// Dropped lines by workflow.
pub type Drops = BTreeMap<String, u64>;

impl Spool {
    /// Drops lines until all files take up at most `most_bytes`; returns what was dropped, by workflow. Files that somebody is writing
    /// or sending stay as they are.
    pub fn make_room(&self, most_bytes: u64, mut event_id: impl FnMut() -> String) -> Drops {
        let mut all = Drops::new();
        for only_logs in [true, false] {
            let excess = self.claim(None, 0).bytes.saturating_sub(most_bytes);
            if excess == 0 {
                break;
            }
            match thin_out(self.claims(self.names()), excess, only_logs, &mut event_id) {
                Ok(drops) => add(&mut all, drops),
                Err(error) => tracing::debug!(%error, "cannot shrink a spool file"),
            }
        }
        all
    }
}

/// What is left of a file.
struct Thinned {
    kept: Vec<u8>,
    freed: u64,
    drops: Drops,
    /// What was dropped before, as reported in this file.
    told: Drops,
}

/// Drops lines from the front until `excess` bytes are free, or nothing droppable is left. A file of which nothing is left is
/// deleted only after another one reports what was dropped: a kill between the two reports it twice instead of never.
fn thin_out(
    files: impl Iterator<Item = SpoolFile>,
    excess: u64,
    only_logs: bool,
    event_id: &mut impl FnMut() -> String,
) -> io::Result<Drops> {
    let mut excess = i64::try_from(excess).unwrap_or(i64::MAX);
    let (mut all, mut untold) = (Drops::new(), Drops::new());
    let mut emptied = Vec::new();
    for mut file in files {
        if excess <= 0 {
            break;
        }
        let thinned = Thinned::of(&fs::read(file.path())?, excess, only_logs);
        if thinned.freed == 0 {
            continue;
        }
        excess -= i64::try_from(thinned.freed).unwrap_or(i64::MAX);
        add(&mut untold, thinned.told);
        add(&mut untold, thinned.drops.clone());
        add(&mut all, thinned.drops);
        let is_empty = thinned.kept.is_empty();
        if is_empty && emptied.len() < EMPTIED_AT_ONCE {
            emptied.push(file);
            continue;
        }
        let mut lines = telling(&untold, event_id);
        excess += i64::try_from(lines.len()).unwrap_or(i64::MAX);
        lines.extend(thinned.kept);
        file.replace(&lines)?;
        emptied.drain(..).for_each(SpoolFile::delete);
        if is_empty {
            // It reports for those before it until another reports for all.
            excess -= i64::try_from(lines.len()).unwrap_or(i64::MAX);
            emptied.push(file);
        } else {
            untold.clear();
        }
    }
    if let Some(mut last) = emptied.pop() {
        let lines = telling(&untold, event_id);
        if lines.is_empty() {
            last.delete();
        } else {
            last.replace(&lines)?;
        }
    }
    emptied.into_iter().for_each(SpoolFile::delete);
    Ok(all)
}

impl Thinned {
    fn of(text: &[u8], excess: i64, only_logs: bool) -> Self {
        let mut thinned = Self {
            kept: Vec::new(),
            freed: 0,
            drops: Drops::new(),
            told: Drops::new(),
        };
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            if i64::try_from(thinned.freed).unwrap_or(i64::MAX) >= excess {
                thinned.kept.extend_from_slice(line);
                continue;
            }
            // An incomplete line was never handed over.
            if let Ok(item) = serde_json::from_slice::<Value>(line) {
                let of = adw_id(&item).unwrap_or_default().to_owned();
                if let Some(count) = told_drops(&item) {
                    *thinned.told.entry(of).or_default() += count;
                } else if only_logs && !is_log(&item) {
                    thinned.kept.extend_from_slice(line);
                    continue;
                } else {
                    *thinned.drops.entry(of).or_default() += 1;
                }
            }
            thinned.freed += line.len() as u64;
        }
        thinned
    }
}

fn add(sum: &mut Drops, more: Drops) {
    for (adw_id, count) in more {
        *sum.entry(adw_id).or_default() += count;
    }
}

/// A line for each workflow; what belongs to no workflow cannot be reported.
fn telling(drops: &Drops, event_id: &mut impl FnMut() -> String) -> Vec<u8> {
    let named = drops.iter().filter(|(adw_id, _)| !adw_id.is_empty());
    let line = |(adw_id, count): (&String, &u64)| SpoolLine::telling_drops(adw_id, *count, &mut *event_id).text;
    named.flat_map(line).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn item(kind: &str, adw_id: &str, number: usize) -> String {
        let item =
            json!({"type": kind, "data": {"adw_id": adw_id, "payload": {"number": number, "text": "x".repeat(100)}}});
        format!("{item}\n")
    }

    fn lines(spool: &Spool) -> Vec<Value> {
        let mut lines = Vec::new();
        for file in spool.claim(None, usize::MAX).files {
            let text = fs::read_to_string(file.path()).expect("read");
            lines.extend(
                text.lines()
                    .map(|line| serde_json::from_str::<Value>(line).expect("JSON")),
            );
        }
        lines
    }

    #[test]
    fn logs_go_first_the_oldest_first_and_what_went_is_told_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let spool = Spool::new(folder.path().join("to"));
        for file in 0..4 {
            let text: String = (0..10)
                .map(|at| {
                    item(
                        if at % 2 == 0 { "agent_log_entry" } else { "text_block" },
                        "a1",
                        file * 10 + at,
                    )
                })
                .collect();
            spool.leave(text.as_bytes()).expect("left");
        }
        let whole = spool.claim(None, 0).bytes;
        let mut number = 0;
        let mut event_id = || {
            number += 1;
            format!("id-{number}")
        };
        // Twelve of the twenty log entries are dropped.
        let first = spool.make_room(whole * 7 / 10, &mut event_id)["a1"];
        assert!((12..20).contains(&first), "{first}");
        let left = lines(&spool);
        let texts = left.iter().filter(|item| item["type"] == "text_block").count();
        assert_eq!(texts, 20, "nothing but logs has gone");
        let logs = |left: &[Value]| -> Vec<u64> {
            left.iter()
                .filter(|item| told_drops(item).is_none() && item["type"] == "agent_log_entry")
                .filter_map(|item| item["data"]["payload"]["number"].as_u64())
                .collect()
        };
        assert!(logs(&left)[0] > 20 && logs(&left).is_sorted(), "{:?}", logs(&left));
        let told = |left: &[Value]| left.iter().filter_map(told_drops).sum::<u64>();
        assert_eq!(told(&left), first);

        // When no log entries are left, the oldest lines of all are dropped, and the count goes on.
        let second = spool.make_room(whole / 4, &mut event_id)["a1"];
        let left = lines(&spool);
        assert_eq!(told(&left), first + second);
        let kept = left.iter().filter(|item| told_drops(item).is_none()).count() as u64;
        assert_eq!(kept + first + second, 40);
        assert!(logs(&left).is_empty(), "{left:?}");
    }

    #[test]
    fn a_thousand_files_of_one_line_become_few_and_tell_how_many_there_were() {
        let folder = tempfile::tempdir().expect("a folder");
        let spool = Spool::new(folder.path().join("to"));
        for number in 0..300 {
            spool
                .leave(item("agent_log_entry", "a1", number).as_bytes())
                .expect("left");
        }
        let mut dropped = 0;
        for _ in 0..5 {
            dropped += spool.make_room(2_000, String::new).get("a1").copied().unwrap_or(0);
        }
        let left = lines(&spool);
        let kept: Vec<&Value> = left.iter().filter(|item| told_drops(item).is_none()).collect();
        assert_eq!(left.iter().filter_map(told_drops).collect::<Vec<u64>>(), [dropped]);
        assert_eq!(kept.len() as u64 + dropped, 300);
        assert_eq!(
            kept.last().map(|item| &item["data"]["payload"]["number"]),
            Some(&json!(299))
        );
        assert!(spool.claim(None, 0).bytes <= 2_000 + 300);
    }
}
