//! A time zone as the operating system describes it (TZif, RFC 9636, and the POSIX `TZ` text): how far local time is ahead of UTC.
//!
//! For times without a zone, which most scripts write.

use domain::timestamp::Timestamp;

/// Offsets by the moment from which they hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TimeZone {
    /// The first second of an offset, and the offset in seconds; in order.
    transitions: Vec<(i64, i32)>,
    /// Before the first transition.
    first_offset: i32,
    /// After the last transition.
    rule: Option<Rule>,
}

/// A POSIX `TZ` text such as `CET-1CEST,M3.5.0,M10.5.0/3`.
#[derive(Clone, Debug, PartialEq)]
struct Rule {
    standard: i32,
    /// The offset in summer, when it begins and when it ends.
    summer: Option<(i32, Turn, Turn)>,
}

/// When an offset begins, every year.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Turn {
    day: Day,
    /// Seconds after local midnight.
    second: i32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Day {
    /// `M3.5.0`: month, week (5 is the last one), day of the week from Sunday.
    Weekday(i64, i64, i64),
    /// `J60`: from 1, where February has 28 days in every year.
    Julian(i64),
    /// `59`: from 0, leap days count.
    Plain(i64),
}

impl TimeZone {
    /// Reads a TZif file, such as `/etc/localtime`.
    pub fn of_file(bytes: &[u8]) -> Option<Self> {
        let old = Block::read(bytes, 4)?;
        if old.version == 0 {
            return old.zone(4, None);
        }
        let new = Block::read(bytes.get(old.end..)?, 8)?;
        let footer = bytes.get(old.end + new.end..)?;
        let footer = footer.strip_prefix(b"\n")?.split(|byte| *byte == b'\n').next()?;
        let rule = std::str::from_utf8(footer).ok().and_then(Rule::parse);
        new.zone(8, rule)
    }

    /// Reads a POSIX `TZ` text.
    pub fn of_text(text: &str) -> Option<Self> {
        let rule = Rule::parse(text)?;
        Some(Self {
            first_offset: rule.standard,
            rule: Some(rule),
            transitions: Vec::new(),
        })
    }

    /// Minutes that local time is ahead of UTC at a moment.
    pub fn offset_minutes(&self, at: Timestamp) -> i32 {
        let second = at.0.div_euclid(1_000);
        let known = self.transitions.partition_point(|(from, _)| *from <= second);
        let offset = match &self.rule {
            Some(rule) if known == self.transitions.len() => rule.offset(second),
            _ => known
                .checked_sub(1)
                .map_or(self.first_offset, |last| self.transitions[last].1),
        };
        offset.div_euclid(60)
    }
}

/// One of the two blocks of a TZif file: the first has times of 4 bytes, the second of 8.
struct Block<'a> {
    version: u8,
    body: &'a [u8],
    times: usize,
    types: usize,
    end: usize,
}

impl<'a> Block<'a> {
    fn read(bytes: &'a [u8], time_bytes: usize) -> Option<Self> {
        const HEAD: usize = 44;
        let head = bytes.get(..HEAD)?.strip_prefix(b"TZif")?;
        let count = |at: usize| {
            let bytes = head.get(16 + at * 4..20 + at * 4)?;
            usize::try_from(u32::from_be_bytes(bytes.try_into().ok()?))
                .ok()
                .filter(|count| *count < 100_000)
        };
        let (utcs, standards, leaps, times, types, chars) =
            (count(0)?, count(1)?, count(2)?, count(3)?, count(4)?, count(5)?);
        let length = times * (time_bytes + 1) + types * 6 + chars + leaps * (time_bytes + 4) + standards + utcs;
        let body = bytes.get(HEAD..HEAD + length)?;
        Some(Self {
            version: head[0],
            body,
            times,
            types,
            end: HEAD + length,
        })
    }

