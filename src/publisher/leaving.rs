//! Handing events over in a process that exits at once and leaves the sending to another.

use std::fs::File;
use std::io;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::client::PushClient;
use super::courier::{Courier, CourierStep, Post as _};
use super::destination::{Destination, DestinationError};
use super::event_ids::EventIds;
use super::line::SpoolLine;
use super::settings::Settings;
use super::spool::Spool;

/// The time between two checks of a sender that has nothing to send.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The spool of one server, for processes that come and go.
#[derive(Debug)]
pub struct Leaving {
    spool: Spool,
    destination: Destination,
    settings: Settings,
}

/// Whoever holds it is the process that sends for those that have exited.
#[derive(Debug)]
pub struct SenderLock(#[expect(dead_code, reason = "the lock is held by keeping it")] File);

/// Why sending ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendingEnd {
    /// Nothing has come for a while.
    Idle,
    /// The server was unreachable for too long; the rest is in the spool.
    GivenUp,
}

impl Leaving {
    pub fn new(settings: Settings) -> Result<Self, DestinationError> {
        let destination = settings.destination()?;
        Ok(Self {
            spool: Spool::new(settings.spool.join(destination.folder())),
            destination,
            settings,
        })
    }

    /// Leaves items in the spool, all or none.
    pub fn leave(&self, items: Vec<Value>) -> io::Result<()> {
        self.spool.leave(&lines(items))
    }

    /// Sends items without the spool, if that cannot be written; the error says why it failed.
    pub fn send(&self, items: Vec<Value>) -> Result<(), String> {
        let answer = self.client().post(&lines(items)).map_err(|error| error.0)?;
        match answer.status {
            200..300 => Ok(()),
            status => Err(format!("the server answered {status}")),
        }
    }

    /// The lock of the sending process; none if another process has it.
    pub fn lock_sender(&self) -> io::Result<Option<SenderLock>> {
        Ok(self.spool.lock_sender()?.map(SenderLock))
    }

    /// Sends what was left, until nothing has come for `linger` or the server has been unreachable for `patience`.
    pub fn send_all(&self, _lock: &SenderLock, linger: Duration, patience: Duration) -> SendingEnd {
        let spool = Spool::new(self.spool.folder().to_owned()).into();
        let mut courier =
            Courier::for_others(spool, self.client(), self.settings.spool_bytes).looking_every(LOOK_EVERY);
        let mut quiet_since = Instant::now();
        let mut away_since = None;
        loop {
            let wait = match courier.step() {
                CourierStep::Sent => {
                    quiet_since = Instant::now();
                    away_since = None;
                    continue;
                }
                CourierStep::Failed(_) if away_since.get_or_insert_with(Instant::now).elapsed() >= patience => {
                    return SendingEnd::GivenUp;
                }
                CourierStep::Failed(wait) => wait,
                CourierStep::Idle | CourierStep::Blocked if quiet_since.elapsed() >= linger => return SendingEnd::Idle,
                CourierStep::Idle | CourierStep::Blocked => LOOK_EVERY,
            };
            courier.sleep(wait);
        }
    }

    /// Whether something is waiting that nobody is sending.
    pub fn has_orphans(&self) -> bool {
        !self.spool.claim(None, 1).files.is_empty()
    }

    fn client(&self) -> PushClient {
        PushClient::new(&self.destination, self.settings.token.as_deref())
    }
}

fn lines(items: Vec<Value>) -> Vec<u8> {
    let ids = EventIds::new();
    items
        .into_iter()
        .flat_map(|item| SpoolLine::of(item, || ids.next()).text)
        .collect()
}
