//! Reads a settings file. For everything invalid, the error says where it is and what is allowed there.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::key::{self, SettingKey};
use super::keys::KEYS;
use super::value::{Given, Value};
use super::{Config, ConfigError};

/// Applies the text of the file `path` to `config`.
pub fn read(config: &mut Config, path: &Path, text: &str) -> Result<(), ConfigError> {
    let file = path.display().to_string();
    let line = |span: Range<usize>| 1 + text[..span.start.min(text.len())].matches('\n').count();
    let document = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
        file: file.clone(),
        line: line(error.span().unwrap_or_default()),
        message: error.message().to_owned(),
    })?;
    for (name, section) in in_order(document.get_ref()) {
        let known = key::section(name.get_ref());
        let DeValue::Table(table) = section.get_ref() else {
            return Err(ConfigError::NoSection {
                file,
                line: line(name.span()),
                key: name.get_ref().to_string(),
                allowed: key::sections().join(", "),
                example: key::home(name.get_ref()),
            });
        };
        let Some(known) = known else {
            return Err(ConfigError::UnknownSection {
                file,
                line: line(name.span()),
                section: name.get_ref().to_string(),
                allowed: key::sections().join(", "),
                example: key::home(""),
            });
        };
        for (name, value) in in_order(table) {
            let Some(key) = key::find(known, name.get_ref()) else {
                return Err(unknown_key(file, line(name.span()), known, name.get_ref()));
            };
            let value = value_of(value.get_ref());
            let given = Given {
                value: &value,
                folder: path.parent().unwrap_or(Path::new("")),
            };
            (key.set)(config, &given)
                .map_err(|refused| key.refuse(&value, refused, format!("{file}:{}", line(name.span()))))?;
        }
    }
    Ok(())
}

/// The entries in the order of the file, so that the first mistake is the one that is reported.
fn in_order<'t, 'i>(table: &'t DeTable<'i>) -> Vec<(&'t Spanned<std::borrow::Cow<'i, str>>, &'t Spanned<DeValue<'i>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    entries
}

fn unknown_key(file: String, line: usize, section: &'static str, key: &str) -> ConfigError {
    let allowed: Vec<&SettingKey> = KEYS.iter().filter(|known| known.section == section).collect();
    // The key that was most likely meant serves as the example.
    let meant = allowed
        .iter()
        .min_by_key(|known| strsim::levenshtein(known.name, key))
        .map_or_else(String::new, |known| known.line());
    ConfigError::UnknownKey {
        file,
        line,
        section,
        key: key.to_owned(),
        allowed: allowed.iter().map(|known| known.name).collect::<Vec<_>>().join(", "),
        example: meant,
    }
}

