//! A unified diff read back into lines, with the words that changed.

/// One line of a diff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    pub sort: Sort,
    /// The line's number: in the old file for a removed line, otherwise in the new one; none if the hunk does not say.
    pub number: Option<u32>,
    /// Its number in the old file, where it is in both.
    pub old: Option<u32>,
    pub text: String,
    /// The bytes that changed, where the line has a counterpart.
    pub changed: Option<(usize, usize)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Same,
    Added,
    Removed,
    /// Between two hunks.
    Gap,
    /// A remark about the diff, for example that the file has no newline at its end.
    Note,
}

/// Reads the text; a truncated diff yields the lines that are there.
pub fn parse(text: &str) -> Vec<DiffLine> {
    let mut lines: Vec<DiffLine> = Vec::new();
    let (mut old, mut new) = (None, None);
    let mut in_hunk = false;
    for raw in text.lines() {
        if let Some((old_start, new_start)) = hunk_header(raw) {
            if lines.iter().any(|line| line.sort != Sort::Gap) {
                lines.push(DiffLine::new(Sort::Gap, None, ""));
            }
            (old, new) = (Some(old_start), Some(new_start));
            in_hunk = true;
            continue;
        }
        if !in_hunk && (raw.starts_with("--- ") || raw.starts_with("+++ ")) {
            continue;
        }
        let step = |number: &mut Option<u32>| {
            let now = *number;
            *number = number.map(|number| number.saturating_add(1));
            now
        };
        let line = match raw.chars().next() {
            Some('+') => DiffLine::new(Sort::Added, step(&mut new), &raw[1..]),
            Some('-') => DiffLine::new(Sort::Removed, step(&mut old), &raw[1..]),
            Some('\\') => DiffLine::new(Sort::Note, None, raw),
            Some(' ') => {
                let old = step(&mut old);
                DiffLine {
                    old,
                    ..DiffLine::new(Sort::Same, step(&mut new), &raw[1..])
                }
            }
            None => {
                let old = step(&mut old);
                DiffLine {
                    old,
                    ..DiffLine::new(Sort::Same, step(&mut new), "")
                }
            }
            Some(_) => DiffLine::new(Sort::Note, None, raw),
        };
        lines.push(line);
    }
    mark_changes(&mut lines);
    lines
}

impl DiffLine {
    fn new(sort: Sort, number: Option<u32>, text: &str) -> Self {
        Self {
            sort,
            number,
            old: None,
            text: text.to_owned(),
            changed: None,
        }
    }
}

/// `@@ -80,4 +80,6 @@` says 80 and 80.
fn hunk_header(line: &str) -> Option<(u32, u32)> {
    let rest = line.strip_prefix("@@ -")?;
    let (old, rest) = rest.split_once(" +")?;
    let new = rest.split_once(" @@")?.0;
    let start = |range: &str| range.split(',').next().and_then(|start| start.parse().ok());
    Some((start(old)?, start(new)?))
}

/// Pairs the lines of a removed block with those of the added block after it, and marks what differs between them.
fn mark_changes(lines: &mut [DiffLine]) {
    let mut at = 0;
    while at < lines.len() {
        let removed = run_of(lines, at, Sort::Removed);
        let added = run_of(lines, at + removed, Sort::Added);
        for pair in 0..removed.min(added) {
            let (old, new) = (at + pair, at + removed + pair);
            if let Some((in_old, in_new)) = difference(&lines[old].text, &lines[new].text) {
                lines[old].changed = Some(in_old);
                lines[new].changed = Some(in_new);
            }
        }
        at += (removed + added).max(1);
    }
}

fn run_of(lines: &[DiffLine], from: usize, sort: Sort) -> usize {
    lines[from.min(lines.len())..]
        .iter()
        .take_while(|line| line.sort == sort)
        .count()
}

/// The bytes of both lines between their common beginning and their common end, widened to whole words; none if
/// the lines have too little in common to say that one became the other.
fn difference(old: &str, new: &str) -> Option<((usize, usize), (usize, usize))> {
    let same = |pair: &(char, char)| pair.0 == pair.1;
    let mut head: usize = old
        .chars()
        .zip(new.chars())
        .take_while(same)
        .map(|(c, _)| c.len_utf8())
        .sum();
    head = word_start(old, head).min(word_start(new, head));
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let mut tail: usize = old_rest
        .chars()
        .rev()
        .zip(new_rest.chars().rev())
        .take_while(same)
        .map(|(c, _)| c.len_utf8())
        .sum();
    tail = word_end(old_rest, tail).min(word_end(new_rest, tail));
    let common = old[..head].trim().len() + old_rest[old_rest.len() - tail..].trim().len();
    let longest = old.trim().len().max(new.trim().len());
    (common * 6 >= longest).then(|| ((head, old.len() - tail), (head, new.len() - tail)))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The place at or before `at` where no word is cut.
fn word_start(text: &str, at: usize) -> usize {
    let is_inside = text[at..].chars().next().is_some_and(is_word);
    if !is_inside {
        return at;
    }
    at - text[..at]
        .chars()
        .rev()
        .take_while(|c| is_word(*c))
        .map(char::len_utf8)
        .sum::<usize>()
}

/// The length of an end at most `tail` long that begins where no word is cut.
fn word_end(text: &str, tail: usize) -> usize {
    let at = text.len() - tail;
    let is_inside = text[..at].chars().next_back().is_some_and(is_word);
    if !is_inside {
        return tail;
    }
    tail - text[at..]
        .chars()
        .take_while(|c| is_word(*c))
        .map(char::len_utf8)
        .sum::<usize>()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_are_numbered_and_changed_words_are_marked() {
        let lines = parse(
            "--- a/retry.ts\n+++ b/retry.ts\n@@ -80,3 +80,3 @@\n for (const row of due) {\n-  const id = randomUUID()\n+  const id = deriveKey(row)\n }\n",
        );
        let seen: Vec<_> = lines
            .iter()
            .map(|line| {
                let changed = line.changed.map(|(from, to)| &line.text[from..to]);
                (line.sort, line.number, changed)
            })
            .collect();
        assert_eq!(
            seen,
            [
                (Sort::Same, Some(80), None),
                (Sort::Removed, Some(81), Some("randomUUID(")),
                (Sort::Added, Some(81), Some("deriveKey(row")),
                (Sort::Same, Some(82), None),
            ]
        );
    }

    #[test]
    fn hunks_are_told_apart_and_unlike_lines_are_not_compared() {
        let lines = parse("@@ -1 +1 @@\n-alpha\n+omega\n@@ -9 +9 @@\n same\n\\ No newline at end of file\n");
        let sorts: Vec<_> = lines.iter().map(|line| line.sort).collect();
        assert_eq!(sorts, [Sort::Removed, Sort::Added, Sort::Gap, Sort::Same, Sort::Note]);
        assert!(lines.iter().all(|line| line.changed.is_none()));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_losing_a_line(text in "([-+ @\\\\]?[a-zäß€_ ]{0,12}\n){0,20}") {
            let lines = parse(&text);
            let told = text.lines().filter(|line| !line.starts_with("--- ") && !line.starts_with("+++ ")).count();
            prop_assert_eq!(lines.iter().filter(|line| line.sort != Sort::Gap).count(), told);
            for line in &lines {
                if let Some((from, to)) = line.changed {
                    prop_assert!(line.text.get(from..to).is_some());
                }
            }
        }
    }
}
