//! In which zone the times of a log were written: its lines do not say.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use super::Follow;
use crate::watcher::beneath::Stat;
use crate::watcher::memory::written_ms;
use crate::watcher::run::{FileRun, LineReader};
use domain::timestamp::Timestamp;
use intake::execution_log::utc_offset_minutes;
use intake::time_zone::TimeZone;

/// How much of a log's end is searched for its last header.
const LOG_END_BYTES: u64 = 64 * 1024;

impl Follow {
    /// Finds out in which zone a log's times were written, as long as that is not known.
    pub(super) fn find_zone(&mut self, file: &File, stat: &Stat, zone: &TimeZone) -> io::Result<()> {
        let Some(FileRun {
            reader: LineReader::Log(log),
            offset: 0,
            ..
        }) = &mut self.run
        else {
            return Ok(());
        };
        if log.utc_offset_minutes.is_some() {
            return Ok(());
        }
        let from = stat.size.saturating_sub(LOG_END_BYTES);
        let mut end = vec![0; usize::try_from(stat.size - from).unwrap_or(0)];
        let read = file.read_at(&mut end, from)?;
        let written = Timestamp(written_ms(stat));
        let offset_minutes = utc_offset_minutes(&String::from_utf8_lossy(&end[..read]), written);
        log.utc_offset_minutes = offset_minutes.filter(|minutes| *minutes != zone.offset_minutes(written));
        Ok(())
    }
}
