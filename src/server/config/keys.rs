//! The table of all settings: where each belongs, what overrides it, its allowed values and an example.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use super::key::{RefusedValue, SettingKey};
use super::value::Given;
use super::{Durability, LogFormat};

const ONLY_THIS_MACHINE: &str = "an address of this machine (127.0.0.1, [::1] or localhost) with a port: \
    adwatch does not authenticate anyone, so it accepts no connections from other machines";

/// All settings, in the order of the file.
pub const KEYS: &[SettingKey] = &[
    SettingKey {
        section: "leptos",
        name: "reload_port",
        variable: "ADWATCH_RELOAD_PORT",
        allowed: "a port, from 1 to 65535",
        example: "4601",
        set: |config, given| put(&mut config.leptos.reload_port, given.count().and_then(port)),
    },
    SettingKey {
        section: "server",
        name: "listen",
        variable: "ADWATCH_LISTEN",
        allowed: "an address of this machine with a port; port 0 picks a free one",
        example: "\"127.0.0.1:4600\"",
        set: |config, given| {
            let address = given.text().and_then(address).ok_or(RefusedValue::default())?;
            if !address.ip().is_loopback() {
                return Err(RefusedValue::because(ONLY_THIS_MACHINE));
            }
            config.server.listen = address;
            Ok(())
        },
    },
    SettingKey {
        section: "server",
        name: "heartbeat",
        variable: "ADWATCH_HEARTBEAT",
        allowed: "a time from 100ms to 1m",
        example: "\"5s\"",
        set: |config, given| put(&mut config.server.heartbeat, within(given, 100, 60_000)),
    },
    SettingKey {
        section: "server",
        name: "log",
        variable: "ADWATCH_LOG",
        allowed: "off, error, warn, info, debug or trace, or a list of levels with their modules",
        example: "\"info,adwatch=debug\"",
        set: |config, given| put(&mut config.server.log, given.text().and_then(directives)),
    },
    SettingKey {
        section: "server",
        name: "log_format",
        variable: "ADWATCH_LOG_FORMAT",
        allowed: "\"text\" or \"json\"",
        example: "\"text\"",
        set: |config, given| {
            put(
                &mut config.server.log_format,
                given.text().and_then(|text| match text {
                    "text" => Some(LogFormat::Text),
                    "json" => Some(LogFormat::Json),
                    _ => None,
                }),
            )
        },
    },
    SettingKey {
        section: "agents",
        name: "dirs",
        variable: "ADWATCH_AGENTS",
        allowed: "a list of folders",
        example: "[\"agents\"]",
        set: |config, given| put(&mut config.agents.dirs, given.list(|item| item.path())),
    },
    SettingKey {
        section: "agents",
        name: "rescan",
        variable: "ADWATCH_RESCAN",
        allowed: "a time from 100ms to 10m",
        example: "\"2s\"",
        set: |config, given| put(&mut config.agents.rescan, within(given, 100, 600_000)),
    },
    SettingKey {
        section: "agents",
        name: "silence",
        variable: "ADWATCH_SILENCE",
        allowed: "a time from 1s to 24h",
        example: "\"3m\"",
        set: |config, given| put(&mut config.agents.patience.silence_ms, patience(given)),
    },
    SettingKey {
        section: "agents",
        name: "tool_silence",
        variable: "ADWATCH_TOOL_SILENCE",
        allowed: "a time from 1s to 24h",
        example: "\"11m\"",
        set: |config, given| put(&mut config.agents.patience.tool_ms, patience(given)),
    },
    SettingKey {
        section: "agents",
        name: "waiting",
        variable: "ADWATCH_WAITING",
        allowed: "a time from 1s to 24h",
        example: "\"20s\"",
        set: |config, given| put(&mut config.agents.patience.waiting_ms, patience(given)),
    },
    SettingKey {
        section: "agents",
        name: "take_spools",
        variable: "ADWATCH_TAKE_SPOOLS",
        allowed: "true or false",
        example: "true",
        set: |config, given| put(&mut config.agents.take_spools, given.flag()),
    },
    SettingKey {
        section: "agents",
        name: "session_wait",
        variable: "ADWATCH_SESSION_WAIT",
        allowed: "a time from 100ms to 1h",
        example: "\"1m\"",
        set: |config, given| put(&mut config.agents.session_wait, within(given, 100, 3_600_000)),
    },
    SettingKey {
        section: "journal",
        name: "data",
        variable: "ADWATCH_DATA",
        allowed: "a folder",
        example: "\".adwatch\"",
        set: |config, given| put(&mut config.journal.data, given.path()),
    },
    SettingKey {
        section: "journal",
        name: "durability",
        variable: "ADWATCH_DURABILITY",
        allowed: "\"power\" or \"process\"",
        example: "\"power\"",
        set: |config, given| {
            put(
                &mut config.journal.durability,
                given.text().and_then(|text| match text {
                    "power" => Some(Durability::Power),
                    "process" => Some(Durability::Process),
                    _ => None,
                }),
            )
        },
    },
    SettingKey {
        section: "journal",
        name: "checkpoint_every",
        variable: "ADWATCH_CHECKPOINT_EVERY",
        allowed: "a number of events from 1 to 1000000",
        example: "1000",
        set: |config, given| put(&mut config.journal.checkpoint_every, number(given, 1, 1_000_000)),
    },
    SettingKey {
        section: "journal",
        name: "keep_days",
        variable: "ADWATCH_KEEP_DAYS",
        allowed: "a number of days up to 36500; 0 keeps events forever",
        example: "90",
        set: |config, given| put(&mut config.journal.keep_days, number(given, 0, 36_500)),
    },
    SettingKey {
        section: "journal",
        name: "keep_bytes",
        variable: "ADWATCH_KEEP_BYTES",
        allowed: "a size of at least 1 MiB, or \"0 B\" to keep all events",
        example: "\"20 GiB\"",
        set: |config, given| {
            let bytes = given.size().filter(|bytes| *bytes == 0 || *bytes >= 1 << 20);
            put(&mut config.journal.keep_bytes, bytes)
        },
    },
    SettingKey {
        section: "access",
        name: "allowed_origins",
        variable: "ADWATCH_ALLOWED_ORIGINS",
        allowed: "a list of origins (scheme, host and port, no path, no *)",
        example: "[\"http://localhost:5173\"]",
        set: |config, given| put(&mut config.access.allowed_origins, given.list(parsed)),
    },
    SettingKey {
        section: "access",
        name: "allowed_hosts",
        variable: "ADWATCH_ALLOWED_HOSTS",
        allowed: "a list of host names, each with a port if only that port is meant",
        example: "[\"adwatch.internal\"]",
        set: |config, given| put(&mut config.access.allowed_hosts, given.list(parsed)),
    },
    SettingKey {
        section: "limits",
        name: "max_body",
        variable: "ADWATCH_MAX_BODY",
        allowed: "a size from 1 KiB to 1 GiB",
        example: "\"8 MiB\"",
        set: |config, given| {
            let bytes = given.size().filter(|bytes| (1 << 10..=1 << 30).contains(bytes));
            put(&mut config.limits.max_body, bytes.and_then(fits))
        },
    },
    SettingKey {
        section: "limits",
        name: "slow_viewer",
        variable: "ADWATCH_SLOW_VIEWER",
        allowed: "a time from 100ms to 1h",
        example: "\"30s\"",
        set: |config, given| put(&mut config.limits.slow_viewer, within(given, 100, 3_600_000)),
    },
    SettingKey {
        section: "limits",
        name: "header_timeout",
        variable: "ADWATCH_HEADER_TIMEOUT",
        allowed: "a time from 100ms to 5m",
        example: "\"10s\"",
        set: |config, given| put(&mut config.limits.header_timeout, within(given, 100, 300_000)),
    },
    SettingKey {
        section: "limits",
        name: "request_timeout",
        variable: "ADWATCH_REQUEST_TIMEOUT",
        allowed: "a time from 100ms to 10m",
        example: "\"30s\"",
        set: |config, given| put(&mut config.limits.request_timeout, within(given, 100, 600_000)),
    },
    SettingKey {
        section: "limits",
        name: "max_connections",
        variable: "ADWATCH_MAX_CONNECTIONS",
        allowed: "a number from 1 to 1000000",
        example: "16384",
        set: |config, given| {
            put(
                &mut config.limits.max_connections,
                number(given, 1, 1_000_000).and_then(fits),
            )
        },
    },
    SettingKey {
        section: "limits",
        name: "max_subscriptions",
        variable: "ADWATCH_MAX_SUBSCRIPTIONS",
        allowed: "a number from 1 to 10000",
        example: "256",
        set: |config, given| {
            put(
                &mut config.limits.max_subscriptions,
                number(given, 1, 10_000).and_then(fits),
            )
        },
    },
];

