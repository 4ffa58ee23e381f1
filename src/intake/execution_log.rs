//! A script's `execution.log` as events: `YYYY-MM-DD HH:MM:SS - LEVEL - message`, and lines that continue the message.
//!
//! An entry ends when the next one begins, so the last one is held back until then or until the file has been
//! quiet (`flush`): however the bytes are cut, the events are the same.

mod header;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::place::{LinePart, Place};
use super::reading::{Finished, Reading};
use super::time_zone::TimeZone;
use domain::event::{Event, Kind, TimeSource};
use domain::timestamp::{Timestamp, Zone};
use draft::NewEvent;
use draft::redaction;
pub use header::{Header, utc_offset_minutes};

/// An entry that grows beyond this is split into parts.
const ENTRY_BYTES: usize = 1024 * 1024;
/// How far a header's time may be ahead of the time its line was read: more is another time zone, not clock skew.
const AHEAD_MS: i64 = 60_000;

/// Reads a log. The last header is stored with the offset, since lines may continue it after a flush.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogReader {
    /// The script's clock ahead of UTC in minutes, where it differs from this machine's zone.
    pub utc_offset_minutes: Option<i32>,
    last: Option<LastHeader>,
    #[serde(skip)]
    held: Option<Held>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct LastHeader {
    at: Timestamp,
    time_source: TimeSource,
    level: String,
}

/// An entry that may continue.
#[derive(Clone, Debug, PartialEq)]
struct Held {
    lines: u64,
    end: u64,
    message: String,
    /// The future event, apart from the message.
    draft: NewEvent,
}

impl LogReader {
    /// Takes in a line that ends at `end` and returns what it completes. Times are in `zone` unless they name another.
    pub fn read(&mut self, text: &str, place: &Place<'_>, end: u64, zone: &TimeZone) -> Vec<Finished> {
        if let Some(header) = Header::parse(text) {
            let finished = self.flush();
            let (at, time_source) = self.time(&header, place, zone);
            self.last = Some(LastHeader {
                at,
                time_source,
                level: header.level.to_ascii_uppercase(),
            });
            self.hold(header.message, header.logger, false, place, end);
            return finished.into_iter().collect();
        }
        if let Some(held) = &mut self.held {
            if held.message.len() + text.len() < ENTRY_BYTES {
                held.message.push('\n');
                held.message.push_str(text);
                held.lines += 1;
                held.end = end;
                return Vec::new();
            }
            let finished = self.flush();
            self.hold(text, None, true, place, end);
            return finished.into_iter().collect();
        }
        if text.trim().is_empty() {
            let reading = Reading::Silent("empty line");
            return vec![Finished { reading, lines: 1, end }];
        }
        let is_continuation = self.last.is_some();
        self.hold(text, None, is_continuation, place, end);
        if is_continuation {
            return Vec::new();
        }
        // What stands before the first header has none to belong to: each line is a message of its own, of level
        // INFO. It was written to be read, and calling it unrecognised would cry wolf over every `print` of a script.
        self.flush().into_iter().collect()
    }

    /// Ends the entry that is held back.
    pub fn flush(&mut self) -> Option<Finished> {
        let mut held = self.held.take()?;
        let message = redaction::text(held.message.trim_end().to_owned()).into_inner();
        if let Value::Object(payload) = &mut held.draft.event.payload {
            payload.insert("message".into(), message.into());
        }
        Some(Finished {
            reading: Reading::Source(vec![held.draft]),
            lines: held.lines,
            end: held.end,
        })
    }

    /// Forgets the entry that is held back, so that its lines are to be read again.
    pub fn forget_held(&mut self) {
        self.held = None;
    }

    pub fn is_holding(&self) -> bool {
        self.held.is_some()
    }

    /// How many lines are held back.
    pub fn lines_held(&self) -> u64 {
        self.held.as_ref().map_or(0, |held| held.lines)
    }

