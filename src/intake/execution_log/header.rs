//! The first line of a log's entry, and the zone that its time was written in.

use domain::timestamp::{Timestamp, Zone};

const QUARTER_HOUR_MS: i64 = 15 * 60_000;

/// The first line of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// In the script's zone, unless the text names one.
    pub at: Timestamp,
    pub zone: Zone,
    pub level: &'a str,
    pub logger: Option<&'a str>,
    pub message: &'a str,
}

impl<'a> Header<'a> {
    /// Reads `time - LEVEL - message` or `time - logger - LEVEL - message`; none for any other line.
    pub fn parse(line: &'a str) -> Option<Self> {
        let (stamp, rest) = line.split_once(" - ")?;
        let (at, zone) = Timestamp::parse(stamp)?;
        let (first, rest) = rest.split_once(" - ")?;
        if is_level(first) {
            return Some(Self {
                at,
                zone,
                level: first,
                logger: None,
                message: rest,
            });
        }
        let (level, message) = rest.split_once(" - ").filter(|(level, _)| is_level(level))?;
        Some(Self {
            at,
            zone,
            level,
            logger: Some(first),
            message,
        })
    }
}

/// How far the clock of a log's writer is ahead of UTC, in minutes: by its last header and the time the file was written.
///
/// None unless the two match to the second, as they do in a file that nobody copied or touched: the header is cut to
/// seconds and written immediately, and zones differ by quarters of an hour.
pub fn utc_offset_minutes(end_of_file: &str, written: Timestamp) -> Option<i32> {
    let header = end_of_file.lines().rev().find_map(Header::parse)?;
    let ahead_ms = header.at.0.checked_sub(written.0)?;
    let offset_ms = (ahead_ms + QUARTER_HOUR_MS / 2).div_euclid(QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
    let fits = (-100..2_500).contains(&(offset_ms - ahead_ms));
    let minutes = i32::try_from(offset_ms / 60_000).ok()?;
    (fits && header.zone == Zone::Absent && (-12 * 60..=14 * 60).contains(&minutes)).then_some(minutes)
}

fn is_level(word: &str) -> bool {
    const LEVELS: [&str; 11] = [
        "DEBUG",
        "INFO",
        "WARNING",
        "WARN",
        "ERROR",
        "CRITICAL",
        "FATAL",
        "SUCCESS",
        "TRACE",
        "NOTICE",
        "EXCEPTION",
    ];
    LEVELS.iter().any(|level| word.trim().eq_ignore_ascii_case(level))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_is_found_by_the_time_the_file_was_written() {
        let log = "2025-10-17 19:04:18 - INFO - a\n2025-10-17 19:05:00 - INFO - b\n  more\n";
        let written = |text: &str| Timestamp::parse(text).expect("a time").0;
        let offset = |text: &str| utc_offset_minutes(log, written(text));
        assert_eq!(offset("2025-10-17T17:05:00.400Z"), Some(120));
        assert_eq!(offset("2025-10-17T13:35:01.900Z"), Some(330));
        assert_eq!(offset("2025-10-17T19:05:00.000Z"), Some(0));
        assert_eq!(offset("2025-10-18T00:05:00.000Z"), Some(-300));
        assert_eq!(
            offset("2025-10-17T17:05:09.000Z"),
            None,
            "written later than its last header"
        );
        assert_eq!(offset("2025-11-17T17:05:00.000Z"), None, "copied a month later");
        assert_eq!(utc_offset_minutes("no header", written("2025-10-17T17:05:00Z")), None);
    }
}
