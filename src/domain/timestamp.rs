//! A moment in UTC, in milliseconds, and its RFC 3339 text.
//!
//! Written by hand because the time crates are too heavy for wasm; the calendar is the proleptic Gregorian one.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use super::from_json::{Fault, FromJson};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// How certain the time zone of a parsed text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// The text named its zone.
    Named,
    /// The text had none; it was read as UTC.
    Absent,
}

/// The civil parts of a moment in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    pub year: i64,
    pub month: u32,
    pub day: u32,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    pub millis: u32,
}

impl Timestamp {
    /// Reads RFC 3339, with a space or a `T`, with any number of decimals, and with or without a zone.
    pub fn parse(text: &str) -> Option<(Self, Zone)> {
        let text = text.trim();
        let bytes = text.as_bytes();
        if bytes.len() < 19 || !text.is_ascii() {
            return None;
        }
        let number = |range: std::ops::Range<usize>| -> Option<i64> {
            let digits = text.get(range)?;
            digits
                .bytes()
                .all(|b| b.is_ascii_digit())
                .then(|| digits.parse().ok())?
        };
        if bytes[4] != b'-'
            || bytes[7] != b'-'
            || !matches!(bytes[10], b'T' | b't' | b' ')
            || bytes[13] != b':'
            || bytes[16] != b':'
        {
            return None;
        }
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
        let month_is_real = (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month);
        if !month_is_real || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let mut rest = &text[19..];
        let mut millis = 0;
        if let Some(after) = rest.strip_prefix(['.', ',']) {
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                return None;
            }
            let first_three = &after[..digits.min(3)];
            millis = first_three.parse::<i64>().ok()? * 10_i64.pow(3 - first_three.len() as u32);
            rest = &after[digits..];
        }
        let (offset_minutes, zone) = match rest {
            "" => (0, Zone::Absent),
            "Z" | "z" => (0, Zone::Named),
            _ => (parse_offset(rest)?, Zone::Named),
        };
        let days = days_from_civil(year, month, day);
        let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset_minutes * 60;
        Some((Self(seconds * 1_000 + millis), zone))
    }

    pub fn civil(self) -> Civil {
        let days = self.0.div_euclid(86_400_000);
        let millis_of_day = self.0.rem_euclid(86_400_000);
        let (year, month, day) = civil_from_days(days);
        let seconds = millis_of_day / 1_000;
        Civil {
            year,
            month: month as u32,
            day: day as u32,
            hour: (seconds / 3_600) as u32,
            minute: (seconds / 60 % 60) as u32,
            second: (seconds % 60) as u32,
            millis: (millis_of_day % 1_000) as u32,
        }
    }

    /// Milliseconds from `earlier` to here, never below zero.
    pub fn since(self, earlier: Self) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0)
    }

    /// `14:31:46`, in UTC.
    pub fn clock(self) -> String {
        let c = self.civil();
        format!("{:02}:{:02}:{:02}", c.hour, c.minute, c.second)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let c = self.civil();
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            c.year, c.month, c.day, c.hour, c.minute, c.second, c.millis
        )
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text)
            .map(|(at, _)| at)
            .ok_or_else(|| de::Error::custom("timestamp must be RFC 3339, for example 2026-01-15T10:30:00.123Z"))
    }
}

impl FromJson for Timestamp {
    fn from_json(value: Value) -> Result<Self, Fault> {
        let parsed = value.as_str().and_then(Self::parse);
        parsed.map(|(at, _)| at).ok_or(Fault(""))
    }
}

fn parse_offset(text: &str) -> Option<i64> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = text[1..].chars().filter(|c| *c != ':').collect();
    if !(digits.len() == 2 || digits.len() == 4) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let hours: i64 = digits[..2].parse().ok()?;
    let minutes: i64 = if digits.len() == 4 {
        digits[2..].parse().ok()?
    } else {
        0
    };
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 60 + minutes))
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01, after Howard Hinnant's "chrono-compatible low-level date algorithms".
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (
        year_of_era + era * 400 + i64::from(month <= 2),
        month,
        day_of_year - (153 * shifted + 2) / 5 + 1,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_real_tools_are_read() {
        let at = |text| Timestamp::parse(text).map(|(at, zone)| (at.to_string(), zone));
        let expect = |text: &str, zone| Some((text.to_owned(), zone));
        assert_eq!(
            at("2026-01-15T10:30:00.123Z"),
            expect("2026-01-15T10:30:00.123Z", Zone::Named)
        );
        assert_eq!(
            at("2026-01-15T10:30:00+02:00"),
            expect("2026-01-15T08:30:00.000Z", Zone::Named)
        );
        assert_eq!(
            at("2026-01-10T21:19:30.598993"),
            expect("2026-01-10T21:19:30.598Z", Zone::Absent)
        );
        assert_eq!(
            at("2025-10-18 16:58:49"),
            expect("2025-10-18T16:58:49.000Z", Zone::Absent)
        );
        assert_eq!(
            at("2024-02-29T23:59:59.9Z"),
            expect("2024-02-29T23:59:59.900Z", Zone::Named)
        );
        for bad in [
            "",
            "yesterday",
            "2026-02-30T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-01-15T25:00:00Z",
            "2026-01-15T10:30:00.Z",
        ] {
            assert_eq!(at(bad), None, "{bad}");
        }
    }

    #[test]
    fn text_and_number_agree_over_eight_centuries() {
        for day in (-146_097..146_097).step_by(37) {
            let moment = Timestamp(day * 86_400_000 + 12_345_678);
            assert_eq!(Timestamp::parse(&moment.to_string()).map(|(at, _)| at), Some(moment));
        }
    }
}
