//! How grave an event is: one of five levels, the same in lists, filters and searches.

use super::entry;
use super::event::{Event, Kind};
use super::payload;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Debug,
    Info,
    Success,
    Warning,
    Error,
}

impl Level {
    pub const ALL: [Self; 5] = [Self::Debug, Self::Info, Self::Success, Self::Warning, Self::Error];

    /// Every event has a level: what failed is an error, a log entry has its own, all else informs.
    pub fn of(event: &Event) -> Self {
        if entry::is_error(event) {
            return Self::Error;
        }
        let level = match event.kind {
            Kind::AgentLogEntry => payload::text(&event.payload, "level").unwrap_or_default(),
            Kind::AgentStateUpdate
            | Kind::FileOperation
            | Kind::AgentThinking
            | Kind::ToolExecution
            | Kind::TextBlock
            | Kind::StageTransition
            | Kind::StatusUpdate
            | Kind::Session
            | Kind::Other => return Self::Info,
        };
        Self::of_log(level)
    }

    /// What a log calls its level.
    pub fn of_log(level: &str) -> Self {
        match level.to_ascii_uppercase().as_str() {
            "DEBUG" | "TRACE" => Self::Debug,
            "SUCCESS" => Self::Success,
            "WARN" | "WARNING" => Self::Warning,
            "ERROR" | "CRITICAL" | "FATAL" => Self::Error,
            // Whatever else a tool calls its levels, it tells something.
            _ => Self::Info,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }

    /// What stands for it in an index: given once, and never to another.
    pub fn number(self) -> u8 {
        match self {
            Self::Debug => 0,
            Self::Info => 1,
            Self::Success => 2,
            Self::Warning => 3,
            Self::Error => 4,
        }
    }

    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.number() == number)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::entry::Entry;
    use crate::event::TimeSource;
    use crate::timestamp::Timestamp;

    fn event(kind: Kind, event_type: &str, payload: Value) -> Event {
        Event {
            kind,
            adw_id: "a".parse().expect("a safe id"),
            seq: 1,
            timestamp: Timestamp(0),
            time_source: TimeSource::Read,
            event_type: event_type.into(),
            agent: None,
            run: None,
            session_id: None,
            parent_tool_use_id: None,
            payload,
        }
    }

    #[test]
    fn the_levels_of_logs_are_those_that_tools_write() {
        for (written, level) in [
            ("trace", "debug"),
            ("DEBUG", "debug"),
            ("Info", "info"),
            ("NOTICE", "info"),
            ("", "info"),
            ("SUCCESS", "success"),
            ("warn", "warning"),
            ("WARNING", "warning"),
            ("error", "error"),
            ("CRITICAL", "error"),
            ("fatal", "error"),
        ] {
            let event = event(Kind::AgentLogEntry, "log_entry", json!({"level": written}));
            assert_eq!(Level::of(&event).name(), level, "{written}");
            assert_eq!(Level::from_name(level), Some(Level::of(&event)));
        }
        assert_eq!(
            Level::of(&event(Kind::AgentLogEntry, "log_entry", json!({}))),
            Level::Info
        );
    }

    #[test]
    fn an_error_is_what_the_fold_counts_as_one() {
        let payloads = [
            json!({"is_error": true}),
            json!({"is_error": false, "success": false}),
            json!({"status": "error"}),
            json!({"level": "error"}),
            json!({}),
        ];
        let types = [
            "tool_execution_post",
            "tool_execution_pre",
            "stage_failed",
            "failed",
            "x",
        ];
        let mut errors = 0;
        for kind in Kind::ALL {
            for event_type in types {
                for payload in &payloads {
                    let event = event(kind, event_type, payload.clone());
                    let is_error = Entry::new(&event).error;
                    assert_eq!(Level::of(&event) == Level::Error, is_error, "{event:?}");
                    errors += usize::from(is_error);
                }
            }
        }
        assert!(errors > 20, "{errors}");
    }

    #[test]
    fn a_level_has_the_number_that_indexes_hold() {
        let held = ["debug", "info", "success", "warning", "error"];
        for (number, name) in (0..).zip(held) {
            let level = Level::from_name(name).expect("a level");
            assert_eq!((level.number(), Level::from_number(number)), (number, Some(level)));
        }
        assert_eq!(held.len(), Level::ALL.len());
        assert_eq!(Level::from_number(5), None);
    }
}
