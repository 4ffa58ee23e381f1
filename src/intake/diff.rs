//! The difference of two texts as hunks of a unified diff, and how many lines it adds and removes.
//!
//! Without the `---` and `+++` lines, because the path is given next to the diff.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use similar::{Algorithm, ChangeTag, DiffOp, capture_diff_slices, group_diff_ops};

use domain::payload;

const CONTEXT_LINES: usize = 3;
/// Beyond this the middle is shown as replaced, because Myers' algorithm is quadratic in the number of differences.
const COMPARED_LINES: usize = 6_000;

/// Hunks with their counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diff {
    pub text: String,
    pub added: u64,
    pub removed: u64,
}

impl Diff {
    /// Compares line by line. Lines are numbered within the two texts.
    pub fn between(old: &str, new: &str) -> Self {
        let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
        let ops = if old.len() + new.len() <= COMPARED_LINES {
            capture_diff_slices(Algorithm::Myers, &old, &new)
        } else {
            replaced_middle(&old, &new)
        };
        let mut diff = Self::default();
        for group in group_diff_ops(ops, CONTEXT_LINES) {
            let (Some(first), Some(last)) = (group.first(), group.last()) else {
                continue;
            };
            let (from, to) = (first.old_range().start, last.old_range().end);
            let (new_from, new_to) = (first.new_range().start, last.new_range().end);
            diff.head(from, to - from, new_from, new_to - new_from);
            for change in group.iter().flat_map(|op| op.iter_changes(&old, &new)) {
                match change.tag() {
                    ChangeTag::Equal => diff.line(' ', change.value()),
                    ChangeTag::Delete => diff.line('-', change.value()),
                    ChangeTag::Insert => diff.line('+', change.value()),
                }
            }
        }
        diff
    }

    /// The diff of a new text.
    pub fn of_new(text: &str) -> Self {
        Self::between("", text)
    }

    /// Reads the hunks of Claude Code's `structuredPatch`; none if no hunk can be read.
    pub fn from_patch(patch: &Value) -> Option<Self> {
        let mut diff = Self::default();
        for hunk in patch.as_array()? {
            let number = |field| payload::number(hunk, field).and_then(|number| usize::try_from(number).ok());
            let lines = hunk.get("lines").and_then(Value::as_array)?;
            let (old, new) = (number("oldStart")?, number("newStart")?);
            let (old_lines, new_lines) = (number("oldLines")?, number("newLines")?);
            diff.text
                .push_str(&format!("@@ -{old},{old_lines} +{new},{new_lines} @@\n"));
            for line in lines.iter().filter_map(Value::as_str) {
                match line.split_at_checked(1) {
                    Some(("+", rest)) => diff.line('+', rest),
                    Some(("-", rest)) => diff.line('-', rest),
                    // `\ No newline at end of file` is a remark of the format, not a line of the file.
                    Some(("\\", _)) => {}
                    Some((_, rest)) => diff.line(' ', rest),
                    None => diff.line(' ', ""),
                }
            }
        }
        (!diff.text.is_empty()).then_some(diff)
    }

    /// Reads the hunks of a unified diff; none if there is no hunk in it.
    pub fn from_unified(text: &str) -> Option<Self> {
        let mut diff = Self::default();
        for line in text.lines().skip_while(|line| !line.starts_with("@@")) {
            match line.split_at_checked(1) {
                Some(("@", _)) => {
                    diff.text.push_str(line);
                    diff.text.push('\n');
                }
                Some(("+", rest)) => diff.line('+', rest),
                Some(("-", rest)) => diff.line('-', rest),
                Some(("\\", _)) => {}
                Some((_, rest)) => diff.line(' ', rest),
                None => diff.line(' ', ""),
            }
        }
        (!diff.text.is_empty()).then_some(diff)
    }

    /// Appends another diff.
    pub fn append(&mut self, other: &Self) {
        self.text.push_str(&other.text);
        self.added += other.added;
        self.removed += other.removed;
    }

    /// `+3 −1`.
    pub fn summary(&self) -> String {
        format!("+{} −{}", self.added, self.removed)
    }

    /// An empty side counts from 0, as in `diff -u`.
    fn head(&mut self, old: usize, old_lines: usize, new: usize, new_lines: usize) {
        let start = |at: usize, lines: usize| if lines == 0 { at } else { at + 1 };
        self.text.push_str(&format!(
            "@@ -{},{old_lines} +{},{new_lines} @@\n",
            start(old, old_lines),
            start(new, new_lines)
        ));
    }

    fn line(&mut self, mark: char, line: &str) {
        match mark {
            '+' => self.added += 1,
            '-' => self.removed += 1,
            _ => {}
        }
        self.text.push(mark);
        self.text.push_str(line);
        self.text.push('\n');
    }
}

