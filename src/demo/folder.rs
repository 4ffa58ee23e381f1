//! The files that a workflow leaves in `agents/<adw_id>/`, written as the scripts write them: nothing atomically.

use std::fs::{File, OpenOptions, create_dir_all};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::play::{Act, Beat, What};
use super::stream;
use domain::timestamp::Timestamp;

/// A workflow's folder.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    /// Python's logging writes local time.
    utc_offset_minutes: i32,
}

impl Folder {
    pub fn new(agents: &Path, adw_id: &str, utc_offset_minutes: i32) -> Self {
        Self {
            path: agents.join(adw_id),
            utc_offset_minutes,
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the files that a beat leaves; blocks.
    pub fn write(&self, beat: &Beat, at: Timestamp, speed: f64) -> io::Result<()> {
        match &beat.act {
            Act::Notice { .. } => Ok(()),
            Act::State(state) => {
                let text = serde_json::to_string_pretty(state)?;
                self.open("adw_state.json", true)?.write_all(text.as_bytes())
            }
            Act::Log { script, level, message } => {
                let local = Timestamp(at.0 + i64::from(self.utc_offset_minutes) * 60_000).civil();
                let line = format!(
                    "{:04}-{:02}-{:02} {:02}:{:02}:{:02} - {level} - {message}\n",
                    local.year, local.month, local.day, local.hour, local.minute, local.second
                );
                self.open(&format!("{script}/execution.log"), false)?
                    .write_all(line.as_bytes())
            }
            Act::Prompt { agent, command, text } => self
                .open(&format!("{agent}/prompts/{command}.txt"), true)?
                .write_all(text.as_bytes()),
            Act::Step(step) => {
                let lines = stream::lines(step, at, speed);
                let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
                // Every attempt opens the file anew.
                let is_first = matches!(step.what, What::Begin { .. });
                self.open(&format!("{}/raw_output.jsonl", step.agent), is_first)?
                    .write_all(lines.as_bytes())
            }
        }
    }

    fn open(&self, name: &str, truncate: bool) -> io::Result<File> {
        let path = self.path.join(name);
        if let Some(folder) = path.parent() {
            create_dir_all(folder)?;
        }
        OpenOptions::new()
            .create(true)
            .write(true)
            .append(!truncate)
            .truncate(truncate)
            .open(path)
    }
}
