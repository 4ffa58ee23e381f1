//! Durations as people write and read them on the command line.

use std::time::Duration;

/// Reads `500ms`, `30s`, `5m`, `1h`; a number alone is seconds.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let refused = || format!("{text:?} is not a duration; give for example 30s, 5m or 500ms");
    let text = text.trim();
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let number: u64 = number.parse().map_err(|_| refused())?;
    let millis_each = match unit.trim() {
        "ms" => 1,
        "" | "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        _ => return Err(refused()),
    };
    number
        .checked_mul(millis_each)
        .map(Duration::from_millis)
        .ok_or_else(refused)
}

/// `40 ms`, `1.5 s`, `31 s`, `2 min 5 s`: as exact as people want to know.
pub(super) fn said(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0 => format!("{} ms", span.as_millis()),
        1..10 => format!("{:.1} s", span.as_secs_f64()).replace(".0 s", " s"),
        10..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min {} s", seconds / 60, seconds % 60).replace(" 0 s", ""),
        _ => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_said() {
        for (text, span_ms, told) in [
            ("500ms", 500, "500 ms"),
            ("1500ms", 1_500, "1.5 s"),
            ("30", 30_000, "30 s"),
            ("2 s", 2_000, "2 s"),
            ("5m", 300_000, "5 min"),
            ("125s", 125_000, "2 min 5 s"),
            ("3h", 10_800_000, "3 h 0 min"),
        ] {
            let span = parse(text).expect(text);
            assert_eq!((span.as_millis(), said(span).as_str()), (span_ms, told));
        }
        for bad in ["", "soon", "5 weeks", "-1s", "1.5s", "99999999999999999999h"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