fn put<T>(place: &mut T, value: Option<T>) -> Result<(), RefusedValue> {
    *place = value.ok_or(RefusedValue::default())?;
    Ok(())
}

/// `127.0.0.1:4600`, `[::1]:4600` or `localhost:4600`.
fn address(text: &str) -> Option<SocketAddr> {
    if let Some(port) = text.strip_prefix("localhost:") {
        return Some(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port.parse().ok()?));
    }
    text.parse().ok()
}

fn port(number: u64) -> Option<u16> {
    u16::try_from(number).ok().filter(|port| *port > 0)
}

fn number(given: &Given<'_>, least: u64, most: u64) -> Option<u64> {
    given.count().filter(|number| (least..=most).contains(number))
}

fn fits(number: u64) -> Option<usize> {
    usize::try_from(number).ok()
}

fn within(given: &Given<'_>, least_ms: u128, most_ms: u128) -> Option<Duration> {
    given
        .duration()
        .filter(|time| (least_ms..=most_ms).contains(&time.as_millis()))
}

fn patience(given: &Given<'_>) -> Option<u64> {
    within(given, 1_000, 86_400_000).and_then(|time| u64::try_from(time.as_millis()).ok())
}

fn parsed<T: FromStr>(given: &Given<'_>) -> Option<T> {
    given.text()?.parse().ok()
}

/// Checked here, because a mistake in it would otherwise only be noticed by missing lines.
fn directives(text: &str) -> Option<String> {
    tracing_subscriber::EnvFilter::try_new(text).ok()?;
    (!text.trim().is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_variables_are_each_used_once() {
        for (i, key) in KEYS.iter().enumerate() {
            for other in &KEYS[i + 1..] {
                assert_ne!(key.name, other.name);
                assert_ne!(key.variable, other.variable);
            }
            assert!(key.variable.starts_with("ADWATCH_"));
        }
    }
}
