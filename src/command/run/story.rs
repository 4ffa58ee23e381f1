//! Reports about the command itself, besides its output: that it starts and ends, what it uses, that it hangs.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::ending::{Ending, How};
use super::processes::Taken;
use crate::command::span;
use domain::adw_id::AdwId;
use domain::excerpt::excerpt;

/// The source of these reports.
const SOURCE: &str = "adwatch run";
/// How much of the command and its arguments is shown; a prompt can be long.
const COMMAND_BYTES: usize = 1_024;

/// Makes the items of one run.
#[derive(Clone, Debug)]
pub struct Story {
    pub adw_id: AdwId,
    pub agent: String,
    pub stage: Option<String>,
    /// The name of the command.
    pub program: String,
}

impl Story {
    /// The command starts.
    pub fn started(&self, command: &str) -> Vec<Value> {
        let message = format!("{} starts", self.program);
        let entry = self.entry("INFO", &message, json!({"command": excerpt(command, COMMAND_BYTES)}));
        self.stage("stage_started", json!({}))
            .into_iter()
            .chain([entry])
            .collect()
    }

    /// The command could not be started.
    pub fn not_started(&self, reason: &str) -> Vec<Value> {
        let entry = self.entry("ERROR", reason, json!({}));
        let stage = self.stage("stage_failed", json!({"message": reason}));
        [entry].into_iter().chain(stage).collect()
    }

    /// The command has ended; `cpu_ms` is its CPU time.
    pub fn ended(&self, ending: &Ending, cpu_ms: Option<u64>) -> Vec<Value> {
        let duration_ms = u64::try_from(ending.after.as_millis()).unwrap_or(u64::MAX);
        let message = format!("{} {ending}", self.program);
        let (exit_code, signal) = match ending.how {
            How::Exited(code) => (Some(code), None),
            How::Signalled(signal) => (None, Some(signal)),
        };
        let mut facts = json!({"exit_code": exit_code, "signal": signal, "duration_ms": duration_ms, "cpu_ms": cpu_ms});
        if let Some(facts) = facts.as_object_mut() {
            facts.retain(|_, fact| !fact.is_null());
        }
        let is_failure = ending.how.is_failure();
        let entry = self.entry(if is_failure { "ERROR" } else { "INFO" }, &message, facts);
        let stage = if is_failure {
            self.stage("stage_failed", json!({"duration_ms": duration_ms, "message": message}))
        } else {
            self.stage("stage_completed", json!({"duration_ms": duration_ms}))
        };
        [entry].into_iter().chain(stage).collect()
    }

    pub fn warning(&self, message: &str) -> Value {
        self.entry("WARNING", message, json!({}))
    }

    /// Output came faster than it could be parsed.
    pub fn missed(&self, bytes: u64) -> Value {
        let file = super::output_file::NAME;
        self.warning(&format!(
            "{bytes} bytes of output came too fast to be shown; they are in {file}"
        ))
    }

    /// The reason for the warning no longer applies.
    pub fn resolved(&self, message: &str) -> Value {
        self.entry("INFO", message, json!({"resolved": true}))
    }

    /// What the processes use, with the previous sample.
    pub fn sample(&self, (before, at_before): (Taken, Instant), (now, at): (Taken, Instant)) -> Value {
        let seconds = at
            .saturating_duration_since(at_before)
            .max(Duration::from_millis(1))
            .as_secs_f64();
        let a_second = |now: u64, before: u64| (now.saturating_sub(before) as f64 / seconds).round() as u64;
        let percent = now.cpu_ms.saturating_sub(before.cpu_ms) as f64 / seconds / 10.0;
        self.item(
            "resource_sample",
            None,
            json!({
                "cpu_percent": (percent * 10.0).round() / 10.0,
                "memory_bytes": now.memory_bytes,
                "disk_read_bytes": a_second(now.read_bytes, before.read_bytes),
                "disk_write_bytes": a_second(now.written_bytes, before.written_bytes),
                "processes": now.processes,
            }),
        )
    }

    fn entry(&self, level: &str, message: &str, facts: Value) -> Value {
        let mut payload = json!({"level": level, "message": message, "source": SOURCE});
        if let (Value::Object(payload), Value::Object(facts)) = (&mut payload, facts) {
            payload.extend(facts);
        }
        self.item("agent_log_entry", Some("log_entry"), payload)
    }

    fn stage(&self, event_type: &str, facts: Value) -> Option<Value> {
        let mut payload = json!({"stage": self.stage.as_deref()?});
        if let (Value::Object(payload), Value::Object(facts)) = (&mut payload, facts) {
            payload.extend(facts);
        }
        Some(self.item("stage_transition", Some(event_type), payload))
    }

    fn item(&self, kind: &str, event_type: Option<&str>, payload: Value) -> Value {
        let mut data = Map::new();
        data.insert("adw_id".to_owned(), self.adw_id.as_str().into());
        data.insert("agent".to_owned(), self.agent.as_str().into());
        if let Some(event_type) = event_type {
            data.insert("event_type".to_owned(), event_type.into());
        }
        data.insert("payload".to_owned(), payload);
        json!({"type": kind, "data": data})
    }
}

/// The message about a command that keeps running although it should have ended.
pub fn goes_on(span: Duration, closed: bool) -> String {
    let what = if closed {
        "it closed its output"
    } else {
        "its last line"
    };
    format!("the process goes on {} after {what}", span::said(span))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn story() -> Story {
        Story {
            adw_id: "c0a43f47".parse().expect("an id"),
            agent: "builder".into(),
            stage: Some("build".into()),
            program: "claude".into(),
        }
    }

    #[test]
    fn an_end_is_told_with_its_reason() {
        let ending = |how| Ending {
            how,
            after: Duration::from_millis(3_500),
        };
        let told = story().ended(&ending(How::Signalled(9)), Some(40));
        assert_eq!(
            told[0]["data"]["payload"]["message"],
            "claude was ended by SIGKILL after 3.5 s"
        );
        assert_eq!(told[0]["data"]["payload"]["level"], "ERROR");
        assert_eq!(told[1]["data"]["event_type"], "stage_failed");
        let told = story().ended(&ending(How::Exited(0)), None);
        assert_eq!(
            told[0]["data"]["payload"],
            json!({"level": "INFO", "message": "claude completed after 3.5 s",
            "source": SOURCE, "exit_code": 0, "duration_ms": 3_500})
        );
        assert_eq!(
            told[1]["data"]["payload"],
            json!({"stage": "build", "duration_ms": 3_500})
        );
    }

    #[test]
    fn a_sample_is_what_was_taken_since_the_one_before() {
        let begin = Instant::now();
        let before = Taken {
            cpu_ms: 1_000,
            read_bytes: 10,
            written_bytes: 500,
            ..Taken::default()
        };
        let now = Taken {
            cpu_ms: 4_000,
            read_bytes: 2_010,
            written_bytes: 400,
            processes: 3,
            memory_bytes: 7,
        };
        let sample = story().sample((before, begin), (now, begin + Duration::from_secs(2)));
        assert_eq!(
            sample["data"]["payload"],
            json!({"cpu_percent": 150.0, "memory_bytes": 7, "disk_read_bytes": 1_000,
            "disk_write_bytes": 0, "processes": 3})
        );
    }
}
