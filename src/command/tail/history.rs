//! The past of a workflow, from pages: its newest events, what a snapshot left out, and what is still the same in another life.

use std::io::{self, Write as _};
use std::thread;
use std::time::Duration;

use super::rest::{PAGE, Trouble};
use super::{Following, Stop, print_of, say};
use domain::backoff;
use domain::filter::Filter;
use publisher::clock;

impl Following {
    /// Shows the events after those that were shown, up to a seq, from pages.
    pub(super) fn catch_up(&mut self, to: u64, is_once: bool) -> Result<(), Stop> {
        while self.shown < to {
            let after = self.shown;
            let page = self.persist(is_once, |this| {
                this.rest.page(&this.adw_id, (Some(after), to + 1), PAGE, &this.filter)
            })?;
            if page.first > after + 1 {
                say(&format!("events before {} are no longer in the journal", page.first));
            }
            page.events.iter().try_for_each(|event| self.show(event))?;
            self.shown = match page.events.last() {
                Some(last) if page.events.len() == PAGE => last.seq,
                Some(_) | None => to,
            };
        }
        Ok(())
    }

    /// Shows the newest events up to a seq.
    pub(super) fn newest(&mut self, mut count: usize, to: u64, is_once: bool) -> Result<(), Stop> {
        let (mut pages, mut before) = (Vec::new(), to + 1);
        while count > 0 && before > 1 {
            let limit = count.min(PAGE);
            let page = self.persist(is_once, |this| {
                this.rest.page(&this.adw_id, (None, before), limit, &this.filter)
            })?;
            count -= page.events.len().min(count);
            let is_last = page.events.len() < limit;
            before = page.events.first().map_or(1, |first| first.seq);
            pages.push(page.events);
            if is_last {
                break;
            }
        }
        let mut events = pages.iter().rev().flatten();
        events.try_for_each(|event| self.show(event))?;
        self.shown = to;
        io::stdout().flush()?;
        Ok(())
    }

    /// Asks until there is an answer; a refused request is not repeated.
    pub(super) fn persist<T>(&self, is_once: bool, ask: impl Fn(&Self) -> Result<T, Trouble>) -> Result<T, Stop> {
        let mut tries = 0;
        loop {
            match ask(self) {
                Ok(answer) => return Ok(answer),
                Err(Trouble::Away(reason)) if !is_once => {
                    if tries == 0 {
                        say(&format!("{reason}; trying again until it answers"));
                    }
                    let wait_ms = backoff::wait_ms(tries, clock::random_fraction());
                    thread::sleep(Duration::from_millis(wait_ms));
                    tries = tries.saturating_add(1);
                }
                Err(trouble) => return Err(Stop::Failed(trouble.to_string())),
            }
        }
    }

    /// Another life of the journal may have other events with the same numbers: finds the last one that is still the same.
    pub(super) fn begin_life(&mut self, epoch: String, seq: u64) -> Result<(), Stop> {
        say("the server's journal was replaced; continuing after the last event that is the same");
        self.epoch = epoch;
        let until = self.shown.min(seq);
        let known = self.known.iter().rev().filter(|(seq, _)| *seq <= until);
        let mut same = 0;
        for (seq, print) in known {
            let page = self.persist(false, |this| {
                this.rest
                    .page(&this.adw_id, (Some(seq - 1), seq + 1), 1, &Filter::default())
            })?;
            if page.events.first().map(print_of) == Some(*print) {
                same = *seq;
                break;
            }
        }
        self.shown = same;
        Ok(())
    }
}
