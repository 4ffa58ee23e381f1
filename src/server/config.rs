//! The settings of adwatch: those of `Leptos.toml`, overridden by `ADWATCH_…` variables, overridden by flags.
//!
//! Every setting has a compiled-in default, so the file is optional; anything invalid is refused.

mod file;
pub mod key;
pub mod keys;
pub mod value;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use self::key::SettingKey;
use self::keys::KEYS;
use self::value::{Given, Value};
use crate::access::Access;
use domain::status::Patience;
pub use journal::sqlite::Durability;

/// The settings file that is read unless `--config` names another.
pub const FILE: &str = "Leptos.toml";

/// All settings, by the sections of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    pub leptos: LeptosSettings,
    pub server: ServerSettings,
    pub agents: AgentsSettings,
    pub journal: JournalSettings,
    pub access: Access,
    pub limits: LimitsSettings,
}

/// Settings of the page's framework.
#[derive(Clone, Debug, PartialEq)]
pub struct LeptosSettings {
    /// The port on which `cargo leptos watch` tells open pages to reload.
    pub reload_port: u16,
}

/// Where adwatch listens, and how it logs.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerSettings {
    /// Always an address of this machine.
    pub listen: SocketAddr,
    /// Time between two heartbeats on every socket.
    pub heartbeat: Duration,
    /// Which log lines are written: a level, or directives such as `info,adwatch=debug`.
    pub log: String,
    pub log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// The workflows' files, and how long their silence may last.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentsSettings {
    pub dirs: Vec<PathBuf>,
    /// Time between two checks of all files, for changes that the operating system did not report.
    pub rescan: Duration,
    pub patience: Patience,
    /// Whether the server takes over what publishers left for it in their spools.
    pub take_spools: bool,
    /// How long a hook's event waits for a workflow that knows its session.
    pub session_wait: Duration,
}

/// Where the events are stored, and how durably.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalSettings {
    /// The folder of the journal.
    pub data: PathBuf,
    pub durability: Durability,
    /// Events of a workflow between two checkpoints of its timeline.
    pub checkpoint_every: u64,
    /// Older events are removed; 0 keeps them forever.
    pub keep_days: u64,
    /// When the events take up more than this, the oldest are removed; 0 keeps all.
    pub keep_bytes: u64,
}

/// What one client may cost.
#[derive(Clone, Debug, PartialEq)]
pub struct LimitsSettings {
    /// The longest body of a request, in bytes.
    pub max_body: usize,
    /// A socket whose client reads nothing for this long is closed.
    pub slow_viewer: Duration,
    /// Time limit for the headers of a request.
    pub header_timeout: Duration,
    /// Time limit from the headers of a request to the headers of its response.
    pub request_timeout: Duration,
    /// Open connections, sockets included.
    pub max_connections: usize,
    /// Workflows that one socket may follow at once.
    pub max_subscriptions: usize,
}

/// Why the settings were refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read {file}: {source}; name another file with --config, or leave it out to use the defaults")]
    Unreadable { file: String, source: std::io::Error },
    #[error("{file}:{line}: not valid TOML: {message}")]
    Syntax { file: String, line: usize, message: String },
    #[error("{file}:{line}: there is no section [{section}]; allowed are {allowed}; for example:\n{example}")]
    UnknownSection {
        file: String,
        line: usize,
        section: String,
        allowed: String,
        example: String,
    },
    #[error("{file}:{line}: `{key}` is outside any section; the sections are {allowed}; for example:\n{example}")]
    NoSection {
        file: String,
        line: usize,
        key: String,
        allowed: String,
        example: String,
    },
    #[error("{file}:{line}: [{section}] has no key `{key}`; allowed are {allowed}; for example: {example}")]
    UnknownKey {
        file: String,
        line: usize,
        section: &'static str,
        key: String,
        allowed: String,
        example: String,
    },
    #[error("{place}: {value} is refused: {name} must be {allowed}; for example: {example}")]
    BadValue {
        /// File and line, variable or flag.
        place: String,
        name: &'static str,
        value: String,
        allowed: String,
        example: String,
    },
}

impl Default for LeptosSettings {
    fn default() -> Self {
        Self { reload_port: 4601 }
    }
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 4600)),
            heartbeat: Duration::from_secs(5),
            log: "info".to_owned(),
            log_format: LogFormat::Text,
        }
    }
}

impl Default for AgentsSettings {
    fn default() -> Self {
        Self {
            dirs: vec![PathBuf::from("agents")],
            rescan: Duration::from_secs(2),
            patience: Patience::default(),
            take_spools: true,
            session_wait: Duration::from_secs(60),
        }
    }
}

