//! How fast stream files become drafts on one core, and recorded events in the server.
//!
//! Real streams where they are at hand (`ADWATCH_SAMPLES`, or `samples` in the folder beside this one); else invented ones in
//! the same shapes. Every line must be counted as what it is, and the server must end with exactly the events of the files.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use domain::adw_id::AdwId;
use domain::event::TimeSource;
use domain::timestamp::Timestamp;
use intake::dialect::StreamReader;
use intake::lines::Lines;
use intake::place::Place;
use intake::reading::{Finished, Reading};
use serde_json::Value;

use crate::invented;
use crate::row;
use crate::runs::{Runs, TIMES};
use crate::server::Server;

/// As the watcher reads files.
const CHUNK_BYTES: usize = 128 * 1024;
/// What is parsed for one figure, at least.
const PARSED_BYTES: usize = 100_000_000;

const PATIENCE: Duration = Duration::from_secs(120);

/// A stream file.
struct Stream {
    bytes: Vec<u8>,
}

/// What came of some streams.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Count {
    lines: u64,
    drafts: u64,
    oddities: u64,
}

/// Bytes to drafts, without a journal.
pub fn drafts() {
    let (streams, which) = streams();
    let bytes: usize = streams.iter().map(|stream| stream.bytes.len()).sum();
    let rounds = PARSED_BYTES.div_ceil(bytes);
    let expected = count(&streams);
    let rates = (0..TIMES).map(|_| {
        let begin = Instant::now();
        for _ in 0..rounds {
            assert_eq!(count(&streams), expected, "the same every time");
        }
        (bytes * rounds) as f64 / 1e6 / begin.elapsed().as_secs_f64()
    });
    row(
        &format!("stream files to drafts on one core, {which}"),
        &Runs::of(rates.collect()).decimal("MB/s"),
        ["200 MB/s", ""],
    );
}

/// Files to committed events: the folder of the agents appears, and is read to its end.
pub async fn journal() {
    let (streams, which) = streams();
    let expected: u64 = streams.iter().map(events).sum();
    let bytes: usize = streams.iter().map(|stream| stream.bytes.len()).sum();
    // Enough that the start does not count.
    let copies = PARSED_BYTES.div_ceil(bytes);
    let (mut rates, mut costs) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let (server, folder) = Server::watching();
        let beside = folder.with_file_name("written");
        for copy in 0..copies {
            for (at, stream) in streams.iter().enumerate() {
                let agent = beside.join(format!("copy{copy}x{at}/agent"));
                std::fs::create_dir_all(&agent).expect("a folder");
                std::fs::write(agent.join("raw_output.jsonl"), &stream.bytes).expect("a file");
            }
        }
        let (begin, cpu) = (Instant::now(), server.cpu_seconds());
        std::fs::rename(&beside, &folder).expect("the folder appears");
        let wanted = expected * copies as u64;
        let mut recorded = 0;
        while recorded < wanted {
            assert!(
                begin.elapsed() < PATIENCE,
                "{recorded} of {wanted} events were recorded"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
            recorded = server.metric("events_recorded_total").await;
        }
        let whole = (bytes * copies) as f64 / 1e6;
        rates.push(whole / begin.elapsed().as_secs_f64());
        costs.push((server.cpu_seconds() - cpu) * 1_000.0 / whole);
        assert_eq!(recorded, wanted, "every event, once");
    }
    row(
        &format!("stream files to committed events, {which}"),
        &Runs::of(rates).decimal("MB/s"),
        ["50 MB/s", ""],
    );
    row(
        "server's processor time for a MB of that, its indexing included",
        &Runs::of(costs).decimal("ms"),
        ["", ""],
    );
}

fn count(streams: &[Stream]) -> Count {
    let mut count = Count::default();
    for stream in streams {
        let before = count.lines;
        read(stream, |finished| count.take(&finished));
        let ends = stream.bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        assert_eq!(count.lines - before, ends, "every line is counted as what it is");
    }
    count
}

/// How many events the drafts of a stream become: a line that stands there twice is one.
fn events(stream: &Stream) -> u64 {
    let (mut known, mut events) = (HashSet::new(), 0);
    read(stream, |finished| match finished.reading {
        Reading::Source(drafts) | Reading::Unknown(_, drafts) => {
            for draft in drafts {
                let is_new = !draft.keys.iter().any(|key| known.contains(&key.0));
                events += u64::from(is_new);
                known.extend(draft.keys.iter().map(|key| key.0));
            }
        }
        Reading::Silent(_) => {}
        // Whoever reads the file tells of it.
        Reading::Unrecognised(_) => events += 1,
    });
    events
}

fn read(stream: &Stream, mut take: impl FnMut(Finished)) {
    let adw_id: AdwId = "bench".parse().expect("a safe id");
    let (mut lines, mut reader) = (Lines::from_offset(0), StreamReader::default());
    for chunk in stream.bytes.chunks(CHUNK_BYTES) {
        lines.push(chunk);
        while let Some(line) = lines.next_line() {
            let place = Place {
                adw_id: &adw_id,
                agent: "agent",
                run: 1,
                file: "agent/raw_output.jsonl",
                offset: line.offset,
                line: 0,
                at: Timestamp(0),
                time_source: TimeSource::Unknown,
                mark: None,
            };
            reader
                .read(&line.text, &place, line.end)
                .into_iter()
                .for_each(&mut take);
            drop(reader.take_pictures());
        }
    }
    reader.flush().into_iter().for_each(&mut take);
}

impl Count {
    fn take(&mut self, finished: &Finished) {
        self.lines += finished.lines;
        match &finished.reading {
            Reading::Source(drafts) => self.drafts += drafts.len() as u64,
            Reading::Silent(_) => {}
            Reading::Unrecognised(_) | Reading::Unknown(..) => self.oddities += 1,
        }
    }
}

/// The streams, and which they are.
fn streams() -> (Vec<Stream>, &'static str) {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples");
    let samples = std::env::var_os("ADWATCH_SAMPLES").map_or(beside, PathBuf::from);
    let mut found = Vec::new();
    if samples.is_dir() {
        find(&samples, &mut found);
    }
    if found.is_empty() {
        let invented = (0..8).map(|number| Stream {
            bytes: invented::stream(number),
        });
        return (invented.collect(), "invented streams");
    }
    (found, "real streams")
}

/// Whole streams: what ends in the middle of a line is read later than the rest, and two with the same lines would be copies.
fn find(folder: &Path, found: &mut Vec<Stream>) {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a readable folder")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            find(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "jsonl") {
            let bytes = std::fs::read(&path).expect("a readable file");
            if bytes.ends_with(b"\n") && is_stream(&bytes) {
                found.push(Stream { bytes });
            }
        }
    }
}

/// Whether an object of a stream stands at the beginning; other tools print a line of their own before the first.
fn is_stream(bytes: &[u8]) -> bool {
    bytes
        .split(|byte| *byte == b'\n')
        .take(5)
        .any(|line| serde_json::from_slice::<Value>(line).is_ok_and(|line| intake::dialect::is_of_stream(&line)))
}
