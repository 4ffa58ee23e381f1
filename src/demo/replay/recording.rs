//! The contents of a recorded `agents/` folder: the files of each workflow, and the times in their lines.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::ReplayError;
use domain::adw_id::AdwId;
use domain::timestamp::{Timestamp, Zone};
use intake::execution_log::{Header, utc_offset_minutes};

/// Folders next to the workflows that are not workflows.
const LEFT_OUT: [&str; 2] = ["context_bundles", "security_logs"];
/// The fields of a state that are there from the start.
const KNOWN_AT_FIRST: [&str; 6] = [
    "adw_id",
    "issue_number",
    "issue_class",
    "issue_json",
    "model_set",
    "worktree_path",
];
/// Folders deeper than this contain nothing of the workflow.
const DEPTH: usize = 8;

/// One run of a workflow; its files in the order of their paths.
#[derive(Debug)]
pub(super) struct Workflow {
    pub files: Vec<Recorded>,
}

/// One file.
#[derive(Debug)]
pub(super) struct Recorded {
    pub path: PathBuf,
    /// The same within the agents folder.
    pub below: PathBuf,
    /// Its folder within the workflow's; empty where it lies in none.
    pub agent: String,
    pub kind: Kind,
    /// When it was written last, in milliseconds since 1970.
    pub written_ms: i64,
    pub size: u64,
    /// Of streams and logs.
    pub lines: Vec<Line>,
    /// The times in its lines have no time zone, and nothing says which it was.
    pub is_local: bool,
    /// What a state document held when the workflow began.
    pub beginning: Option<String>,
}

/// The kind of a file, as far as its timing is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Stream,
    Log,
    /// A document about the whole workflow.
    State,
    Prompt,
    Picture,
    Other,
}

/// A line: where it ends, and the time in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub end: u64,
    pub at_ms: Option<i64>,
    /// How long the session segment that it ends took.
    pub took_ms: Option<u64>,
}

/// Reads all workflows of an agents folder, by their names.
pub(super) fn read(agents: &Path) -> Result<Vec<Workflow>, ReplayError> {
    let mut workflows = Vec::new();
    for (name, path, is_folder) in entries(agents)? {
        if !is_folder || LEFT_OUT.contains(&name.as_str()) || name.parse::<AdwId>().is_err() {
            continue;
        }
        let mut files = Vec::new();
        gather(agents, &path, 0, &mut files)?;
        let is_workflow = |file: &Recorded| matches!(file.kind, Kind::Stream | Kind::Log | Kind::State);
        if files.iter().any(is_workflow) {
            workflows.push(Workflow { files });
        }
    }
    Ok(workflows)
}

fn gather(agents: &Path, folder: &Path, depth: usize, files: &mut Vec<Recorded>) -> Result<(), ReplayError> {
    for (name, path, is_folder) in entries(folder)? {
        if is_folder {
            if depth < DEPTH {
                gather(agents, &path, depth + 1, files)?;
            }
            continue;
        }
        let kind = kind(&name, &path, depth);
        let recorded = recorded(agents, path.clone(), kind);
        files.push(recorded.map_err(|error| ReplayError::Read(path, error))?);
    }
    Ok(())
}

/// Files and folders, by name, as name, path and whether it is a folder; links and names that are no UTF-8 are left out.
fn entries(folder: &Path) -> Result<Vec<(String, PathBuf, bool)>, ReplayError> {
    let list = || -> io::Result<Vec<(String, PathBuf, bool)>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if let (Ok(name), true) = (entry.file_name().into_string(), kind.is_dir() || kind.is_file()) {
                found.push((name, entry.path(), kind.is_dir()));
            }
        }
        found.sort();
        Ok(found)
    };
    list().map_err(|error| ReplayError::Read(folder.to_owned(), error))
}

fn kind(name: &str, path: &Path, depth: usize) -> Kind {
    let is_in_prompts = path.parent().is_some_and(|folder| folder.ends_with("prompts"));
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "jsonl" | "ndjson" => Kind::Stream,
        "log" => Kind::Log,
        "json" if depth == 0 => Kind::State,
        "png" | "jpg" | "jpeg" | "gif" | "webp" => Kind::Picture,
        _ if is_in_prompts => Kind::Prompt,
        _ => Kind::Other,
    }
}

