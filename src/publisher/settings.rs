//! The settings of publishers from the environment: the server, the workflow, and where events wait.

use std::path::{Path, PathBuf};

use super::destination::{DEFAULT_URL, Destination, DestinationError};

/// How much may wait for one server, in bytes.
pub const SPOOL_BYTES: u64 = 64 * 1024 * 1024;

/// Everything that `ADWATCH_…` variables set for a publisher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `ADWATCH_URL`: the server.
    pub url: String,
    /// `ADWATCH_TOKEN`: sent with every request.
    pub token: Option<String>,
    /// `ADWATCH_DISABLED`: nothing is written, nothing is sent.
    pub is_disabled: bool,
    /// `ADWATCH_SPOOL`: the folder that contains a folder for each server.
    pub spool: PathBuf,
    /// `ADWATCH_SPOOL_BYTES`: how much may wait for one server.
    pub spool_bytes: u64,
    /// `ADWATCH_ADW_ID`, or the older `ADW_ID`: the workflow that events belong to.
    pub adw_id: Option<String>,
    /// `ADWATCH_AGENT`
    pub agent: Option<String>,
    /// `ADWATCH_STAGE`
    pub stage: Option<String>,
}

impl Settings {
    /// The settings of this process.
    pub fn from_env() -> Self {
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads the variables. An empty one counts as absent, and so does an invalid number of bytes: a publisher never fails.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let is_true = |value: String| matches!(value.trim().to_ascii_lowercase().as_str(), "1" | "true" | "yes");
        let bytes = text("ADWATCH_SPOOL_BYTES").and_then(|bytes| bytes.trim().parse().ok());
        let spool = text("ADWATCH_SPOOL").map_or_else(|| usual_spool(&text), PathBuf::from);
        Self {
            url: text("ADWATCH_URL").unwrap_or_else(|| DEFAULT_URL.to_owned()),
            token: text("ADWATCH_TOKEN"),
            is_disabled: text("ADWATCH_DISABLED").is_some_and(is_true),
            // A process that changes its working directory must not lose its spool.
            spool: std::path::absolute(&spool).unwrap_or(spool),
            spool_bytes: bytes.unwrap_or(SPOOL_BYTES),
            adw_id: text("ADWATCH_ADW_ID").or_else(|| text("ADW_ID")),
            agent: text("ADWATCH_AGENT"),
            stage: text("ADWATCH_STAGE"),
        }
    }

    /// The server.
    pub fn destination(&self) -> Result<Destination, DestinationError> {
        Destination::parse(&self.url)
    }
}

/// Where state that outlives a process belongs; without a home, the temporary folder, under a name of this user's.
fn usual_spool(text: &impl Fn(&str) -> Option<String>) -> PathBuf {
    let state = text("XDG_STATE_HOME").map(PathBuf::from);
    let state = state.filter(|state| state.is_absolute());
    let home = || text("HOME").map(|home| Path::new(&home).join(".local/state"));
    match state.or_else(home) {
        Some(state) => state.join("adwatch/spool"),
        None => std::env::temp_dir().join(format!("adwatch-spool-{}", rustix::process::geteuid().as_raw())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(variables: &[(&str, &str)]) -> Settings {
        let found = |name: &str| variables.iter().find(|(known, _)| *known == name);
        Settings::read(|name| found(name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn what_nobody_says_has_a_default() {
        let usual = settings(&[("HOME", "/home/ada")]);
        assert_eq!(usual.url, DEFAULT_URL);
        assert_eq!(usual.spool, Path::new("/home/ada/.local/state/adwatch/spool"));
        assert_eq!((usual.spool_bytes, usual.is_disabled), (SPOOL_BYTES, false));
        let state = settings(&[("HOME", "/home/ada"), ("XDG_STATE_HOME", "/state")]);
        assert_eq!(state.spool, Path::new("/state/adwatch/spool"));
        let relative = settings(&[("HOME", "/home/ada"), ("XDG_STATE_HOME", "state")]);
        assert_eq!(relative.spool, usual.spool);
        let homeless = settings(&[("HOME", "")]);
        assert!(homeless.spool.starts_with(std::env::temp_dir()), "{homeless:?}");
    }

    #[test]
    fn the_older_name_of_the_workflow_counts_where_the_new_one_is_absent() {
        assert_eq!(settings(&[("ADW_ID", "a1")]).adw_id.as_deref(), Some("a1"));
        let both = settings(&[("ADW_ID", "a1"), ("ADWATCH_ADW_ID", "b2")]);
        assert_eq!(both.adw_id.as_deref(), Some("b2"));
    }

    #[test]
    fn it_is_switched_off_by_a_clear_yes() {
        for (value, is_disabled) in [("1", true), ("true", true), ("YES", true), ("0", false), ("", false)] {
            assert_eq!(
                settings(&[("ADWATCH_DISABLED", value)]).is_disabled,
                is_disabled,
                "{value}"
            );
        }
    }
}
