//! One setting, and how a key is found by its name, or by what was probably meant.

use super::keys::KEYS;
use super::value::{Given, Value};
use super::{Config, ConfigError};

/// One setting.
pub struct SettingKey {
    pub section: &'static str,
    pub name: &'static str,
    /// The environment variable that overrides the file.
    pub variable: &'static str,
    /// Completes the sentence "it must be …".
    pub allowed: &'static str,
    /// As written in the file.
    pub example: &'static str,
    pub set: fn(&mut Config, &Given<'_>) -> Result<(), RefusedValue>,
}

/// A value that a key does not accept; with a reason if "it must be …" does not say enough.
#[derive(Clone, Copy, Debug, Default)]
pub struct RefusedValue(Option<&'static str>);

impl RefusedValue {
    /// Refused for a reason that completes "it must be …".
    pub fn because(allowed: &'static str) -> Self {
        Self(Some(allowed))
    }
}

impl SettingKey {
    /// The example as a line of the file.
    pub fn line(&self) -> String {
        format!("{} = {}", self.name, self.example)
    }

    /// The error for a value at `place` that is not accepted.
    pub fn refuse(&self, value: &Value, refused: RefusedValue, place: String) -> ConfigError {
        ConfigError::BadValue {
            place,
            name: self.name,
            value: value.to_string(),
            allowed: refused.0.unwrap_or(self.allowed).to_owned(),
            example: self.example.to_owned(),
        }
    }
}

/// The section with that name, as a name with static lifetime.
pub fn section(name: &str) -> Option<&'static str> {
    KEYS.iter().map(|key| key.section).find(|section| *section == name)
}

/// All sections as they are written, in the order of the file.
pub fn sections() -> Vec<String> {
    let mut names: Vec<String> = KEYS.iter().map(|key| format!("[{}]", key.section)).collect();
    names.dedup();
    names
}

pub fn find(section: &str, name: &str) -> Option<&'static SettingKey> {
    KEYS.iter().find(|key| key.section == section && key.name == name)
}

/// The key that a flag or a test refers to by its name alone.
pub fn named(name: &str) -> Option<&'static SettingKey> {
    KEYS.iter().find(|key| key.name == name)
}

/// Two lines that show where a key belongs: the key of that name, or a common one.
pub fn home(name: &str) -> String {
    named(name)
        .or_else(|| named("listen"))
        .map(|key| format!("[{}]\n{}", key.section, key.line()))
        .unwrap_or_default()
}
