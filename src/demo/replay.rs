//! Plays a recorded `agents/` folder into another one, file by file and line by line, as its workflows wrote it.
//!
//! Whoever watches the other folder sees the run as it happened. In the end both folders contain the same bytes, so times within
//! the lines stay those of the recording.

mod recording;
mod rhythm;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout};

use recording::{Recorded, Workflow};
use rhythm::{Cue, What};

/// The longest pause that is replayed in full.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Whatever is due within this time is written together …
const TOGETHER: Duration = Duration::from_millis(20);
/// … but no more than this much, so that the replay can be stopped.
const AT_ONCE: usize = 64;

/// How fast to play.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// This many times faster than real time.
    Times(f64),
    /// Without any pause.
    Max,
}

/// Why a recording cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error("there is no folder {0}; give an agents folder, or the folder that contains it")]
    NoFolder(PathBuf),
    #[error(
        "{0} holds no workflow: a folder with streams (*.jsonl), logs (*.log) or a state document (adw_state.json)"
    )]
    NoWorkflow(PathBuf),
    #[error("cannot read {0}: {1}")]
    Read(PathBuf, io::Error),
    #[error("cannot write {0}: {1}; free up space, or choose another folder with TMPDIR")]
    Write(PathBuf, io::Error),
}

/// A recording, and when each piece of it is written.
#[derive(Debug)]
pub struct Replay {
    files: Vec<Recorded>,
    cues: Vec<Cue>,
    workflows: usize,
}

impl Speed {
    /// As a factor; infinite if there are no pauses.
    pub fn factor(self) -> f64 {
        match self {
            Self::Times(factor) => factor,
            Self::Max => f64::INFINITY,
        }
    }
}

impl FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "max" {
            return Ok(Self::Max);
        }
        let factor = text.strip_suffix('x').unwrap_or(text).parse::<f64>().ok();
        let factor = factor.filter(|factor| (0.01..=1_000.0).contains(factor));
        let factor = factor
            .ok_or("give a number from 0.01 to 1000, for example 10, or max to play a recording without pauses")?;
        Ok(Self::Times(factor))
    }
}

impl std::fmt::Display for Speed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Times(factor) => write!(formatter, "{factor}"),
            Self::Max => formatter.write_str("max"),
        }
    }
}

impl Replay {
    /// Reads what was recorded in an agents folder, or in the one below `folder`; blocks.
    pub fn read(folder: &Path) -> Result<Self, ReplayError> {
        let below = folder.join("agents");
        let agents = if below.is_dir() { below } else { folder.to_owned() };
        if !agents.is_dir() {
            return Err(ReplayError::NoFolder(folder.to_owned()));
        }
        let workflows = recording::read(&agents)?;
        if workflows.is_empty() {
            return Err(ReplayError::NoWorkflow(agents));
        }
        let mut replay = Self {
            files: Vec::new(),
            cues: Vec::new(),
            workflows: workflows.len(),
        };
        for Workflow { files } in workflows {
            let first = replay.files.len();
            let cues = rhythm::cues(&files).into_iter();
            replay.cues.extend(cues.map(|cue| Cue {
                file: first + cue.file,
                ..cue
            }));
            replay.files.extend(files);
        }
        // A stable sort, so that the contents of a file stay in order.
        replay.cues.sort_by_key(|cue| cue.at_ms);
        shorten_pauses(&mut replay.cues);
        Ok(replay)
    }

    pub fn workflows(&self) -> usize {
        self.workflows
    }

    /// How long it takes in real time, with long pauses shortened.
    pub fn length(&self) -> Duration {
        let last_ms = self.cues.last().map_or(0, |cue| cue.at_ms);
        Duration::from_millis(u64::try_from(last_ms).unwrap_or(0))
    }

    /// Writes everything below `target` at its time; false if it was stopped before the end. Nothing is written after it returns.
    pub async fn play(
        self: &Arc<Self>,
        target: &Path,
        speed: Speed,
        stop: impl Future<Output = ()>,
    ) -> Result<bool, ReplayError> {
        let mut stop = pin!(stop);
        let begin = Instant::now();
        let due = |cue: &Cue| match speed {
            Speed::Max => begin,
            Speed::Times(factor) => begin + Duration::from_secs_f64(cue.at_ms as f64 / 1_000.0 / factor),
        };
        let mut at = 0;
        while at < self.cues.len() {
            tokio::select! {
                biased;
                () = &mut stop => return Ok(false),
                () = sleep_until(due(&self.cues[at])) => {}
            }
            let until = Instant::now() + TOGETHER;
            let together = self.cues[at..].iter().take(AT_ONCE).take_while(|cue| due(cue) <= until);
            let end = at + together.count().max(1);
            let (replay, target) = (Arc::clone(self), target.to_owned());
            let written = tokio::task::spawn_blocking(move || {
                let mut cues = replay.cues[at..end].iter();
                cues.try_for_each(|cue| replay.write(cue, &target))
            });
            if let Ok(result) = written.await {
                result?;
            }
            at = end;
        }
        // A stop at the last moment counts too.
        Ok(timeout(Duration::ZERO, stop).await.is_err())
    }

    fn write(&self, cue: &Cue, target: &Path) -> Result<(), ReplayError> {
        let file = &self.files[cue.file];
        let path = target.join(&file.below);
        let bytes = match &cue.what {
            What::Text(text) => text.clone().into_bytes(),
            What::Bytes { from, to } => {
                read(&file.path, *from, *to).map_err(|error| ReplayError::Read(file.path.clone(), error))?
            }
        };
        // Everything but the later lines of a file begins it anew, as scripts do: emptied, then written.
        let goes_on = matches!(cue.what, What::Bytes { from: 1.., .. });
        put(&path, &bytes, goes_on).map_err(|error| ReplayError::Write(path, error))
    }
}

fn read(path: &Path, from: u64, to: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(to - from).map_err(io::Error::other)?];
    File::open(path)?.read_exact_at(&mut bytes, from)?;
    Ok(bytes)
}

fn put(path: &Path, bytes: &[u8], goes_on: bool) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.create(true).append(goes_on).write(true).truncate(!goes_on);
    options.open(path)?.write_all(bytes)
}

/// Counts the times from the first one on, and leaves no pause longer than [`LONGEST_PAUSE`].
fn shorten_pauses(cues: &mut [Cue]) {
    let longest_ms = LONGEST_PAUSE.as_millis() as i64;
    let mut before = cues.first().map_or(0, |cue| cue.at_ms);
    let mut at_ms = 0;
    for cue in cues {
        at_ms += (cue.at_ms - before).min(longest_ms);
        before = cue.at_ms;
        cue.at_ms = at_ms;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_a_factor_or_max() {
        assert_eq!("10".parse(), Ok(Speed::Times(10.0)));
        assert_eq!("0.5x".parse(), Ok(Speed::Times(0.5)));
        assert_eq!("max".parse(), Ok(Speed::Max));
        for text in ["", "0", "-1", "fast", "1e9", "NaN"] {
            let refused = text.parse::<Speed>().expect_err(text);
            assert!(refused.contains("0.01 to 1000"), "{refused}");
        }
    }

    #[test]
    fn long_pauses_are_shortened_and_short_ones_stay() {
        let cue = |at_ms| Cue {
            at_ms,
            file: 0,
            what: What::Bytes { from: 0, to: 0 },
        };
        let mut cues = [5_000, 5_000, 6_500, 900_000, 905_000].map(cue);
        shorten_pauses(&mut cues);
        assert_eq!(cues.map(|cue| cue.at_ms), [0, 0, 1_500, 11_500, 16_500]);
    }
}
