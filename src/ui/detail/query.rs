//! What the detail shows, as it stands in the address: tab, selected entry, search and filters. Defaults are left out.

use crate::address::Address;
use domain::adw_id::AdwId;
use domain::event::Kind;
use domain::form;
use domain::level::Level;

/// A tab of the detail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    Overview,
    #[default]
    Logs,
    Files,
    Thinking,
    Tools,
}

/// The address of the detail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DetailQuery {
    pub tab: Tab,
    /// The selected entry.
    pub seq: Option<u64>,
    /// The text that is looked for.
    pub text: String,
    /// Whether only what holds the text is shown.
    pub only: bool,
    pub kind: Option<Kind>,
    pub level: Option<Level>,
    pub agent: Option<String>,
    pub tool: Option<String>,
    /// Tools: only those that failed.
    pub failed: bool,
    /// Tools: the longest first.
    pub by_duration: bool,
    /// Files: the one whose changes are shown.
    pub path: Option<String>,
    /// Files: before and after side by side.
    pub is_split: bool,
    /// Without script: the page before this seq.
    pub before: Option<u64>,
}

impl Tab {
    pub const ALL: [Self; 5] = [Self::Overview, Self::Logs, Self::Files, Self::Thinking, Self::Tools];

    pub fn slug(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Logs => "logs",
            Self::Files => "files",
            Self::Thinking => "thinking",
            Self::Tools => "tools",
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Logs => "Logs",
            Self::Files => "Files",
            Self::Thinking => "Thinking",
            Self::Tools => "Tools",
        }
    }

    /// The one kind that the tab is about.
    pub fn kind(self) -> Option<Kind> {
        match self {
            Self::Overview | Self::Logs => None,
            Self::Files => Some(Kind::FileOperation),
            Self::Thinking => Some(Kind::AgentThinking),
            Self::Tools => Some(Kind::ToolExecution),
        }
    }
}

impl DetailQuery {
    /// None where the address shows no detail.
    pub fn of(address: &Address) -> Option<Self> {
        let slug = address.get("detail")?;
        let text = |name: &str| address.get(name).filter(|value| !value.is_empty()).map(str::to_owned);
        let number = |name: &str| address.get(name).and_then(|value| value.parse().ok());
        Some(Self {
            // An unknown tab name shows the logs, which have the most entries.
            tab: Tab::ALL.into_iter().find(|tab| tab.slug() == slug).unwrap_or_default(),
            seq: number("seq"),
            text: text("q").unwrap_or_default(),
            only: address.get("only") == Some("1"),
            kind: address.get("kind").and_then(Kind::from_name),
            level: address.get("level").and_then(Level::from_name),
            agent: text("agent"),
            tool: text("tool"),
            failed: address.get("failed") == Some("1"),
            by_duration: address.get("sort") == Some("duration"),
            path: text("path"),
            is_split: address.get("view") == Some("split"),
            before: number("before"),
        })
    }

    /// Name and value of all that differs from the defaults.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![("detail", self.tab.slug().to_owned())];
        let flag = |is_set: bool, value: &str| is_set.then(|| value.to_owned());
        let options = [
            ("seq", self.seq.map(|seq| seq.to_string())),
            ("q", Some(self.text.clone()).filter(|text| !text.is_empty())),
            ("only", flag(self.only, "1")),
            ("kind", self.kind.map(|kind| kind.name().to_owned())),
            ("level", self.level.map(|level| level.name().to_owned())),
            ("agent", self.agent.clone()),
            ("tool", self.tool.clone()),
            ("failed", flag(self.failed, "1")),
            ("sort", flag(self.by_duration, "duration")),
            ("path", self.path.clone()),
            ("view", flag(self.is_split, "split")),
            ("before", self.before.map(|seq| seq.to_string())),
        ];
        pairs.extend(options.into_iter().filter_map(|(name, value)| Some((name, value?))));
        pairs
    }

    pub fn href(&self, adw_id: &AdwId) -> String {
        form::address(&workflow(adw_id), &self.pairs())
    }

    /// The same without what belongs to the tab it is on, for another tab.
    pub fn on(&self, tab: Tab) -> Self {
        Self {
            tab,
            text: self.text.clone(),
            agent: self.agent.clone(),
            ..Self::default()
        }
    }

    /// The filters that the server knows, in the form that its API takes: those of a search, or of a page of entries.
    pub fn filters(&self, is_search: bool) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if let Some(kind) = self.tab.kind().or(self.kind) {
            pairs.push(("kind", kind.name().to_owned()));
        }
        if let Some(level) = self.level {
            pairs.push(("level", level.name().to_owned()));
        }
        if let Some(agent) = &self.agent {
            pairs.push(("agent", agent.clone()));
        }
        if (self.only || is_search) && !self.text.is_empty() {
            pairs.push(("q", self.text.clone()));
        }
        pairs
    }

    /// Whether entries of other pages of this address are among those of this one.
    pub fn same_entries(&self, other: &Self) -> bool {
        self.tab == other.tab && self.filters(false) == other.filters(false)
    }
}

/// The page of a workflow.
pub fn workflow(adw_id: &AdwId) -> String {
    format!("/w/{}", form::escape(adw_id.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_says_what_differs_from_the_defaults() {
        let adw_id: AdwId = "c0a43f47".parse().unwrap();
        assert_eq!(DetailQuery::default().href(&adw_id), "/w/c0a43f47?detail=logs");
        let all = DetailQuery {
            tab: Tab::Tools,
            seq: Some(4_182),
            text: "a & b".into(),
            only: true,
            kind: Some(Kind::TextBlock),
            level: Some(Level::Error),
            agent: Some("ops".into()),
            tool: Some("Bash".into()),
            failed: true,
            by_duration: true,
            path: Some("src/lib.rs".into()),
            is_split: true,
            before: Some(9),
        };
        assert_eq!(DetailQuery::of(&Address::parse(&all.href(&adw_id))), Some(all));
        assert_eq!(DetailQuery::of(&Address::parse("/w/c0a43f47")), None);
        let odd = DetailQuery::of(&Address::parse("/w/a?detail=dreams&seq=x&level=loud")).unwrap();
        assert_eq!(odd, DetailQuery::default());
    }

    #[test]
    fn a_tab_asks_for_its_kind_and_a_search_for_its_text() {
        let query = DetailQuery {
            tab: Tab::Thinking,
            text: "retry".into(),
            kind: Some(Kind::TextBlock),
            ..DetailQuery::default()
        };
        assert_eq!(query.filters(false), [("kind", "agent_thinking".to_owned())]);
        assert_eq!(query.filters(true).last(), Some(&("q", "retry".to_owned())));
    }
}
