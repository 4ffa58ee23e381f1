//! What each CLI is known to write: no sample brings a type that is not listed, and the list of inputs says them all.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use domain::event::TimeSource;
use domain::timestamp::Timestamp;
use intake::dialect::StreamReader;
use intake::dialect::known::{self, Told};
use intake::lines::Lines;
use intake::place::Place;

use crate::files::samples::samples;

/// Types that samples invent, to see what becomes of such.
const INVENTED: [&str; 2] = ["some_future_type", "item/future_item"];

fn streams(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            streams(&path, found);
        } else if is_stream(&path) {
            found.push(path);
        }
    }
}

/// What a model sent, and what hooks were given, stand beside the streams.
fn is_stream(path: &Path) -> bool {
    const FOLDERS: [&str; 4] = ["streams", "control", "transcripts", "agents"];
    let is_of_lines = path
        .extension()
        .is_some_and(|extension| extension == "jsonl" || extension == "out");
    is_of_lines
        && path
            .components()
            .any(|part| FOLDERS.iter().any(|folder| part.as_os_str() == *folder))
}

/// How often each type that is not known comes in a file.
fn unknown(path: &Path) -> BTreeMap<String, u64> {
    let adw_id = "samples".parse().expect("a safe id");
    let (mut lines, mut reader) = (Lines::from_offset(0), StreamReader::default());
    lines.push(&fs::read(path).expect("a readable file"));
    lines.push(b"\n");
    let mut names = BTreeMap::new();
    while let Some(line) = lines.next_line() {
        let place = Place {
            adw_id: &adw_id,
            agent: "agent",
            run: 1,
            file: "agent/raw_output.jsonl",
            offset: line.offset,
            line: 1,
            at: Timestamp(0),
            time_source: TimeSource::Unknown,
            mark: None,
        };
        for finished in reader.read(&line.text, &place, line.end) {
            if let Some(name) = finished.reading.unrecognised() {
                *names.entry(name.to_owned()).or_default() += 1;
            }
        }
    }
    names
}

#[test]
fn no_sample_brings_a_type_that_is_not_listed() {
    let Some(samples) = samples() else { return };
    let mut found = Vec::new();
    for folder in ["agents-today", "cases"] {
        streams(&samples.join(folder), &mut found);
    }
    assert!(found.len() > 20, "{found:?}");
    let unlisted: Vec<_> = found
        .iter()
        .flat_map(|path| unknown(path).into_iter().map(move |(name, count)| (path, name, count)))
        .filter(|(_, name, _)| !INVENTED.contains(&name.as_str()))
        .collect();
    assert!(unlisted.is_empty(), "{unlisted:#?}");
}

/// The table of a CLI, as `docs/inputs.md` holds it.
fn table(cli: &str) -> String {
    let mut text = "| line | becomes | in words |\n|---|---|---|\n".to_owned();
    for known in known::all().iter().filter(|known| known.cli == cli) {
        let told = match known.told {
            Told::Event => "events",
            Told::Sentence => "a sentence",
            Told::Silent => "silent",
        };
        text.push_str(&format!("| `{}` | {told} | {} |\n", known.name, known.words));
    }
    text
}

#[test]
fn the_document_of_inputs_lists_every_known_type() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/inputs.md");
    let mut document = fs::read_to_string(&path).expect("the document");
    let mut clis: Vec<&str> = known::all().iter().map(|known| known.cli).collect();
    clis.dedup();
    let is_to_be_written = std::env::var("ADWATCH_INPUTS").is_ok_and(|value| value == "write");
    for cli in clis {
        let (begin, end) = (format!("<!-- {cli} -->\n"), format!("<!-- end of {cli} -->\n"));
        let (before, rest) = document
            .split_once(&begin)
            .unwrap_or_else(|| panic!("no table of {cli}"));
        let (listed, after) = rest.split_once(&end).expect("the table ends");
        if is_to_be_written {
            document = format!("{before}{begin}{}{end}{after}", table(cli));
            continue;
        }
        assert_eq!(listed, table(cli), "with ADWATCH_INPUTS=write it is written anew");
    }
    if is_to_be_written {
        fs::write(path, document).expect("the document is writable");
    }
}