    fn hold(&mut self, message: &str, logger: Option<&str>, is_continuation: bool, place: &Place<'_>, end: u64) {
        let last = self.last.as_ref();
        let mut payload = Map::new();
        payload.insert("level".into(), last.map_or("INFO", |last| &last.level).into());
        payload.insert("source".into(), place.file.into());
        if let Some(logger) = logger {
            payload.insert("logger".into(), redaction::text(logger.to_owned()).into_inner().into());
        }
        if is_continuation {
            payload.insert("continuation".into(), true.into());
        }
        let event = Event {
            kind: Kind::AgentLogEntry,
            adw_id: place.adw_id.clone(),
            seq: 0,
            timestamp: last.map_or(place.at, |last| last.at),
            time_source: last.map_or(place.time_source, |last| last.time_source),
            event_type: "log_entry".into(),
            agent: Some(place.agent.to_owned()),
            run: Some(place.run),
            session_id: None,
            parent_tool_use_id: None,
            payload: payload.into(),
        };
        self.held = Some(Held {
            lines: 1,
            end,
            message: message.to_owned(),
            draft: NewEvent {
                event,
                keys: vec![place.key(LinePart::Block(0))],
            },
        });
    }

    /// The header's time in UTC. If it is ahead of the time its line was read, it was not in the assumed zone.
    fn time(&self, header: &Header<'_>, place: &Place<'_>, zone: &TimeZone) -> (Timestamp, TimeSource) {
        let at = match (header.zone, self.utc_offset_minutes) {
            (Zone::Named, _) => header.at,
            (Zone::Absent, Some(minutes)) => earlier(header.at, minutes),
            // The offset depends on the time in UTC, which itself depends on the offset: the second lookup settles it.
            (Zone::Absent, None) => {
                let nearly = earlier(header.at, zone.offset_minutes(header.at));
                earlier(header.at, zone.offset_minutes(nearly))
            }
        };
        if at.0.saturating_sub(AHEAD_MS) > place.at.0 {
            return (place.at, place.time_source);
        }
        (at, TimeSource::Source)
    }
}

