//! The heartbeat of all sockets: one task, and one frame for many.
//!
//! Sockets beat in groups, one after the other, so that ten thousand of them do not wake at the same moment.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::clock;
use crate::hub::Frame;
use domain::frame::FromServer;

const GROUPS: usize = 16;

/// A heartbeat to send; when the sender is gone, the server is stopping.
pub type Heartbeats = watch::Receiver<Frame>;

/// Distributes heartbeats. Cheap while nobody listens.
pub struct Ticker {
    groups: Vec<Heartbeats>,
    next: AtomicUsize,
    task: Mutex<Option<tokio::task::JoinHandle<()>>>,
}

impl Ticker {
    /// Starts the heartbeats: one for each group every `every`.
    pub fn start(every: Duration) -> Self {
        let (senders, groups): (Vec<_>, Vec<_>) = (0..GROUPS).map(|_| watch::channel(Frame::default())).unzip();
        let task = tokio::spawn(async move {
            let mut clock = interval(every / GROUPS as u32);
            // After the machine has slept, one heartbeat is as good as a thousand.
            clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
            for group in senders.iter().cycle() {
                clock.tick().await;
                // One receiver is ours.
                if group.receiver_count() > 1 {
                    match Frame::encode(&heartbeat()) {
                        Ok(beat) => drop(group.send_replace(beat)),
                        Err(error) => tracing::error!(%error, "viewers get no sign of life, and will connect again"),
                    }
                }
            }
        });
        Self {
            groups,
            next: AtomicUsize::new(0),
            task: Mutex::new(Some(task)),
        }
    }

    /// The beats for one more socket.
    pub fn beats(&self) -> Heartbeats {
        let at = self.next.fetch_add(1, Ordering::Relaxed) % GROUPS;
        let mut beats = self.groups[at].clone();
        beats.mark_unchanged();
        beats
    }

    /// Ends all beats, which tells every socket to close.
    pub fn stop(&self) {
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            task.abort();
        }
    }
}

/// A heartbeat with the server's time.
pub fn heartbeat() -> FromServer {
    FromServer::Heartbeat {
        server_time: clock::now(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn every_socket_has_a_beat_in_every_interval() {
        let every = Duration::from_secs(5);
        let ticker = Ticker::start(every);
        let mut sockets: Vec<Heartbeats> = (0..40).map(|_| ticker.beats()).collect();
        for _ in 0..3 {
            for beat in &mut sockets {
                let heard = tokio::time::timeout(every + Duration::from_millis(400), beat.changed()).await;
                heard.expect("a beat came in time").expect("the ticker runs");
                assert!(beat.borrow_and_update().contains("heartbeat"));
            }
        }
    }

    #[tokio::test]
    async fn stopping_tells_every_socket() {
        let ticker = Ticker::start(Duration::from_secs(3_600));
        let mut beat = ticker.beats();
        ticker.stop();
        assert!(beat.changed().await.is_err());
    }
}
