//! Several files merged by time. The scripts of a workflow run at the same time, each with a file of its own: if the files were
//! sent one after the other, the last event of the first script would not stay the last.

use std::collections::{HashSet, VecDeque};
use std::fs::File;
use std::io;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::SpoolFile;
use super::lines::SpoolBatch;
use domain::timestamp::Timestamp;

/// The part of a file to read: its lines from a position on, up to its end.
pub struct SpoolSource {
    /// The process that wrote it. Its files come in the order given here, whatever their times.
    pub process: String,
    pub file: Arc<File>,
    pub from: u64,
    pub until: u64,
}

impl SpoolSource {
    /// The contents of a file from a position on.
    pub fn of(file: &SpoolFile, from: u64) -> Self {
        Self {
            process: file.process().to_owned(),
            file: file.reader(),
            from,
            until: file.length(),
        }
    }
}

/// A file whose next lines have been read.
struct Ahead<'a> {
    source: &'a SpoolSource,
    lines: VecDeque<Line>,
    /// How far it was read, including incomplete lines.
    read: u64,
    /// How far its lines were taken.
    taken: u64,
    /// The latest time so far: a line with an earlier time is not sent before the line that it follows.
    latest: Timestamp,
}

struct Line {
    at: Timestamp,
    end: u64,
    text: Vec<u8>,
}

/// The next lines, as many as fit together, and how far each file has been read with them.
pub fn next_batch(sources: &[SpoolSource]) -> io::Result<(SpoolBatch, Vec<u64>)> {
    let mut files = sources.iter().map(Ahead::new).collect::<io::Result<Vec<_>>>()?;
    let mut batch = SpoolBatch::default();
    while let Some(first) = first(&files) {
        let Some(line) = files[first].lines.front() else { break };
        if !batch.has_room(line.text.len() + 1) {
            break;
        }
        batch.push(first, line.end, &line.text);
        files[first].take()?;
    }
    Ok((batch, files.iter().map(Ahead::used).collect()))
}

