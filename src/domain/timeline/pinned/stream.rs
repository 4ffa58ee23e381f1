//! Streams of events for the fold, the same on every machine and with every version of every crate: a seed gives a stream.

use serde_json::{Value, json};

use crate::event::{Event, Kind, TimeSource};
use crate::timestamp::Timestamp;

const AGENTS: [&str; 10] = [
    "sdlc_planner",
    "sdlc_implementor",
    "adw_build_iso",
    "test_runner",
    "test_resolver_iter1_0",
    "reviewer",
    "documenter",
    "adw_ship_iso",
    "patch_implementor",
    "ops",
];
const STAGES: [&str; 12] = [
    "plan",
    "Building",
    "adw_test_iso",
    "review",
    "docs",
    "/ship",
    "Security Scan",
    "patch",
    "/ plan",
    "",
    "validate",
    "a stage whose name is longer than the sixty-four bytes that are kept of a name",
];
const WORDS: [&str; 8] = [
    "completed",
    "failed",
    "running",
    "in_progress",
    "Shipped",
    "error",
    "paused",
    "",
];
const TOOLS: [&str; 5] = ["Bash", "Read", "Edit", "Task", "mcp__browser__click"];

/// Numbers that only look random.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    fn text(&mut self) -> String {
        let number = self.below(1_000);
        match self.below(24) {
            0 => String::new(),
            1 => format!("\n  a text of several lines {number}\nwith \"quotes\"\t\u{1}and é𝄞").repeat(number % 40 + 1),
            2 => "none".to_owned(),
            3 => format!("/srv/shop/trees/c0a43f47/src/part_{number}.rs"),
            _ => format!("text {number}"),
        }
    }

    /// A text, nothing, or what should not stand there.
    fn field(&mut self) -> Value {
        match self.below(8) {
            0 => Value::Null,
            1 => json!(self.below(9_000)),
            2 => json!([self.text(), null]),
            _ => json!(self.text()),
        }
    }

    fn flag(&mut self) -> Value {
        match self.below(5) {
            0 => Value::Null,
            1 | 2 => json!(true),
            _ => json!(false),
        }
    }

    fn number(&mut self) -> Value {
        match self.below(6) {
            0 => Value::Null,
            1 => json!("1500"),
            2 => json!(0.75),
            _ => json!(self.below(200_000)),
        }
    }

    fn picture(&mut self) -> Value {
        let name = format!("{:064x}.png", self.below(20));
        json!({"type": "image", "media": name, "width": self.below(2_000), "height": 3, "size_bytes": self.number()})
    }
}

/// The events that a seed gives; seqs count from 1.
pub fn stream(seed: u64, adw_id: &str, length: usize) -> Vec<Event> {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    // The lower the number, the more often times are unknown or run backwards, and the more agents there are.
    let order = 2 + dice.below(20);
    let mut clock = 1_768_473_000_000;
    let mut events = Vec::with_capacity(length);
    for seq in 1..=length as u64 {
        let mut event = happening(&mut dice);
        event.adw_id = adw_id.parse().expect("a safe id");
        event.seq = seq;
        clock += dice.below(9_000) as i64;
        let back = if dice.one_in(order) {
            dice.below(900_000) as i64
        } else {
            0
        };
        event.timestamp = Timestamp(clock - back);
        event.time_source = match dice.below(order * 2) {
            0 => TimeSource::Unknown,
            1 => TimeSource::Read,
            _ => TimeSource::Source,
        };
        event.agent = match dice.below(12) {
            0 => None,
            1 if order < 8 => Some(format!("agent_{}", dice.below(60))),
            2 => Some("long ".repeat(dice.below(30))),
            _ => Some(dice.of(&AGENTS[..order.min(10)]).to_owned()),
        };
        event.run = (!dice.one_in(3)).then(|| 1 + (seq as usize * 3 / length + dice.below(2)) as u32);
        event.session_id = (!dice.one_in(4)).then(|| format!("session_{}", dice.below(6)));
        event.parent_tool_use_id = dice.one_in(6).then(|| format!("toolu_{}", dice.below(30)));
        events.push(event);
    }
    events
}

