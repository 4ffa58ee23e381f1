//! How durations, ages, amounts and clocks are written: one way everywhere.

use domain::timestamp::Timestamp;

/// A thin space that does not break, between a figure and its unit.
pub const THIN: &str = "\u{202f}";

/// A measured duration: `42 ms`, `9.4 s`, `48 s`, `1m 48s`, `3h 05m`, `2d 04h`.
pub fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms}{THIN}ms"),
        1_000..9_950 => {
            let tenths = (ms + 50) / 100;
            format!("{}.{}{THIN}s", tenths / 10, tenths % 10)
        }
        _ => elapsed(ms),
    }
}

/// A duration that grows while it is looked at, in whole seconds: `0 s`, `48 s`, `1m 48s`, `3h 05m`, `2d 04h`.
pub fn elapsed(ms: u64) -> String {
    let seconds = ms / 1_000;
    match seconds {
        0..60 => format!("{seconds}{THIN}s"),
        60..3_600 => format!("{}m{THIN}{:02}s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{}h{THIN}{:02}m", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{}d{THIN}{:02}h", seconds / 86_400, seconds / 3_600 % 24),
    }
}

/// A figure and its unit, which is drawn less prominently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    pub value: String,
    pub unit: &'static str,
}

/// How long ago, in one unit: 3 `s`, 12 `m`, 3 `h`, 4 `d`.
pub fn age(ms: u64) -> Figure {
    let seconds = ms / 1_000;
    let (value, unit) = match seconds {
        0..60 => (seconds, "s"),
        60..3_600 => (seconds / 60, "m"),
        3_600..86_400 => (seconds / 3_600, "h"),
        _ => (seconds / 86_400, "d"),
    };
    Figure {
        value: value.to_string(),
        unit,
    }
}

/// An amount in at most three digits: `950`, `402 k`, `1.84 M`, `24.6 M`.
pub fn amount(count: u64) -> Figure {
    let scaled = |unit_of: u64, unit| {
        // Hundredths, so that nothing depends on floating point.
        let hundredths = count / unit_of * 100 + (count % unit_of * 100 + unit_of / 2) / unit_of;
        let value = match hundredths {
            0..1_000 => format!("{}.{:02}", hundredths / 100, hundredths % 100),
            1_000..10_000 => format!("{}.{}", hundredths / 100, hundredths / 10 % 10),
            _ => whole(hundredths / 100),
        };
        Figure { value, unit }
    };
    match count {
        0..1_000 => Figure {
            value: count.to_string(),
            unit: "",
        },
        1_000..999_500 => Figure {
            value: ((count + 500) / 1_000).to_string(),
            unit: "k",
        },
        999_500..1_000_000_000 => scaled(1_000_000, "M"),
        _ => scaled(1_000_000_000, "G"),
    }
}