/// The file with the earliest next line; the first of several.
fn first(files: &[Ahead<'_>]) -> Option<usize> {
    let mut begun = HashSet::new();
    let heads = files.iter().enumerate();
    let heads = heads.filter_map(|(place, file)| file.lines.front().map(|line| (line.at, place)));
    let heads = heads.filter(|(_, place)| begun.insert(files[*place].source.process.as_str()));
    heads.min().map(|(_, place)| place)
}

impl<'a> Ahead<'a> {
    fn new(source: &'a SpoolSource) -> io::Result<Self> {
        let mut file = Self {
            source,
            lines: VecDeque::new(),
            read: source.from,
            taken: source.from,
            latest: Timestamp(0),
        };
        file.read_on()?;
        Ok(file)
    }

    /// Removes the next line.
    fn take(&mut self) -> io::Result<()> {
        if let Some(line) = self.lines.pop_front() {
            self.taken = line.end;
        }
        self.read_on()
    }

    /// Makes sure that the next line has been read, as long as there is one.
    fn read_on(&mut self) -> io::Result<()> {
        while self.lines.is_empty() && self.read < self.source.until {
            let mut ahead = SpoolBatch::ahead();
            self.read = ahead.read(0, &self.source.file, self.read, self.source.until)?;
            for piece in ahead.pieces() {
                let text = ahead.body(std::slice::from_ref(piece)).trim_ascii_end().to_vec();
                self.latest = self.latest.max(time_of(&text).unwrap_or(self.latest));
                self.lines.push_back(Line {
                    at: self.latest,
                    end: piece.end,
                    text,
                });
            }
        }
        Ok(())
    }

    fn used(&self) -> u64 {
        if self.lines.is_empty() { self.read } else { self.taken }
    }
}

/// The time in an item, if it can be read. Reports of dropped events do not count, since they were written later than the lines
/// around them.
fn time_of(line: &[u8]) -> Option<Timestamp> {
    #[derive(Deserialize)]
    struct Item {
        data: Data,
    }
    #[derive(Deserialize)]
    struct Data {
        timestamp: String,
        payload: Option<Payload>,
    }
    #[derive(Deserialize)]
    struct Payload {
        source: Option<IgnoredAny>,
        dropped: Option<IgnoredAny>,
    }
    let item: Item = serde_json::from_slice(line).ok()?;
    if item
        .data
        .payload
        .is_some_and(|payload| payload.source.is_some() && payload.dropped.is_some())
    {
        return None;
    }
    Timestamp::parse(&item.data.timestamp).map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use proptest::prelude::*;

    fn source(process: &str, text: &str) -> SpoolSource {
        let path = tempfile::NamedTempFile::new().expect("a file");
        fs::write(path.path(), text).expect("written");
        SpoolSource {
            process: process.to_owned(),
            file: Arc::new(File::open(path.path()).expect("opened")),
            from: 0,
            until: text.len() as u64,
        }
    }

    fn line(at_ms: i64, name: &str) -> String {
        format!(
            r#"{{"type":"x","data":{{"timestamp":"{}","name":"{name}"}}}}"#,
            Timestamp(at_ms)
        )
    }

    /// All batches until the files are used up: the names of the lines, and how many batches there were.
    fn names(mut sources: Vec<SpoolSource>) -> (Vec<String>, usize) {
        let (mut names, mut count) = (Vec::new(), 0);
        while sources.iter().any(|source| source.from < source.until) {
            let (batch, used) = next_batch(&sources).expect("read");
            for piece in batch.pieces() {
                let item: serde_json::Value =
                    serde_json::from_slice(batch.body(std::slice::from_ref(piece))).expect("a whole line");
                names.push(item["data"]["name"].as_str().unwrap_or("none").to_owned());
            }
            for (source, used) in sources.iter_mut().zip(used) {
                source.from = used;
            }
            count += 1;
        }
        (names, count)
    }

    #[test]
    fn lines_of_several_files_come_by_time_and_those_of_one_in_their_order() {
        let all = source("a", &[line(10, "a1"), line(50, "a2"), line(40, "a3")].join("\n"));
        let torn = format!("{}\n{{\"type\":\n\n{}\n{{\"ty", line(20, "b1"), line(60, "b2"));
        let odd = source(
            "c",
            &format!("{}\n{{\"type\":\"x\"}}\n{}\n", line(45, "c1"), line(46, "c3")),
        );
        let (names, batches) = names(vec![all, source("b", &torn), odd, source("d", "")]);
        assert_eq!(names, ["a1", "b1", "c1", "none", "c3", "a2", "a3", "b2"]);
        assert_eq!(batches, 1);
    }

    #[test]
    fn what_is_too_much_for_one_batch_comes_with_the_next() {
        let long = "x".repeat(30_000);
        let file = |first: i64| {
            let lines = (0..100).map(|at| line(first + at * 10, &format!("{:05}{long}", first + at * 10)) + "\n");
            source(&first.to_string(), &lines.collect::<String>())
        };
        let (names, batches) = names(vec![file(5), file(0), file(2000)]);
        assert!(names.is_sorted() && names.len() == 300, "{} lines", names.len());
        assert!((9..=12).contains(&batches), "{batches} batches for 9 MB");
    }

    #[test]
    fn the_files_of_one_process_come_one_after_the_other_whatever_their_times() {
        let first = source("a", &[line(90, "a1"), line(91, "a2")].join("\n"));
        let second = source("a", &line(10, "a3"));
        let notice = r#"{"type":"x","data":{"timestamp":"2026-01-15T10:30:00.123Z","payload":{"source":"adwatch","dropped":3}}}"#;
        let other = source("b", &format!("{notice}\n{}\n", line(20, "b1")));
        let (names, _) = names(vec![first, second, other]);
        assert_eq!(names, ["none", "b1", "a1", "a2", "a3"]);
    }

    proptest! {
        #[test]
        fn every_line_comes_once_and_files_keep_their_order(
            files in prop::collection::vec(prop::collection::vec(0_i64..100, 0..12), 0..5),
        ) {
            let name = |file: usize, at: usize| format!("{file}.{at:02}");
            let text = |(file, times): (usize, &Vec<i64>)| {
                let lines = times.iter().enumerate().map(|(at, ms)| line(*ms, &name(file, at)) + "\n");
                source(&file.to_string(), &lines.collect::<String>())
            };
            let (found, _) = names(files.iter().enumerate().map(text).collect());
            for (file, times) in files.iter().enumerate() {
                let own: Vec<_> = found.iter().filter(|name| name.starts_with(&format!("{file}."))).cloned().collect();
                let expected: Vec<_> = (0..times.len()).map(|at| name(file, at)).collect();
                prop_assert_eq!(own, expected);
            }
            let count: usize = files.iter().map(Vec::len).sum();
            prop_assert_eq!(found.len(), count);
        }
    }
}