/// An event whose place in the stream is not known yet.
fn event(kind: Kind, event_type: &str, payload: Value) -> Event {
    Event {
        kind,
        adw_id: "c0a43f47".parse().expect("a safe id"),
        seq: 0,
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

fn happening(dice: &mut Dice) -> Event {
    match dice.below(22) {
        0..=4 => call(dice),
        5..=8 => answer(dice),
        9 => session(dice),
        10 => document(dice),
        11 => transition(dice),
        12 => status(dice),
        13 => other(dice),
        14 => figure(dice),
        15 | 16 => said(dice, Kind::TextBlock, "text"),
        17 | 18 => said(dice, Kind::AgentThinking, "thinking"),
        19 => file(dice),
        20 => log(dice),
        // What no publisher should send: any name under any kind.
        _ => {
            let mut event = if dice.one_in(2) { answer(dice) } else { document(dice) };
            event.kind = Kind::ALL[dice.below(Kind::ALL.len())];
            event
        }
    }
}

fn call(dice: &mut Dice) -> Event {
    let id = format!("toolu_{}", dice.below(40));
    let payload = match dice.below(6) {
        0 => {
            let states = ["pending", "in_progress", "completed", "odd"];
            let todos =
                (0..dice.below(36)).map(|n| json!({"content": format!("step {n}"), "status": dice.of(&states)}));
            let todos: Vec<Value> = todos.collect();
            json!({"tool_use_id": id, "tool_name": dice.of(&["TodoWrite", "write_todos"]), "input": {"todos": todos}})
        }
        1 => json!({"tool_name": "Bash", "input": dice.field()}),
        2 => json!([id, null]),
        _ => {
            json!({"tool_use_id": id, "tool_name": dice.of(&TOOLS), "input": {"command": dice.text()}, "model": dice.field(),
                    "message_id": format!("m{}", dice.below(50)), "usage": usage(dice)})
        }
    };
    event(Kind::ToolExecution, "tool_execution_pre", payload)
}

fn answer(dice: &mut Dice) -> Event {
    let mut payload =
        json!({"tool_use_id": format!("toolu_{}", dice.below(40)), "output": dice.field(), "is_error": dice.flag()});
    if dice.one_in(3) {
        payload["duration_ms"] = dice.number();
        payload["tool_name"] = json!(dice.of(&TOOLS));
    }
    if dice.one_in(3) {
        let status = dice.of(&["completed", "async_launched"]);
        payload["task"] = json!({"status": status, "totalDurationMs": dice.number()});
    }
    if dice.one_in(8) {
        payload["output"] = json!([{"type": "text", "text": dice.text()}, dice.picture()]);
    }
    event(Kind::ToolExecution, "tool_execution_post", payload)
}

fn session(dice: &mut Dice) -> Event {
    if dice.one_in(2) {
        return event(
            Kind::Session,
            "session_started",
            json!({"model": dice.field(), "cwd": dice.field()}),
        );
    }
    let payload = json!({"is_error": dice.flag(), "cost_usd": dice.number(), "num_turns": dice.number(), "duration_ms": dice.number(),
                         "result": dice.field(), "error": dice.field(), "subtype": "success"});
    event(Kind::Session, dice.of(&["session_ended", "session_result"]), payload)
}

fn document(dice: &mut Dice) -> Event {
    let fields = [
        "status",
        "current_phase",
        "issue_title",
        "issue_json",
        "all_adws",
        "completed_phases",
        "phases",
        "phase_results",
        "completed",
        "overall_success",
        "workflow",
        "branch_name",
        "summary",
    ];
    let value = |dice: &mut Dice, field: &str| {
        let phase = json!({"phase": dice.of(&STAGES), "success": dice.flag(), "error_message": dice.field(), "retry_code": "none"});
        match field {
            "status" => json!(dice.of(&WORDS)),
            "current_phase" => json!(dice.of(&STAGES)),
            "all_adws" | "completed_phases" => json!([dice.of(&STAGES), dice.of(&AGENTS), null, dice.of(&STAGES)]),
            "phases" => json!({dice.of(&STAGES): phase, dice.of(&AGENTS): dice.field()}),
            "phase_results" => {
                json!([phase, {"phase": dice.of(&STAGES), "success": dice.flag(), "error_message": dice.text()}])
            }
            "issue_json" => json!({"title": dice.field(), "number": 7}),
            "summary" => phase,
            "completed" | "overall_success" => dice.flag(),
            _ => dice.field(),
        }
    };
    let mut payload = json!({"source": dice.of(&["adw_state.json", "builder/summary.json", ""])});
    if dice.one_in(3) {
        let mut whole = json!({});
        for field in fields {
            if dice.one_in(3) {
                whole[field] = value(dice, field);
            }
        }
        for number in 0..dice.below(60) {
            whole[format!("field_{number}")] = dice.field();
        }
        payload["state"] = whole;
    }
    let mut changed = Vec::new();
    for _ in 0..dice.below(5) {
        let field = dice.of(&fields);
        let mut change = json!({"field": field, "old": dice.field(), "new": value(dice, field)});
        if let (Some(change), true) = (change.as_object_mut(), dice.one_in(4)) {
            change.remove(dice.of(&["field", "old", "new"]));
        }
        changed.push(if dice.one_in(40) { dice.field() } else { change });
    }
    payload["changed"] = json!(changed);
    for field in ["status", "current_phase", "message", "current_step", "workflow_name"] {
        if dice.one_in(6) {
            payload[field] = value(dice, field);
        }
    }
    event(Kind::AgentStateUpdate, "state_change", payload)
}

fn transition(dice: &mut Dice) -> Event {
    let names = [
        "stage_started",
        "stage_started",
        "stage_completed",
        "stage_failed",
        "stage_skipped",
        "stage_seen",
    ];
    let field = dice.of(&["stage", "stage_name", "to_stage"]);
    let payload = json!({field: dice.of(&STAGES), "duration_ms": dice.number(), "message": dice.field(), "skip_reason": "not needed"});
    event(Kind::StageTransition, dice.of(&names), payload)
}

fn status(dice: &mut Dice) -> Event {
    let step = match dice.below(3) {
        0 => json!(format!("Stage: {}", dice.of(&STAGES))),
        1 => json!(format!("Stage: {}", dice.text().repeat(30))),
        _ => dice.field(),
    };
    let payload = json!({"status": dice.of(&WORDS), "message": dice.field(), "current_step": step, "workflow_name": dice.field(),
                         "progress_percent": dice.number()});
    event(
        Kind::StatusUpdate,
        dice.of(&["status_update", "failed", "completed", "started"]),
        payload,
    )
}

fn other(dice: &mut Dice) -> Event {
    let names = [
        "source_oddity",
        "source_truncated",
        "source_replaced",
        "source_deleted",
        "source_mended",
        "source_unfinished",
        "source_unreadable",
        "hook/Stop",
        "hook/SessionEnd",
        "hook/UserPromptSubmit",
        "hook/Notification",
        "rate_limit",
    ];
    let payload = json!({"file": dice.field(), "line": dice.number(), "reason": dice.field(), "excerpt": dice.field(),
                         "message": dice.field(), "cwd": dice.field(), "is_error": dice.flag()});
    event(Kind::Other, dice.of(&names), payload)
}

fn figure(dice: &mut Dice) -> Event {
    if dice.one_in(2) {
        let payload = json!({"cpu_percent": dice.number(), "memory_bytes": dice.below(9) << 30, "disk_read_bytes": dice.number(),
                             "disk_write_bytes": dice.number()});
        return event(Kind::Other, "resource_sample", payload);
    }
    let payload = json!({"publisher": dice.field(), "pid": dice.below(20), "handed_over": dice.number(), "handover_p50_us": dice.number(),
                         "handover_p99_us": dice.number(), "backlog_ms": dice.number(), "dropped": dice.number(), "refused": dice.number()});
    event(Kind::Other, "publisher_report", payload)
}

fn said(dice: &mut Dice, kind: Kind, event_type: &str) -> Event {
    let payload = json!({"content": dice.text(), "message_id": format!("m{}", dice.below(50)), "usage": usage(dice), "model": "opus",
                         "is_error": dice.one_in(30)});
    event(kind, event_type, payload)
}

fn usage(dice: &mut Dice) -> Value {
    match dice.below(5) {
        0 => Value::Null,
        1 => json!({"input_tokens": dice.number()}),
        _ => {
            json!({"input_tokens": dice.below(9_000), "output_tokens": dice.below(900), "cache_read_input_tokens": dice.below(90_000),
                    "cache_creation_input_tokens": 7})
        }
    }
}

fn file(dice: &mut Dice) -> Event {
    let mut payload = json!({"path": dice.text(), "tool_use_id": format!("toolu_{}", dice.below(40)), "diff": dice.field(),
                             "lines_added": dice.number(), "lines_removed": dice.number()});
    if dice.one_in(4) {
        payload["picture"] = dice.picture();
    }
    event(Kind::FileOperation, dice.of(&["read", "write", "edit"]), payload)
}

fn log(dice: &mut Dice) -> Event {
    let level = dice.of(&["INFO", "debug", "ERROR", "critical", ""]);
    event(
        Kind::AgentLogEntry,
        "log_entry",
        json!({"level": level, "message": dice.text(), "cwd": dice.field()}),
    )
}
