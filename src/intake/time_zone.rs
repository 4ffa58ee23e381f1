//! How far local time is ahead of UTC, for times without a zone, which most scripts write.

use domain::timestamp::Timestamp;
use jiff::tz;

/// A time zone as the operating system describes it: by a TZif file, or by the POSIX `TZ` text.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeZone(tz::TimeZone);

impl TimeZone {
    /// Reads a TZif file, such as `/etc/localtime`.
    pub fn of_file(bytes: &[u8]) -> Option<Self> {
        // The name is only shown, and the file does not know it.
        tz::TimeZone::tzif("local", bytes).ok().map(Self)
    }

    /// Reads a POSIX `TZ` text such as `CET-1CEST,M3.5.0,M10.5.0/3`.
    pub fn of_text(text: &str) -> Option<Self> {
        tz::TimeZone::posix(text).ok().map(Self)
    }

    /// Minutes that local time is ahead of UTC at a moment.
    pub fn offset_minutes(&self, at: Timestamp) -> i32 {
        // Beyond the year 9999 nothing changes any more.
        let bound = if at.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        };
        let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or(bound);
        self.0.to_offset(at).seconds().div_euclid(60)
    }
}

impl Default for TimeZone {
    /// UTC.
    fn default() -> Self {
        Self(tz::TimeZone::UTC)
    }
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

    /// A file of the second version with one transition, at 1000 s, from UTC to CET, and a footer.
    fn file() -> Vec<u8> {
        let head = |times: u8| {
            let mut head = b"TZif2".to_vec();
            head.resize(20, 0);
            for count in [0, 0, 0, times, 2, 8] {
                head.extend([0, 0, 0, count]);
            }
            head
        };
        let types = [0, 0, 0, 0, 0, 0, 0, 0, 14, 16, 0, 4];
        let mut file = head(0);
        file.extend(types);
        file.extend(b"UTC\0CET\0");
        file.extend(head(1));
        file.extend(1_000_i64.to_be_bytes());
        file.push(1);
        file.extend(types);
        file.extend(b"UTC\0CET\0");
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