fn recorded(agents: &Path, path: PathBuf, kind: Kind) -> io::Result<Recorded> {
    let metadata = fs::metadata(&path)?;
    let written = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    let below = path.strip_prefix(agents).unwrap_or(&path).to_owned();
    let folders = below.parent().into_iter().flat_map(Path::components).skip(1);
    let mut file = Recorded {
        agent: folders
            .map(|name| name.as_os_str().to_string_lossy())
            .next()
            .unwrap_or_default()
            .into_owned(),
        below,
        kind,
        written_ms: i64::try_from(written.as_millis()).unwrap_or(i64::MAX),
        size: metadata.len(),
        lines: Vec::new(),
        is_local: false,
        beginning: None,
        path,
    };
    if matches!(kind, Kind::Stream | Kind::Log) {
        file.read_lines()?;
    }
    if kind == Kind::State {
        file.beginning = beginning(&fs::read(&file.path)?);
    }
    Ok(file)
}

/// What a state said before anything happened: what the workflow is about.
fn beginning(document: &[u8]) -> Option<String> {
    let mut document: Map<String, Value> = serde_json::from_slice(document).ok()?;
    document.retain(|field, _| KNOWN_AT_FIRST.contains(&field.as_str()));
    (!document.is_empty()).then(|| Value::Object(document).to_string())
}

impl Recorded {
    fn read_lines(&mut self) -> io::Result<()> {
        let mut reader = BufReader::with_capacity(256 * 1024, File::open(&self.path)?);
        let (mut bytes, mut end, mut last_header) = (Vec::new(), 0, None);
        // Not beyond the size seen before, in case somebody is still writing.
        while end < self.size && reader.read_until(b'\n', &mut bytes)? > 0 {
            end = (end + bytes.len() as u64).min(self.size);
            let (at_ms, took_ms) = match self.kind {
                Kind::Log => {
                    let text = String::from_utf8_lossy(&bytes);
                    let header = Header::parse(text.trim_end());
                    self.is_local |= header.as_ref().is_some_and(|header| header.zone == Zone::Absent);
                    let at_ms = header.map(|header| header.at.0);
                    last_header = at_ms.map(|_| text.into_owned()).or(last_header);
                    (at_ms, None)
                }
                _ => times(&bytes),
            };
            self.lines.push(Line { end, at_ms, took_ms });
            bytes.clear();
        }
        let offset = last_header.and_then(|header| utc_offset_minutes(&header, Timestamp(self.written_ms)));
        if let Some(minutes) = offset.filter(|_| self.is_local) {
            self.move_by(-i64::from(minutes) * 60_000);
            self.is_local = false;
        }
        Ok(())
    }

    /// Moves the times that its lines say.
    pub(super) fn move_by(&mut self, ms: i64) {
        for at_ms in self.lines.iter_mut().filter_map(|line| line.at_ms.as_mut()) {
            *at_ms += ms;
        }
    }

    /// The first time that a line says.
    pub(super) fn first_ms(&self) -> Option<i64> {
        self.lines.iter().find_map(|line| line.at_ms)
    }
}

/// The times in a line of a stream: its own, and how long the segment that it ends took.
fn times(line: &[u8]) -> (Option<i64>, Option<u64>) {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Times {
        #[serde(rename = "type")]
        line_type: Value,
        timestamp: Value,
        duration_ms: Value,
    }
    let times: Times = serde_json::from_slice(line).unwrap_or_default();
    let at_ms = match &times.timestamp {
        Value::String(text) => Timestamp::parse(text).map(|(at, _)| at.0),
        // Milliseconds from 2001 on.
        Value::Number(number) => number.as_i64().filter(|ms| *ms >= 1_000_000_000_000),
        _ => None,
    };
    let is_result = times.line_type == "result";
    (at_ms, times.duration_ms.as_u64().filter(|_| is_result))
}
