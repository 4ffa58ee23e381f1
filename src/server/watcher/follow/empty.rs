//! A stream in which nobody has written: an agent that hangs, or died, before its first line.

use std::time::Instant;

use super::{Context, Follow, Outbox, Source, UNFINISHED_AFTER};
use crate::watcher::memory::written_ms;
use domain::event::TimeSource;
use domain::timeline::sources::UNFINISHED;
use domain::timestamp::Timestamp;
use draft::Draft;
use intake::place::{LinePart, Place};

impl Follow {
    /// Says once that the stream has been empty for a while, since nothing else would tell of its workflow.
    pub(super) fn rest_empty(&mut self, context: &Context<'_>, outbox: &mut Outbox) -> Option<Instant> {
        let seen = self
            .seen
            .filter(|seen| seen.size == 0 && self.source == Source::Stream)?;
        let quiet = context.instant.saturating_duration_since(self.quiet_since);
        if quiet < UNFINISHED_AFTER {
            return Some(self.quiet_since + UNFINISHED_AFTER);
        }
        if self.state.tell_unfinished() {
            let place = Place {
                adw_id: &self.whose.adw_id,
                agent: &self.whose.agent,
                run: 0,
                file: &self.whose.file,
                offset: seen.ino,
                line: 0,
                at: Timestamp(written_ms(&seen)),
                time_source: TimeSource::Unknown,
                mark: None,
            };
            // The same one after a restart is a duplicate, and no event.
            let keys = vec![place.key(LinePart::Block(0))];
            let trouble = place.trouble(UNFINISHED, "the stream is empty: the agent wrote nothing", "", keys);
            outbox.drafts.push(Draft::Event(trouble));
        }
        None
    }
}