fn value_of(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::Other(number.to_string()), Value::Whole),
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Array(items) => Value::List(items.iter().map(|item| value_of(item.get_ref())).collect()),
        DeValue::Float(number) => Value::Other(number.to_string()),
        DeValue::Datetime(moment) => Value::Other(moment.to_string()),
        DeValue::Table(_) => Value::Other("a table".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use super::*;
    use crate::access::Access;
    use crate::config::{
        AgentsSettings, Durability, JournalSettings, LeptosSettings, LimitsSettings, LogFormat, ServerSettings,
    };
    use domain::status::Patience;

    const SHIPPED: &str = include_str!("../../../Leptos.toml");

    /// Settings that all differ from the defaults.
    fn another() -> Config {
        Config {
            leptos: LeptosSettings { reload_port: 1 },
            server: ServerSettings {
                listen: "[::1]:1".parse().unwrap(),
                heartbeat: Duration::from_millis(1),
                log: "off".to_owned(),
                log_format: LogFormat::Json,
            },
            agents: AgentsSettings {
                dirs: Vec::new(),
                rescan: Duration::from_millis(1),
                patience: Patience {
                    silence_ms: 1,
                    tool_ms: 1,
                    waiting_ms: 1,
                },
                take_spools: false,
                session_wait: Duration::from_millis(1),
            },
            journal: JournalSettings {
                data: "elsewhere".into(),
                durability: Durability::Process,
                checkpoint_every: 1,
                keep_days: 1,
                keep_bytes: 1,
            },
            access: Access {
                allowed_origins: vec!["http://localhost:5173".parse().unwrap()],
                allowed_hosts: vec!["adwatch.internal".parse().unwrap()],
            },
            limits: LimitsSettings {
                max_body: 1,
                slow_viewer: Duration::from_millis(1),
                header_timeout: Duration::from_millis(1),
                request_timeout: Duration::from_millis(1),
                max_connections: 1,
                max_subscriptions: 1,
            },
        }
    }

    fn refusal(text: &str) -> String {
        read(&mut Config::default(), Path::new("Leptos.toml"), text)
            .expect_err(text)
            .to_string()
    }

    #[test]
    fn the_shipped_file_holds_every_key_with_its_default() {
        // Nothing is at its default before, so that a key that is not read is noticed.
        let mut config = another();
        read(&mut config, Path::new("Leptos.toml"), SHIPPED).unwrap();
        assert_eq!(config, Config::default());

        let document = DeTable::parse(SHIPPED).unwrap();
        let mut written = BTreeSet::new();
        for (section, table) in document.get_ref() {
            for key in table.get_ref().as_table().unwrap().keys() {
                written.insert((section.get_ref().to_string(), key.get_ref().to_string()));
            }
        }
        let known: BTreeSet<_> = KEYS
            .iter()
            .map(|key| (key.section.to_owned(), key.name.to_owned()))
            .collect();
        assert_eq!(written, known);
    }

    #[test]
    fn the_shipped_file_explains_every_key_and_names_its_variable() {
        let lines: Vec<&str> = SHIPPED.lines().collect();
        for key in KEYS {
            let at = lines
                .iter()
                .position(|line| line.starts_with(&format!("{} =", key.name)))
                .unwrap();
            let comment: Vec<&str> = lines[..at]
                .iter()
                .rev()
                .take_while(|line| line.starts_with('#'))
                .copied()
                .collect();
            assert!(!comment.is_empty(), "{} has no comment", key.name);
            assert!(
                comment.iter().any(|line| line.contains(key.variable)),
                "{} does not name {}",
                key.name,
                key.variable
            );
        }
    }

    #[test]
    fn every_example_is_accepted() {
        for key in KEYS {
            let text = format!("[{}]\n{}\n", key.section, key.line());
            read(&mut Config::default(), Path::new("Leptos.toml"), &text)
                .unwrap_or_else(|error| panic!("{text}{error}"));
        }
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line_what_is_allowed_and_an_example() {
        let said = refusal("[server]\n# a comment\nlisten = \"127.0.0.1:1\"\nheart_beat = \"5s\"\n");
        assert_eq!(
            said,
            "Leptos.toml:4: [server] has no key `heart_beat`; allowed are listen, heartbeat, log, log_format; \
             for example: heartbeat = \"5s\""
        );
    }

    #[test]
    fn an_unknown_section_is_refused_with_its_line() {
        let said = refusal("[leptos]\n\n[sever]\nlisten = \"127.0.0.1:1\"\n");
        assert!(
            said.starts_with("Leptos.toml:3: there is no section [sever]; allowed are [leptos], [server]"),
            "{said}"
        );
    }

    #[test]
    fn a_key_outside_of_a_section_is_sent_home() {
        let said = refusal("listen = \"127.0.0.1:1\"\n");
        assert!(
            said.starts_with("Leptos.toml:1: `listen` is outside any section"),
            "{said}"
        );
        assert!(said.ends_with("[server]\nlisten = \"127.0.0.1:4600\""), "{said}");
    }

    #[test]
    fn a_bad_value_is_refused_with_its_line_what_is_allowed_and_an_example() {
        for (text, line, shown) in [
            ("[server]\nheartbeat = 5\n", 2, "5 is refused"),
            ("[server]\n\nheartbeat = \"5 parsecs\"\n", 3, "\"5 parsecs\" is refused"),
            ("[limits]\nmax_body = \"0 B\"\n", 2, "\"0 B\" is refused"),
            ("[limits]\nmax_body = 8.5\n", 2, "8.5 is refused"),
            ("[journal]\ndurability = \"disk\"\n", 2, "\"disk\" is refused"),
            ("[agents]\ndirs = [\"a\", 7]\n", 2, "[\"a\", 7] is refused"),
            ("[agents]\ndirs = \"agents\"\n", 2, "\"agents\" is refused"),
            (
                "[access]\nallowed_origins = [\"localhost:5173\"]\n",
                2,
                "[\"localhost:5173\"] is refused",
            ),
            ("[access]\nallowed_origins = [\"*\"]\n", 2, "[\"*\"] is refused"),
        ] {
            let said = refusal(text);
            assert!(said.starts_with(&format!("Leptos.toml:{line}: {shown}: ")), "{said}");
            assert!(said.contains("must be") && said.contains("; for example: "), "{said}");
        }
    }

    #[test]
    fn broken_toml_is_refused_with_its_line() {
        let said = refusal("[server]\nlisten = \n");
        assert!(said.starts_with("Leptos.toml:2: not valid TOML"), "{said}");
    }
}