fn earlier(at: Timestamp, minutes: i32) -> Timestamp {
    Timestamp(at.0.saturating_sub(i64::from(minutes) * 60_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const READ_AT: i64 = 1_760_720_700_000;

    fn place<'a>(adw_id: &'a domain::adw_id::AdwId, offset: u64) -> Place<'a> {
        Place {
            adw_id,
            agent: "adw_plan_iso",
            run: 1,
            file: "adw_plan_iso/execution.log",
            offset,
            line: 1,
            at: Timestamp(READ_AT),
            time_source: TimeSource::Read,
            mark: None,
        }
    }

    /// The finished parts of some lines; a missing text stands for a flush.
    fn read(reader: &mut LogReader, lines: &[Option<&str>]) -> Vec<Finished> {
        let adw_id = "c0a43f47".parse().expect("a safe id");
        let (mut finished, mut offset) = (Vec::new(), 0);
        for line in lines {
            match line {
                Some(line) => {
                    let end = offset + line.len() as u64 + 1;
                    finished.extend(reader.read(line, &place(&adw_id, offset), end, &TimeZone::default()));
                    offset = end;
                }
                None => finished.extend(reader.flush()),
            }
        }
        finished.extend(reader.flush());
        finished
    }

    fn events(finished: &[Finished]) -> Vec<&Event> {
        let events = finished.iter().filter_map(|part| match &part.reading {
            Reading::Source(events) => Some(&events[0].event),
            Reading::Silent(_) | Reading::Unrecognised(_) | Reading::Unknown(..) => None,
        });
        events.collect()
    }

    #[test]
    fn an_entry_takes_all_lines_up_to_the_next_header() {
        let finished = read(
            &mut LogReader::default(),
            &[
                Some("2025-10-17 16:04:18 - INFO - State: {"),
                Some("  \"adw_id\": \"c0a43f47\""),
                Some("}"),
                Some("2025-10-17 16:04:19,250 - adw.plan - error - broken"),
            ],
        );
        let events = events(&finished);
        assert_eq!(events[0].payload["message"], "State: {\n  \"adw_id\": \"c0a43f47\"\n}");
        assert_eq!(events[0].payload["level"], "INFO");
        assert_eq!(events[0].timestamp.to_string(), "2025-10-17T16:04:18.000Z");
        assert_eq!(events[0].time_source, TimeSource::Source);
        assert_eq!(events[1].payload["level"], "ERROR");
        assert_eq!(events[1].payload["logger"], "adw.plan");
        assert_eq!(events[1].timestamp.to_string(), "2025-10-17T16:04:19.250Z");
        assert_eq!(finished.iter().map(|part| part.lines).collect::<Vec<_>>(), [3, 1]);
    }

    #[test]
    fn lines_after_a_flush_are_an_event_of_their_own_and_say_so() {
        let mut reader = LogReader::default();
        let finished = read(
            &mut reader,
            &[
                Some("2025-10-17 16:04:18 - ERROR - first"),
                None,
                Some("more"),
                Some("and more"),
                None,
                Some(""),
            ],
        );
        let events = events(&finished);
        assert_eq!(events[1].payload["message"], "more\nand more");
        assert_eq!(events[1].payload["continuation"], true);
        assert_eq!(events[1].payload["level"], "ERROR");
        assert_eq!(events[1].timestamp, events[0].timestamp);
        assert_eq!(finished[2].reading, Reading::Silent("empty line"));
    }

    #[test]
    fn a_line_before_the_first_header_is_a_message_of_its_own() {
        let finished = read(
            &mut LogReader::default(),
            &[
                Some(""),
                Some("Starting"),
                Some("up"),
                Some("2025-10-17 16:04:18 - INFO - x"),
            ],
        );
        let said: Vec<_> = events(&finished)
            .iter()
            .map(|event| event.payload["message"].clone())
            .collect();
        assert_eq!(said, ["Starting", "up", "x"]);
        assert_eq!(finished[0].reading, Reading::Silent("empty line"));
        assert_eq!(events(&finished)[0].time_source, TimeSource::Read);
    }

    #[test]
    fn a_time_without_a_zone_is_told_in_this_machines_zone_unless_the_file_shows_another() {
        let adw_id = "c0a43f47".parse().expect("a safe id");
        let zone = TimeZone::of_text("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone");
        let at = |utc_offset_minutes, text| {
            let mut reader = LogReader {
                utc_offset_minutes,
                ..LogReader::default()
            };
            reader.read(text, &place(&adw_id, 0), 9, &zone);
            let finished = reader.flush();
            events(finished.as_slice())[0].timestamp.to_string()
        };
        assert_eq!(at(None, "2025-07-17 16:04:18 - INFO - x"), "2025-07-17T14:04:18.000Z");
        assert_eq!(at(None, "2025-01-17 16:04:18 - INFO - x"), "2025-01-17T15:04:18.000Z");
        assert_eq!(
            at(Some(-300), "2025-01-17 16:04:18 - INFO - x"),
            "2025-01-17T21:04:18.000Z"
        );
        assert_eq!(
            at(Some(-300), "2025-01-17T16:04:18Z - INFO - x"),
            "2025-01-17T16:04:18.000Z"
        );
    }

    #[test]
    fn a_time_that_lies_ahead_is_not_believed() {
        let mut reader = LogReader::default();
        let finished = read(&mut reader, &[Some("2025-10-17 23:04:18 - INFO - hours ahead")]);
        assert_eq!(events(&finished)[0].timestamp, Timestamp(READ_AT));
        assert_eq!(events(&finished)[0].time_source, TimeSource::Read);
    }

    #[test]
    fn secrets_that_cross_lines_are_removed() {
        let begin = format!("-----BEGIN {}-----", "PRIVATE KEY");
        let finished = read(
            &mut LogReader::default(),
            &[
                Some(&format!("2025-10-17 16:04:18 - INFO - {begin}")),
                Some("MIIEow"),
                Some("AbCd"),
            ],
        );
        let message = events(&finished)[0].payload["message"].to_string();
        assert!(!message.contains("MIIEow") && !message.contains("AbCd"), "{message}");
    }

    proptest! {
        #[test]
        fn every_line_is_counted_once(lines in prop::collection::vec(prop_oneof![
            Just(Some("2025-10-17 16:04:18 - INFO - a")), Just(Some("more")), Just(Some("")), Just(Some(" - - ")), Just(None)
        ], 0..40)) {
            let finished = read(&mut LogReader::default(), &lines);
            let texts = lines.iter().flatten();
            prop_assert_eq!(finished.iter().map(|part| part.lines).sum::<u64>(), texts.clone().count() as u64);
            let bytes: usize = texts.map(|line| line.len() + 1).sum();
            prop_assert_eq!(finished.last().map_or(0, |part| part.end), bytes as u64);
        }
    }
}