impl Default for JournalSettings {
    fn default() -> Self {
        Self {
            // Next to the agents folder that it belongs to, so that two projects never share a journal by accident.
            data: PathBuf::from(".adwatch"),
            durability: Durability::Power,
            checkpoint_every: 1_000,
            keep_days: 0,
            keep_bytes: 0,
        }
    }
}

impl Default for LimitsSettings {
    fn default() -> Self {
        Self {
            max_body: 8 << 20,
            slow_viewer: Duration::from_secs(30),
            header_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            max_connections: 16_384,
            max_subscriptions: 256,
        }
    }
}

impl Config {
    /// Reads the file (`Leptos.toml` in the current folder if `named` is none, or no file if that does not exist), then the
    /// variables. Flags come last, through [`Config::set`].
    pub fn load(named: Option<&Path>, variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        match std::fs::read_to_string(named.unwrap_or(Path::new(FILE))) {
            Ok(text) => file::read(&mut config, named.unwrap_or(Path::new(FILE)), &text)?,
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => {
                return Err(ConfigError::Unreadable {
                    file: named.unwrap_or(Path::new(FILE)).display().to_string(),
                    source,
                });
            }
        }
        for key in KEYS {
            if let Some(text) = variable(key.variable) {
                config.set(key, &Value::Loose(text), key.variable)?;
            }
        }
        Ok(config)
    }

    /// Sets one key from a flag or a variable; `place` names it in the error.
    pub fn set(&mut self, key: &SettingKey, value: &Value, place: &str) -> Result<(), ConfigError> {
        let given = Given {
            value,
            folder: Path::new(""),
        };
        (key.set)(self, &given).map_err(|refused| key.refuse(value, refused, place.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_variables(pairs: &[(&str, &str)]) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("empty.toml");
        std::fs::write(&empty, "").unwrap();
        Config::load(Some(&empty), |name| {
            pairs
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
        .map_err(|error| error.to_string())
    }

    #[test]
    fn variables_override_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("adwatch.toml");
        std::fs::write(&path, "[server]\nheartbeat = \"9s\"\nlisten = \"[::1]:0\"\n").unwrap();
        let config = Config::load(Some(&path), |name| {
            (name == "ADWATCH_HEARTBEAT").then(|| "250ms".to_owned())
        })
        .unwrap();
        assert_eq!(config.server.heartbeat, Duration::from_millis(250));
        assert_eq!(config.server.listen.to_string(), "[::1]:0");
    }

    #[test]
    fn variables_hold_numbers_and_lists_as_text() {
        let config = with_variables(&[
            ("ADWATCH_AGENTS", "one/agents, two/agents"),
            ("ADWATCH_CHECKPOINT_EVERY", "64"),
            ("ADWATCH_ALLOWED_ORIGINS", "http://localhost:5173"),
        ])
        .unwrap();
        assert_eq!(
            config.agents.dirs,
            [PathBuf::from("one/agents"), PathBuf::from("two/agents")]
        );
        assert_eq!(config.journal.checkpoint_every, 64);
        assert_eq!(config.access.allowed_origins[0].to_string(), "http://localhost:5173");
    }

    #[test]
    fn a_bad_variable_is_refused_by_its_name_with_an_example() {
        let refusal = with_variables(&[("ADWATCH_HEARTBEAT", "soon")]).unwrap_err();
        assert!(
            refusal.starts_with("ADWATCH_HEARTBEAT: \"soon\" is refused"),
            "{refusal}"
        );
        assert!(refusal.contains("for example: \"5s\""), "{refusal}");
    }

    #[test]
    fn other_machines_are_refused_with_the_reason() {
        for address in ["0.0.0.0:4600", "[::]:4600", "192.168.1.5:80"] {
            let refusal = with_variables(&[("ADWATCH_LISTEN", address)]).unwrap_err();
            assert!(refusal.contains("this machine"), "{refusal}");
            assert!(refusal.contains("does not authenticate anyone"), "{refusal}");
        }
        assert!(with_variables(&[("ADWATCH_LISTEN", "localhost:1")]).is_ok());
    }

    #[test]
    fn a_named_file_must_be_there() {
        let refusal = Config::load(Some(Path::new("/nowhere/adwatch.toml")), |_| None).unwrap_err();
        assert!(refusal.to_string().contains("cannot read /nowhere/adwatch.toml"));
    }
}
