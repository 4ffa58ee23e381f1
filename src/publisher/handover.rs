//! Where a call leaves an event for the courier: this publisher's file in the spool, followed by a queue in
//! memory for as long as the file cannot be written.
//!
//! A call makes one small write and does not use the network. Nothing here waits for the courier.

mod memory;
mod tally;
mod written;

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::event_ids::EventIds;
use super::line::SpoolLine;
use super::spool::{Drops, Spool, SpoolBatch};
use domain::adw_id::AdwId;
use memory::Memory;
use tally::{Backlog, Tallies};
pub(crate) use written::Unsent;
use written::Written;

/// How much is moved from memory to the file while callers wait.
const MOVED_AT_ONCE: usize = 64 * 1024;

/// See the module.
#[derive(Debug)]
pub(crate) struct Handover {
    spool: Arc<Spool>,
    limit_bytes: u64,
    ids: EventIds,
    state: Mutex<State>,
    /// Wakes the courier.
    bell: Condvar,
    /// Notified when something was sent, or the courier has ended.
    news: Condvar,
}

#[derive(Debug, Default)]
struct State {
    written: Written,
    memory: Memory,
    tallies: Tallies,
    /// The size of all other files in the folder, when it was last checked.
    others_bytes: u64,
    /// The courier is waiting for something to send.
    is_idle: bool,
    /// The last attempt to send failed.
    is_failing: bool,
    wants_room: bool,
    is_closing: bool,
    has_ended: bool,
}

impl Handover {
    pub fn new(spool: Spool, limit_bytes: u64) -> Self {
        Self {
            spool: Arc::new(spool),
            limit_bytes,
            ids: EventIds::new(),
            state: Mutex::default(),
            bell: Condvar::new(),
            news: Condvar::new(),
        }
    }

    pub fn spool(&self) -> Arc<Spool> {
        Arc::clone(&self.spool)
    }

    /// The own file.
    pub fn path(&self) -> Option<PathBuf> {
        self.lock().written.path()
    }

    /// Takes an item whose caller started to hand it over at `begun`.
    pub fn take(&self, item: Value, begun: Instant) {
        let line = SpoolLine::of(item, || self.ids.next());
        // What no server will accept needs no report either.
        let adw_id = line.adw_id.clone().filter(|adw_id| adw_id.parse::<AdwId>().is_ok());
        let mut state = self.lock();
        self.put(&mut state, line);
        if let Some(adw_id) = adw_id {
            state.tallies.count(&adw_id, begun.elapsed());
        }
        if state.is_idle {
            state.is_idle = false;
            self.bell.notify_one();
        }
    }

    /// Writes a line to the file, or keeps it in memory if that fails.
    fn put(&self, state: &mut State, line: SpoolLine) {
        // What is waiting in memory goes first.
        if state.memory.is_empty() && self.write(state, &line.text) {
            return;
        }
        for gone in state.memory.push(line) {
            state
                .tallies
                .drop_some(gone.adw_id.as_deref().unwrap_or_default(), 1, false);
        }
    }

    /// Whether a line could be appended to the file.
    fn write(&self, state: &mut State, text: &[u8]) -> bool {
        let all_bytes = state.others_bytes + state.written.length() + text.len() as u64;
        if all_bytes > self.limit_bytes {
            state.wants_room = true;
            return false;
        }
        // Small limits need small files, because only files that nobody is writing can be shrunk.
        let let_go = state.written.make_way(text.len() as u64, self.limit_bytes / 8);
        state.others_bytes += let_go;
        match state.written.append(text, &self.spool) {
            Ok(()) => {
                if state.has_ended {
                    // Nothing here will send it any more.
                    state.written.let_go();
                }
                true
            }
            Err(error) => {
                tracing::debug!(%error, "cannot write the spool; events wait in memory");
                false
            }
        }
    }

    /// The unsent part of the own file; none while an earlier file of ours may still be on its way. `seen` is how many files
    /// had been released when the folder was checked and none was found.
    pub fn unsent(&self, seen: Option<u64>) -> Option<Unsent> {
        let mut state = self.lock();
        if seen != Some(state.written.let_go_count()) {
            return None;
        }
        if state.written.settle() {
            self.news.notify_all();
        }
        state.written.unsent()
    }

    /// How many files have been released so far.
    pub fn let_go_count(&self) -> u64 {
        self.lock().written.let_go_count()
    }

    /// Notes how far the own file was sent; false if it was released in the meantime.
    pub fn sent(&self, unsent: &Unsent, until: u64) -> bool {
        let is_own = self.lock().written.sent(unsent, until);
        self.news.notify_all();
        is_own
    }