/// Keeps what both texts share at their ends, and shows everything between as replaced.
fn replaced_middle(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let shared = |pairs: &mut dyn Iterator<Item = (&&str, &&str)>| pairs.take_while(|(a, b)| a == b).count();
    let head = shared(&mut old.iter().zip(new));
    let tail = shared(&mut old[head..].iter().rev().zip(new[head..].iter().rev()));
    let (old_len, new_len) = (old.len() - head - tail, new.len() - head - tail);
    let ops = [
        DiffOp::Equal {
            old_index: 0,
            new_index: 0,
            len: head,
        },
        DiffOp::Delete {
            old_index: head,
            old_len,
            new_index: head,
        },
        DiffOp::Insert {
            old_index: head + old_len,
            new_index: head,
            new_len,
        },
        DiffOp::Equal {
            old_index: head + old_len,
            new_index: head + new_len,
            len: tail,
        },
    ];
    let is_something = |op: &DiffOp| !(op.old_range().is_empty() && op.new_range().is_empty());
    ops.into_iter().filter(is_something).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// Applies the hunks: a diff that cannot be applied would show something that did not happen.
    fn patched(old: &str, diff: &Diff) -> Vec<String> {
        let old: Vec<&str> = old.lines().collect();
        let (mut at, mut new) = (0, Vec::new());
        for line in diff.text.lines() {
            if let Some(head) = line.strip_prefix("@@ -") {
                let (start, rest) = head.split_once(',').expect("a head has a start");
                let count: usize = rest
                    .split_once(' ')
                    .and_then(|(count, _)| count.parse().ok())
                    .expect("a count");
                let start: usize = start.parse().expect("a number");
                let from = if count == 0 { start } else { start - 1 };
                new.extend(old[at..from].iter().map(|line| (*line).to_owned()));
                at = from;
                continue;
            }
            let (mark, text) = line.split_at(1);
            if mark != "+" {
                assert_eq!(old[at], text);
                at += 1;
            }
            if mark != "-" {
                new.push(text.to_owned());
            }
        }
        new.extend(old[at..].iter().map(|line| (*line).to_owned()));
        new
    }

    #[test]
    fn an_edit_shows_its_lines_with_context() {
        let old = "a\nb\nc\nd\ne\nf\ng\n";
        let diff = Diff::between(old, "a\nb\nc\nD\nd2\ne\nf\ng\n");
        assert_eq!(diff.text, "@@ -1,7 +1,8 @@\n a\n b\n c\n-d\n+D\n+d2\n e\n f\n g\n");
        assert_eq!((diff.added, diff.removed), (2, 1));
        assert_eq!(Diff::of_new("x\ny").text, "@@ -0,0 +1,2 @@\n+x\n+y\n");
        assert_eq!(Diff::between(old, old), Diff::default());
    }

    #[test]
    fn the_hunks_of_a_structured_patch_keep_their_numbers() {
        let patch = json!([{"oldStart": 40, "oldLines": 2, "newStart": 41, "newLines": 2,
            "lines": [" same", "-before", "+after", "\\ No newline at end of file"]}]);
        let diff = Diff::from_patch(&patch).expect("a patch");
        assert_eq!(diff.text, "@@ -40,2 +41,2 @@\n same\n-before\n+after\n");
        assert_eq!(diff.summary(), "+1 −1");
        for bad in [json!(null), json!([]), json!([{"lines": ["+x"]}]), json!("text")] {
            assert_eq!(Diff::from_patch(&bad), None, "{bad}");
        }
    }

    #[test]
    fn a_text_of_very_many_lines_is_shown_as_replaced_in_the_middle() {
        let text = |from: usize| (from..from + 5_000).map(|n| format!("{n}\n")).collect::<String>();
        let (old, new) = (
            format!("head\n{}tail\n", text(0)),
            format!("head\n{}tail\n", text(9_000)),
        );
        let diff = Diff::between(&old, &new);
        assert_eq!((diff.added, diff.removed), (5_000, 5_000));
        assert!(diff.text.starts_with("@@ -1,5002 +1,5002 @@\n head\n-0\n"));
        assert_eq!(patched(&old, &diff), new.lines().collect::<Vec<_>>());
    }

    proptest! {
        #[test]
        fn applying_the_hunks_gives_the_new_text(old in "([abc]{0,2}\n){0,12}", new in "([abc]{0,2}\n){0,12}") {
            let diff = Diff::between(&old, &new);
            prop_assert_eq!(patched(&old, &diff), new.lines().collect::<Vec<_>>());
        }
    }
}