    fn zone(&self, time_bytes: usize, rule: Option<Rule>) -> Option<TimeZone> {
        let (times, rest) = self.body.split_at(self.times * time_bytes);
        let (kinds, rest) = rest.split_at(self.times);
        let offset = |kind: usize| {
            let bytes = rest.get(..self.types * 6)?.get(kind * 6..kind * 6 + 4)?;
            Some(i32::from_be_bytes(bytes.try_into().ok()?)).filter(|offset| offset.abs() < 100_000)
        };
        let transitions = times.chunks(time_bytes).zip(kinds).map(|(time, kind)| {
            let second = match time_bytes {
                4 => i64::from(i32::from_be_bytes(time.try_into().ok()?)),
                _ => i64::from_be_bytes(time.try_into().ok()?),
            };
            Some((second, offset(usize::from(*kind))?))
        });
        Some(TimeZone {
            transitions: transitions.collect::<Option<_>>()?,
            first_offset: offset(0)?,
            rule,
        })
    }
}

impl Rule {
    fn parse(text: &str) -> Option<Self> {
        let rest = after_name(text)?;
        // POSIX counts west of Greenwich as positive.
        let (standard, rest) = seconds(rest)?;
        let standard = -standard;
        if rest.is_empty() {
            return Some(Self { standard, summer: None });
        }
        let rest = after_name(rest)?;
        let (summer, rest) = match seconds(rest) {
            Some((summer, rest)) => (-summer, rest),
            None => (standard + 3_600, rest),
        };
        let mut turns = rest.strip_prefix(',')?.split(',');
        let (begin, end) = (Turn::parse(turns.next()?)?, Turn::parse(turns.next()?)?);
        Some(Self {
            standard,
            summer: Some((summer, begin, end)),
        })
    }

    fn offset(&self, second: i64) -> i32 {
        let Some((summer, begin, end)) = &self.summer else {
            return self.standard;
        };
        let year = Timestamp(second.saturating_add(i64::from(self.standard)).saturating_mul(1_000))
            .civil()
            .year;
        let begin = begin.second_in(year) - i64::from(self.standard);
        let end = end.second_in(year) - i64::from(*summer);
        // In the south summer goes over the end of the year.
        let is_summer = if begin < end {
            (begin..end).contains(&second)
        } else {
            !(end..begin).contains(&second)
        };
        if is_summer { *summer } else { self.standard }
    }
}

impl Turn {
    fn parse(text: &str) -> Option<Self> {
        let (day, time) = text
            .split_once('/')
            .map_or((text, None), |(day, time)| (day, Some(time)));
        let second = match time {
            Some(time) => seconds(time)?.0,
            None => 2 * 3_600,
        };
        let number = |text: &str| text.parse::<i64>().ok();
        let day = if let Some(rest) = day.strip_prefix('M') {
            let mut parts = rest.split('.').map(number);
            let (month, week, weekday) = (parts.next()??, parts.next()??, parts.next()??);
            let is_real = (1..=12).contains(&month) && (1..=5).contains(&week) && (0..=6).contains(&weekday);
            is_real.then_some(Day::Weekday(month, week, weekday))?
        } else if let Some(rest) = day.strip_prefix('J') {
            Day::Julian(number(rest)?)
        } else {
            Day::Plain(number(day)?)
        };
        Some(Self { day, second })
    }

    /// The local second of the turn in a year, as if local time were UTC.
    fn second_in(self, year: i64) -> i64 {
        let midnight = |month: i64, day: i64| {
            let text = format!("{year:04}-{month:02}-{day:02}T00:00:00Z");
            Timestamp::parse(&text).map_or(0, |(at, _)| at.0 / 86_400_000)
        };
        let day = match self.day {
            Day::Weekday(month, week, weekday) => {
                let first = midnight(month, 1);
                // 1970-01-01 was a Thursday.
                let first_weekday = (first + 4).rem_euclid(7);
                let day = first + (weekday - first_weekday).rem_euclid(7) + (week - 1) * 7;
                let next_month = if month == 12 {
                    midnight(12, 31) + 1
                } else {
                    midnight(month + 1, 1)
                };
                if day >= next_month { day - 7 } else { day }
            }
            Day::Julian(day) => {
                let is_leap = midnight(3, 1) - midnight(2, 1) == 29;
                midnight(1, 1) + day - 1 + i64::from(is_leap && day >= 60)
            }
            Day::Plain(day) => midnight(1, 1) + day,
        };
        day * 86_400 + i64::from(self.second)
    }
}

