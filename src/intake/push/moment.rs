//! When a pushed event happened, in any of the ways publishers say it.

use serde_json::Value;

use super::{Received, Refusal};
use domain::event::TimeSource;
use domain::timestamp::{Timestamp, Zone};

/// 9999-12-31T23:59:59.999Z, the last moment with a text of four digits a year.
const LAST_MS: i64 = 253_402_300_799_999;
const EXAMPLE: &str = "send RFC 3339, for example 2026-01-15T10:30:00.123Z, or leave it out";

/// The moment and who vouches for it. An event without a time happened when it came in.
pub(super) fn read(
    timestamp: Option<Value>,
    time_source: Option<Value>,
    received: Received,
) -> Result<(Timestamp, TimeSource), Refusal> {
    let source = match time_source {
        None => None,
        Some(word) => Some(serde_json::from_value::<TimeSource>(word).map_err(|_| {
            Refusal::new(
                "time_source",
                "time_source must be source, read or unknown; leave it out if the time is the publisher's own",
            )
        })?),
    };
    let at = match timestamp {
        None => return Ok((received.at, TimeSource::Read)),
        Some(Value::String(text)) if text.trim().is_empty() => {
            return Ok((received.at, TimeSource::Read));
        }
        Some(Value::String(text)) => of_text(&text, received),
        Some(Value::Number(number)) => number.as_f64().and_then(of_number),
        Some(_) => None,
    };
    let at = at.filter(|at| (0..=LAST_MS).contains(&at.0));
    at.map(|at| (at, source.unwrap_or(TimeSource::Source))).ok_or_else(|| {
        Refusal::new(
            "timestamp",
            format!("timestamp is not a time between 1970 and 9999; {EXAMPLE}"),
        )
    })
}

fn of_text(text: &str, received: Received) -> Option<Timestamp> {
    match Timestamp::parse(text) {
        Some((at, Zone::Named)) => Some(at),
        Some((at, Zone::Absent)) => Some(nearest(at, received)),
        None => text.trim().parse().ok().and_then(of_number),
    }
}

/// A time without a zone is local or UTC: whichever lies nearer to now, since what is pushed has just happened.
fn nearest(as_utc: Timestamp, received: Received) -> Timestamp {
    let as_local = Timestamp(as_utc.0 - i64::from(received.utc_offset_minutes) * 60_000);
    let distance = |at: Timestamp| at.0.abs_diff(received.at.0);
    if distance(as_local) < distance(as_utc) {
        as_local
    } else {
        as_utc
    }
}

/// Since 1970 in seconds, milliseconds, microseconds or nanoseconds: no two of them are plausible for one number.
fn of_number(number: f64) -> Option<Timestamp> {
    let per_ms = match number {
        n if !n.is_finite() || n < 0.0 => return None,
        n if n < 1e11 => 1e-3,
        n if n < 1e14 => 1.0,
        n if n < 1e17 => 1e3,
        n if n < 1e20 => 1e6,
        _ => return None,
    };
    Some(Timestamp((number / per_ms).round() as i64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOON: i64 = 1_768_473_000_000; // 2026-01-15T10:30:00Z

    fn at(timestamp: Value, utc_offset_minutes: i32) -> Option<String> {
        let received = Received {
            at: Timestamp(NOON),
            utc_offset_minutes,
        };
        read(Some(timestamp), None, received).ok().map(|(at, source)| {
            assert_eq!(source, TimeSource::Source);
            at.to_string()
        })
    }

    #[test]
    fn a_time_without_a_zone_is_local_or_utc_whichever_is_nearer() {
        let utc = Some("2026-01-15T10:29:58.000Z".to_owned());
        assert_eq!(at(json!("2026-01-15T10:29:58"), 120), utc);
        assert_eq!(at(json!("2026-01-15 12:29:58"), 120), utc);
        assert_eq!(at(json!("2026-01-15T05:29:58"), -300), utc);
        assert_eq!(at(json!("2026-01-15T10:29:58"), 0), utc);
        assert_eq!(at(json!("2026-01-15T12:29:58+02:00"), -300), utc);
    }

    #[test]
    fn numbers_are_since_1970_in_the_unit_that_is_plausible() {
        let expect = Some("2026-01-15T10:30:00.123Z".to_owned());
        for number in [
            json!(1_768_473_000.123),
            json!(1_768_473_000_123_i64),
            json!(1_768_473_000_123_000_i64),
            json!(1_768_473_000_123_000_000_i64),
            json!("1768473000123"),
        ] {
            assert_eq!(at(number.clone(), 60), expect, "{number}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused_and_nothing_is_the_time_of_arrival() {
        for garbage in [
            json!("yesterday"),
            json!(-1),
            json!(1e300),
            json!(true),
            json!({}),
            json!("1969-12-31T23:59:59Z"),
            json!("9999-12-31T23:59:59-02:00"),
        ] {
            assert_eq!(at(garbage.clone(), 0), None, "{garbage}");
        }
        let received = Received {
            at: Timestamp(NOON),
            utc_offset_minutes: 0,
        };
        for nothing in [None, Some(json!("")), Some(json!(" "))] {
            assert_eq!(read(nothing, None, received), Ok((Timestamp(NOON), TimeSource::Read)));
        }
        assert!(read(None, Some(json!("guess")), received).is_err());
    }
}