/// A number with thousands separators: `18,916`.
pub fn whole(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// US dollars to the cent: `$4.12`, `$1,204.50`; `<$0.01` for less than half a cent.
pub fn money(usd: f64) -> String {
    if usd > 0.0 && usd < 0.005 {
        return "<$0.01".to_owned();
    }
    let cents = (usd.max(0.0) * 100.0).round() as u64;
    format!("${}.{:02}", whole(cents / 100), cents % 100)
}

/// Events a second: `0`, `0.4`, `41.2`, `1,204`.
pub fn rate(per_second: f64) -> String {
    if per_second >= 100.0 {
        return whole(per_second.round() as u64);
    }
    let tenths = (per_second * 10.0).round() as u64;
    if tenths == 0 {
        return "0".to_owned();
    }
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// A number with this many decimal places. The standard library's way of printing floats would add 8 kB.
pub fn decimal(number: f64, digits: usize) -> String {
    let scale = 10_u64.pow(digits as u32);
    let scaled = (number.abs() * scale as f64).round() as u64;
    let sign = if number < 0.0 && scaled > 0 { "-" } else { "" };
    format!("{sign}{}.{:0digits$}", scaled / scale, scaled % scale)
}

/// The clock without seconds: `14:31`.
pub fn minute(at: Timestamp) -> String {
    let civil = at.civil();
    format!("{:02}:{:02}", civil.hour, civil.minute)
}

/// The day and the clock: `2026-01-15 14:31:46 UTC`.
pub fn moment(at: Timestamp) -> String {
    let civil = at.civil();
    format!(
        "{:04}-{:02}-{:02} {} UTC",
        civil.year,
        civil.month,
        civil.day,
        at.clock()
    )
}

/// `1 file`, `2 files`.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", whole(count), if count == 1 { one } else { many })
}

/// A path or another long name cut in two, for truncation in the middle: the head may shrink, the tail stays.
///
/// The tail is the file's name; of a name longer than 20 characters its last words.
pub fn split_path(path: &str) -> (&str, &str) {
    const TAIL: usize = 20;
    let name = match path.rfind(['/', '\\']) {
        Some(at) if at + 1 < path.len() => at + 1,
        Some(_) | None => 0,
    };
    let chars = path[name..].chars().count();
    if chars <= TAIL {
        return path.split_at(name);
    }
    let tail_from = path[name..]
        .char_indices()
        .nth(chars - TAIL)
        .map_or(name, |(at, _)| name + at);
    let word = path[tail_from..]
        .find(['-', '_', '.', ' '])
        .filter(|at| path.len() - tail_from - at > TAIL / 3)
        .map_or(tail_from, |at| tail_from + at + 1);
    path.split_at(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_one_way() {
        let written = [
            0,
            42,
            999,
            1_000,
            9_449,
            9_950,
            48_400,
            108_000,
            64_000,
            11_100_000,
            187_200_000,
        ]
        .map(duration)
        .map(|text| text.replace(THIN, " "));
        assert_eq!(
            written,
            [
                "0 ms", "42 ms", "999 ms", "1.0 s", "9.4 s", "9 s", "48 s", "1m 48s", "1m 04s", "3h 05m", "2d 04h"
            ]
        );
    }

    #[test]
    fn amounts_keep_three_digits_over_all_magnitudes() {
        let written = [
            0,
            999,
            1_000,
            402_499,
            999_499,
            999_500,
            1_840_000,
            24_600_000,
            301_000_000,
            2_500_000_000,
        ]
        .map(amount)
        .map(|figure| format!("{}{}", figure.value, figure.unit));
        assert_eq!(
            written,
            [
                "0", "999", "1k", "402k", "999k", "1.00M", "1.84M", "24.6M", "301M", "2.50G"
            ]
        );
        assert_eq!(amount(u64::MAX).unit, "G");
    }

    #[test]
    fn money_and_numbers_have_separators() {
        assert_eq!(whole(0), "0");
        assert_eq!(whole(999), "999");
        assert_eq!(whole(18_916), "18,916");
        assert_eq!(whole(1_000_000), "1,000,000");
        assert_eq!(money(4.119), "$4.12");
        assert_eq!(money(1204.5), "$1,204.50");
        assert_eq!(money(0.001), "<$0.01");
        assert_eq!(money(0.0), "$0.00");
        assert_eq!(rate(41.23), "41.2");
        assert_eq!(rate(0.01), "0");
    }

    #[test]
    fn decimals_are_rounded() {
        assert_eq!(decimal(12.34, 1), "12.3");
        assert_eq!(decimal(99.996, 2), "100.00");
        assert_eq!(decimal(0.05, 2), "0.05");
        assert_eq!(decimal(-2.5, 1), "-2.5");
        assert_eq!(decimal(-0.01, 1), "0.0");
    }

    #[test]
    fn a_path_is_cut_before_its_file() {
        assert_eq!(split_path("src/webhooks/retry.ts"), ("src/webhooks/", "retry.ts"));
        assert_eq!(split_path("retry.ts"), ("", "retry.ts"));
        assert_eq!(split_path("src/"), ("", "src/"));
        assert_eq!(
            split_path("bug-issue-482-adw-c0a43f47-webhook-dedupe"),
            ("bug-issue-482-adw-c0a43f47-", "webhook-dedupe")
        );
    }

    #[test]
    fn a_cut_name_loses_nothing_whatever_it_is_made_of() {
        for name in [
            "",
            "/",
            "€uro/ñandú-ñandú-ñandú-ñandú-ñandú",
            &"x".repeat(90),
            "a/b/",
            &"é-".repeat(40),
        ] {
            let (head, tail) = split_path(name);
            assert_eq!(format!("{head}{tail}"), name);
        }
    }
}