    /// Moves what is waiting in memory to the file, a little at a time, and then reports what was dropped.
    pub fn move_memory(&self) {
        loop {
            let mut state = self.lock();
            let mut moved = 0;
            while moved < MOVED_AT_ONCE {
                let Some(text) = state.memory.front().map(|line| line.text.clone()) else {
                    for (adw_id, count) in state.tallies.take_untold() {
                        let line = SpoolLine::telling_drops(&adw_id, count, || self.ids.next());
                        self.put(&mut state, line);
                    }
                    return;
                };
                if !self.write(&mut state, &text) {
                    return;
                }
                moved += text.len();
                state.memory.pop();
            }
        }
    }

    /// What is waiting in memory, to be sent from there; each line's end is its number.
    pub fn memory(&self) -> SpoolBatch {
        let mut batch = SpoolBatch::default();
        for waiting in self.lock().memory.iter() {
            let text = waiting.line.text.trim_ascii_end();
            if !batch.has_room(text.len() + 1) {
                break;
            }
            batch.push(0, waiting.number, text);
        }
        batch
    }

    pub fn memory_sent(&self, number: u64) {
        self.lock().memory.forget_until(number);
        self.news.notify_all();
    }

    /// What the folder contains besides the own file.
    pub fn looked(&self, bytes: u64) {
        let mut state = self.lock();
        state.others_bytes = bytes.saturating_sub(state.written.length());
    }

    /// Whether an event did not go into the spool because it is full.
    pub fn wants_room(&self) -> bool {
        self.lock().wants_room
    }

    pub fn made_room(&self, drops: Drops) {
        let mut state = self.lock();
        state.wants_room = false;
        for (adw_id, count) in drops {
            state.tallies.drop_some(&adw_id, count, true);
        }
    }

    /// The server refused an event of this workflow.
    pub fn refused(&self, adw_id: &str) {
        self.lock().tallies.refuse(adw_id);
    }

    /// Writes the reports that are due, which are sent with the events before them.
    pub fn report(&self, is_end: bool) {
        let mut state = self.lock();
        let backlog = Backlog {
            age: state.waiting_since().map_or(Duration::ZERO, |since| since.elapsed()),
            spooled_bytes: state.others_bytes + state.written.length(),
        };
        for report in state.tallies.reports(backlog, is_end) {
            let line = SpoolLine::of(report, || self.ids.next());
            self.put(&mut state, line);
        }
    }

    /// Makes the courier wait: for something to send if `is_idle`, otherwise for its next attempt. True when it should end.
    pub fn wait(&self, time: Duration, is_idle: bool) -> bool {
        let mut state = self.lock();
        // If something came since the courier looked, it need not wait.
        let has_news = state.written.unsent().is_some() || !state.memory.is_empty();
        if state.is_closing || (is_idle && has_news) {
            return state.is_closing;
        }
        state.is_idle = is_idle;
        let waited = self
            .bell
            .wait_timeout_while(state, time, |state| !state.is_closing && state.is_idle == is_idle);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.is_idle = false;
        state.is_closing
    }

    pub fn failed(&self, is_failing: bool) {
        self.lock().is_failing = is_failing;
        self.news.notify_all();
    }

    /// Waits until everything that was handed over has been sent; false if the time was too short.
    pub fn flush(&self, time: Duration) -> bool {
        let state = self.lock();
        let waited = self
            .news
            .wait_timeout_while(state, time, |state| state.has_unsent() && !state.has_ended);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        !state.has_unsent()
    }

    /// Asks the courier to send what is left and to end. Waits for it at most this long, and not at all if the server is down.
    pub fn close(&self, time: Duration) {
        self.report(true);
        let mut state = self.lock();
        state.is_closing = true;
        self.bell.notify_all();
        // What has not been sent by then is in the spool.
        drop(
            self.news
                .wait_timeout_while(state, time, |state| !state.has_ended && !state.is_failing),
        );
    }

    /// The courier has ended. What it did not send is left for others.
    pub fn end(&self) {
        self.move_memory();
        let mut state = self.lock();
        state.has_ended = true;
        state.written.end();
        self.news.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn has_unsent(&self) -> bool {
        self.waiting_since().is_some() || !self.memory.is_empty()
    }

    /// Since when the oldest unsent event has been waiting.
    fn waiting_since(&self) -> Option<Instant> {
        self.written.since().or_else(|| self.memory.since())
    }
}
