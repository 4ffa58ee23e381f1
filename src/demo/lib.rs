//! Plays realistic workflows on a running adwatch, by pushing events and by writing the files that agents write.
//!
//! The same seed plays the same workflows. Everything in them is invented.

mod author;
mod dice;
mod fate;
mod folder;
mod http;
mod notice;
mod output;
mod play;
mod player;
mod publisher;
pub mod replay;
mod scenes;
mod stream;
mod subject;
#[cfg(test)]
mod tests;
mod tongue;

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};
use tracing::info;

use dice::Dice;
use domain::frame::Workflows;
use domain::status::Status;
use fate::Entrance;
use folder::Folder;
use http::Client;
pub use http::UrlError;
use notice::Pushes;
use player::Player;
use publisher::Publisher;

/// This many workflows start as fast as others end …
const BRISK: usize = 24;
/// … and after that one per this time, because a demo may be left running overnight: about 30 MB a day.
const TRICKLE: Duration = Duration::from_secs(30 * 60);
/// How many folders of finished workflows are kept.
const FOLDERS: usize = 40;

/// What to play, and where.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    /// The server to push to, for example `http://127.0.0.1:4600`.
    pub url: String,
    /// Where two out of three workflows write their files, if set; the server must watch this folder.
    pub agents: Option<PathBuf>,
    /// How many run at once.
    pub workflows: usize,
    /// How many times faster than real time.
    pub speed: f64,
    pub seed: u64,
    /// How far local time is ahead of UTC: logs are written in local time.
    pub utc_offset_minutes: i32,
}

/// Why a demo cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error(transparent)]
    Url(#[from] UrlError),
    #[error("a demo cannot run at {0} times real time; choose a speed from 0.01 to 1000")]
    Speed(f64),
    #[error("a demo cannot run {0} workflows at once; choose 1 to 1000")]
    Workflows(usize),
}

/// Plays until it is dropped. Waits for the server while it is down.
pub async fn run(options: DemoOptions) -> Result<(), DemoError> {
    if !(0.01..=1_000.0).contains(&options.speed) {
        return Err(DemoError::Speed(options.speed));
    }
    if !(1..=1_000).contains(&options.workflows) {
        return Err(DemoError::Workflows(options.workflows));
    }
    let client = Client::new(&options.url)?;
    let known = known(&client).await;
    let (publisher, delivery) = Publisher::new(client);
    let mut demo = Demo {
        next: 0,
        publisher,
        known,
        started: 0,
        folders: VecDeque::new(),
        players: JoinSet::new(),
        options,
    };
    // Delivery ends when its last publisher is dropped, and this is one.
    tokio::join!(demo.play(), delivery);
    Ok(())
}

struct Demo {
    options: DemoOptions,
    publisher: Publisher,
    /// The number of the next workflow.
    next: u64,
    /// Workflows that the server already knows, and whether they have ended.
    known: HashMap<String, bool>,
    started: usize,
    folders: VecDeque<PathBuf>,
    players: JoinSet<()>,
}

impl Demo {
    async fn play(&mut self) {
        let is_first_time = !self.close_earlier();
        if is_first_time {
            for place in 0..fate::over_count(self.options.workflows) {
                self.start(fate::over(place));
            }
        }
        for place in 0..self.options.workflows {
            self.start(fate::at_work(place));
        }
        info!(
            workflows = self.options.workflows,
            speed = self.options.speed,
            "the demo is playing"
        );
        let mut place = 0;
        let mut last = Instant::now();
        // Workflows that had already ended at the start make room for no others.
        let mut over = if is_first_time {
            fate::over_count(self.options.workflows)
        } else {
            0
        };
        while self.players.join_next().await.is_some() {
            if over > 0 {
                over -= 1;
                continue;
            }
            if self.started >= BRISK.max(self.options.workflows * 3) {
                sleep_until(last + TRICKLE).await;
            }
            sleep(Duration::from_secs_f64(3.0 / self.options.speed)).await;
            self.start(fate::later(place));
            place += 1;
            last = Instant::now();
        }
    }

    /// Reports the workflows of an earlier demo as ended; returns whether there were any.
    fn close_earlier(&mut self) -> bool {
        let mut any = false;
        while let Some(is_over) = self.known.get(&adw_id(self.options.seed, self.next)) {
            any = true;
            if !is_over {
                let adw_id = adw_id(self.options.seed, self.next);
                let payload = json!({"status": "failed", "message": "the demo was started anew"});
                let data = json!({"adw_id": adw_id, "event_id": format!("{adw_id}-over"), "event_type": "failed", "payload": payload});
                self.publisher.publish(json!({"type": "status_update", "data": data}));
            }
            self.next += 1;
        }
        any
    }

    fn start(&mut self, entrance: Entrance) {
        let number = self.next;
        self.next += 1;
        let options = &self.options;
        let Some(play) = fate::play(options.seed, number, entrance.fate, options.speed) else {
            return;
        };
        let agents = options.agents.as_deref().filter(|_| number % 3 != 1);
        let folder = agents.map(|agents| Folder::new(agents, &play.adw_id, options.utc_offset_minutes));
        let pushes = match (&folder, number % 3) {
            (None, _) => Pushes::All,
            (Some(_), 0) => Pushes::StagesAndTools,
            (Some(_), _) => Pushes::Stages,
        };
        let player = Player {
            passed_ms: play.mark(entrance.mark) as f64 / options.speed + entrance.after_ms as f64,
            play,
            speed: options.speed,
            pushes,
            publisher: self.publisher.clone(),
            folder,
        };
        self.started += 1;
        self.keep_folder(&player);
        self.players.spawn(player.run());
    }

    /// Remembers a folder of this demo, and removes the oldest if there are too many.
    fn keep_folder(&mut self, player: &Player) {
        let Some(folder) = &player.folder else { return };
        self.folders.push_back(folder.path().to_owned());
        if self.folders.len() > FOLDERS.max(self.options.workflows * 2)
            && let Some(oldest) = self.folders.pop_front()
        {
            // A folder that cannot be removed does no harm beyond the space it takes.
            tokio::task::spawn_blocking(move || std::fs::remove_dir_all(oldest));
        }
    }
}

/// The name of a workflow, without writing its play.
fn adw_id(seed: u64, number: u64) -> String {
    Dice::new(seed, number).hex(8)
}

/// What the server knows already; asks until it answers.
async fn known(client: &Client) -> HashMap<String, bool> {
    let mut is_told = false;
    loop {
        match client.get("/api/workflows").await {
            Ok(answer) => {
                let workflows = serde_json::from_slice::<Workflows>(&answer.body).map(|answer| answer.workflows);
                let known = workflows.unwrap_or_default().into_iter();
                let is_over = |status: Status| status.is_over();
                return known
                    .map(|card| {
                        let now = card.last_at.unwrap_or_default();
                        let verdict = card.verdict(now, &domain::status::Patience::default());
                        (card.adw_id.to_string(), !verdict.derived && is_over(verdict.status))
                    })
                    .collect();
            }
            Err(reason) => {
                if !is_told {
                    info!(%reason, "waiting for the server");
                    is_told = true;
                }
                sleep(Duration::from_millis(500)).await;
            }
        }
    }
}
