//! The time zone of this machine: from the variable `TZ`, otherwise from `/etc/localtime`, otherwise UTC.

use std::fs;
use std::path::Path;

use intake::time_zone::TimeZone;

const LOCAL: &str = "/etc/localtime";
const ZONES: &str = "/usr/share/zoneinfo";

/// Reads the zone; call it once, at start.
pub fn zone() -> TimeZone {
    let of_file = |path: &Path| TimeZone::of_file(&fs::read(path).ok()?);
    let zone = match std::env::var("TZ") {
        Ok(name) if name.is_empty() => None,
        Ok(name) => {
            let name = name.trim_start_matches(':');
            // An absolute name stands for itself.
            of_file(&Path::new(ZONES).join(name)).or_else(|| TimeZone::of_text(name))
        }
        Err(_) => of_file(Path::new(LOCAL)),
    };
    zone.unwrap_or_default()
}