/// What follows the name of a zone: letters, or anything between angle brackets.
fn after_name(text: &str) -> Option<&str> {
    if let Some(quoted) = text.strip_prefix('<') {
        return quoted.split_once('>').map(|(_, rest)| rest);
    }
    let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    (end >= 3).then(|| &text[end..])
}

/// `[+-]hh[:mm[:ss]]` in seconds, and what follows it.
fn seconds(text: &str) -> Option<(i32, &str)> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let end = rest
        .find(|c: char| !(c.is_ascii_digit() || c == ':'))
        .unwrap_or(rest.len());
    let mut total = 0;
    for (part, unit) in rest[..end].split(':').zip([3_600, 60, 1]) {
        total += part.parse::<i32>().ok().filter(|part| *part <= 167)? * unit;
    }
    Some((sign * total, &rest[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn offset(zone: &TimeZone, at: &str) -> i32 {
        zone.offset_minutes(Timestamp::parse(at).expect("a time").0)
    }

    #[test]
    fn a_text_tells_summer_from_winter_to_the_second() {
        let berlin = TimeZone::of_text("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone");
        assert_eq!(offset(&berlin, "2026-01-15T00:00:00Z"), 60);
        assert_eq!(offset(&berlin, "2026-03-29T00:59:59Z"), 60);
        assert_eq!(offset(&berlin, "2026-03-29T01:00:00Z"), 120);
        assert_eq!(offset(&berlin, "2026-10-25T00:59:59Z"), 120);
        assert_eq!(offset(&berlin, "2026-10-25T01:00:00Z"), 60);
        let sydney = TimeZone::of_text("AEST-10AEDT,M10.1.0,M4.1.0/3").expect("a zone");
        assert_eq!(offset(&sydney, "2026-01-01T00:00:00Z"), 660);
        assert_eq!(offset(&sydney, "2026-07-01T00:00:00Z"), 600);
        let india = TimeZone::of_text("<+0530>-5:30").expect("a zone");
        assert_eq!(offset(&india, "2026-07-01T00:00:00Z"), 330);
        let new_york = TimeZone::of_text("EST5EDT,M3.2.0,M11.1.0").expect("a zone");
        assert_eq!(offset(&new_york, "2026-07-01T00:00:00Z"), -240);
        assert_eq!(offset(&new_york, "2026-12-01T00:00:00Z"), -300);
        for bad in ["", "X", "Europe/Berlin", "CET-1CEST", "CET-1CEST,M13.1.0,M1.1.0"] {
            assert_eq!(TimeZone::of_text(bad), None, "{bad}");
        }
    }

    /// A file of the second version with one transition, at 1000 s, from UTC to UTC+1, and a footer.
    fn file() -> Vec<u8> {
        let head = |times: u8| {
            let mut head = b"TZif2".to_vec();
            head.resize(20, 0);
            for count in [0, 0, 0, times, 2, 4] {
                head.extend([0, 0, 0, count]);
            }
            head
        };
        let types = [0, 0, 0, 0, 0, 0, 0, 0, 14, 16, 0, 0];
        let mut file = head(0);
        file.extend(types);
        file.extend(b"UTC\0");
        file.extend(head(1));
        file.extend(1_000_i64.to_be_bytes());
        file.push(1);
        file.extend(types);
        file.extend(b"UTC\0");
        file.extend(b"\nCET-1CEST,M3.5.0,M10.5.0/3\n");
        file
    }

    #[test]
    fn a_file_tells_the_past_and_its_footer_the_future() {
        let zone = TimeZone::of_file(&file()).expect("a zone");
        assert_eq!(zone.offset_minutes(Timestamp(999_999)), 0);
        assert_eq!(zone.offset_minutes(Timestamp(1_000_000)), 60);
        assert_eq!(offset(&zone, "2026-07-01T00:00:00Z"), 120);
    }

    proptest! {
        #[test]
        fn no_file_and_no_text_makes_it_panic(cut in 0_usize..200, at in 0_usize..200, byte: u8, second: i64, text in "[A-Z<>,./0-9:M+-]{0,30}") {
            let mut file = file();
            let length = file.len();
            file[at % length] = byte;
            file.truncate(cut.max(1));
            for zone in [TimeZone::of_file(&file), TimeZone::of_text(&text)].into_iter().flatten() {
                let _ = zone.offset_minutes(Timestamp(second));
            }
        }
    }
}
