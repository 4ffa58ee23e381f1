//! Performs a play: each beat at its time, and past beats at once with the times at which they happened.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::sleep;
use tracing::warn;

use super::folder::Folder;
use super::notice::{self, Pushes};
use super::play::{Act, Beat, Play, What};
use super::publisher::Publisher;
use domain::timestamp::Timestamp;

/// Beats that are due within this time are played together.
const TOGETHER_MS: i64 = 20;
/// While catching up on the past, the server gets this much time to read what was written before the next events are pushed.
const READING_TIME: Duration = Duration::from_millis(200);

/// See the module.
pub struct Player {
    pub play: Play,
    pub speed: f64,
    /// How long ago it began, in milliseconds.
    pub passed_ms: f64,
    pub pushes: Pushes,
    pub publisher: Publisher,
    /// Where it writes its files, if it writes any.
    pub folder: Option<Folder>,
}

impl Player {
    pub async fn run(self) {
        let begin = Timestamp(now().0 - self.passed_ms as i64);
        let due = |beat: &Beat| Timestamp(begin.0 + (beat.at_ms as f64 / self.speed) as i64);
        let is_past = |beat: &Beat| due(beat).0 < now().0 - 1_000;
        let adw_id = self.play.adw_id;
        let beats: Arc<[Beat]> = self.play.beats.into();
        let write = async |numbers: Vec<usize>| {
            let Some(folder) = self.folder.clone() else { return };
            let times: Vec<Timestamp> = numbers.iter().map(|number| due(&beats[*number])).collect();
            let (beats, speed) = (Arc::clone(&beats), self.speed);
            let written = tokio::task::spawn_blocking(move || {
                let mut beats = numbers.into_iter().map(|number| &beats[number]).zip(times);
                beats.try_for_each(|(beat, time)| folder.write(beat, time, speed))
            });
            if let Ok(Err(error)) = written.await {
                warn!(%error, adw.id = %adw_id, "the demo cannot write its files");
            }
        };
        let mut at = 0;
        // A document has no time of its own: one of the past is pushed with its time, and written once that is known.
        let mut unsaved = None;
        while at < beats.len() {
            let wait = due(&beats[at]).0 - now().0;
            if wait > 0 {
                sleep(Duration::from_millis(wait as u64)).await;
            }
            let until = now().0 + TOGETHER_MS;
            let together = beats[at..].iter().enumerate();
            let together =
                together.take_while(|(place, beat)| due(beat).0 <= until && (*place == 0 || !begins_anew(beat)));
            let end = at + together.count().max(1);
            let makes_up = self.folder.is_some() && is_past(&beats[end - 1]);
            let is_kept_back = |number: &usize| makes_up && matches!(beats[*number].act, Act::State(_));
            unsaved = (at..end).rfind(is_kept_back).or(unsaved);
            write((at..end).filter(|number| !is_kept_back(number)).collect()).await;
            if makes_up {
                sleep(READING_TIME).await;
            }
            for number in at..end {
                let pushes = if is_kept_back(&number) {
                    Pushes::All
                } else {
                    self.pushes
                };
                let beat = &beats[number];
                for event in notice::events(&adw_id, number, beat, due(beat), self.speed, pushes) {
                    self.publisher.publish(event);
                }
            }
            at = end;
            let has_caught_up = beats.get(at).is_none_or(|next| !is_past(next));
            if has_caught_up && let Some(number) = unsaved.take() {
                sleep(READING_TIME * 2).await;
                write(vec![number]).await;
            }
        }
    }
}

/// A new stage, or a later attempt, which starts its file over: what was written before should have been read by then.
fn begins_anew(beat: &Beat) -> bool {
    match &beat.act {
        Act::Notice { event_type, .. } => *event_type == "stage_started",
        Act::Step(step) => step.run > 1 && matches!(step.what, What::Begin { .. }),
        Act::State(_) | Act::Log { .. } | Act::Prompt { .. } => false,
    }
}

fn now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Timestamp(since_1970.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
}
