//! Writes a play: keeps its clock, its ids and its agents' costs so far, so that a scene only says what happens.

mod verbs;

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::dice::Dice;
use super::play::{Act, Beat, FileChange, Message, Play, StreamStep, Tool, What};
use super::subject::{DemoSubject, Repo};

/// A model and its price in US dollars for a million tokens: input, output, cache read, cache write.
#[derive(Debug)]
pub struct Model {
    pub name: &'static str,
    prices: [f64; 4],
}

pub const OPUS: Model = Model {
    name: "claude-opus-4-5-20251101",
    prices: [5.0, 25.0, 0.5, 6.25],
};
pub const SONNET: Model = Model {
    name: "claude-sonnet-4-5-20250929",
    prices: [3.0, 15.0, 0.3, 3.75],
};
pub const HAIKU: Model = Model {
    name: "claude-haiku-4-5-20251001",
    prices: [1.0, 5.0, 0.1, 1.25],
};

/// See the module.
pub struct Author {
    pub dice: Dice,
    pub adw_id: String,
    pub subject: &'static DemoSubject,
    pub repo: &'static Repo,
    pub state: Map<String, Value>,
    /// Lines added and removed, and files, over the whole play.
    pub churn: (usize, usize, usize),
    clock_ms: u64,
    beats: Vec<Beat>,
    marks: Vec<(&'static str, u64)>,
    agent: Agent,
}

/// The agent on the stage.
struct Agent {
    name: Arc<str>,
    run: u32,
    session_id: Arc<str>,
    parent: Option<Arc<str>>,
    model: &'static Model,
    began_ms: u64,
    turns: u64,
    tools: u64,
    /// Tokens that every message reads again.
    context: u64,
    /// Input, output, cache read, cache write.
    tokens: [u64; 4],
    cost_usd: f64,
}

/// The result of a tool call.
pub struct ToolResult {
    pub output: String,
    pub is_error: bool,
    pub duration_ms: u64,
    pub details: Value,
    pub file: Option<FileChange>,
}

impl ToolResult {
    pub fn new(output: impl Into<String>, duration_ms: u64) -> Self {
        Self {
            output: output.into(),
            is_error: false,
            duration_ms,
            details: Value::Null,
            file: None,
        }
    }

    pub fn failed(output: impl Into<String>, duration_ms: u64) -> Self {
        Self {
            is_error: true,
            ..Self::new(output, duration_ms)
        }
    }
}

impl Author {
    pub fn new(mut dice: Dice, subject: &'static DemoSubject, repo: &'static Repo) -> Self {
        let adw_id = dice.hex(8);
        let nobody = Agent::new("", 1, Arc::from(""), None, &HAIKU, 0);
        Self {
            dice,
            adw_id,
            subject,
            repo,
            state: Map::new(),
            churn: (0, 0, 0),
            clock_ms: 0,
            beats: Vec::new(),
            marks: Vec::new(),
            agent: nobody,
        }
    }

    pub fn finish(mut self) -> Play {
        // Sub-agents were written one after the other; a stable sort puts them side by side.
        self.beats.sort_by_key(|beat| beat.at_ms);
        Play {
            adw_id: self.adw_id,
            beats: self.beats,
            marks: self.marks,
        }
    }

    pub fn worktree(&self) -> String {
        format!("/srv/{}/trees/{}", self.repo.name, self.adw_id)
    }

    /// Lets time pass.
    pub fn pause(&mut self, from_ms: u64, to_ms: u64) {
        self.clock_ms += self.dice.between(from_ms, to_ms);
    }

    pub fn mark(&mut self, name: &'static str) {
        self.marks.push((name, self.clock_ms));
    }

    pub fn notice(&mut self, kind: &'static str, event_type: &'static str, payload: Value) {
        self.act(Act::Notice {
            kind,
            event_type,
            payload,
        });
    }

    pub fn set(&mut self, field: &str, value: Value) {
        self.state.insert(field.to_owned(), value);
    }

    pub fn save_state(&mut self) {
        let state = self.state.clone();
        self.act(Act::State(state));
    }

    pub fn log(&mut self, script: &'static str, level: &'static str, message: impl Into<String>) {
        self.act(Act::Log {
            script,
            level,
            message: message.into(),
        });
        self.clock_ms += 40;
    }

    /// Brings an agent on stage, for its first or a later attempt.
    pub fn enter(&mut self, name: &str, run: u32, model: &'static Model, command: &'static str, prompt: String) {
        self.act(Act::Prompt {
            agent: name.to_owned(),
            command,
            text: prompt,
        });
        self.pause(900, 1_800);
        let session_id = Arc::from(self.dice.uuid());
        self.agent = Agent::new(name, run, session_id, None, model, self.clock_ms);
        let cwd = self.worktree();
        self.step(What::Begin { model: model.name, cwd });
        self.pause(600, 1_500);
    }

    /// Ends the agent successfully, with its final message.
    pub fn exit(&mut self, result: impl Into<String>) {
        self.end("success", false, Some(result.into()));
    }

    pub fn exit_failed(&mut self, subtype: &'static str, result: Option<String>) {
        self.end(subtype, true, result);
    }

    pub fn think(&mut self, text: &str) {
        // About 15 letters take the model a tenth of a second.
        self.pause(1_200, 2_400);
        self.clock_ms += (text.len() as u64 * 7).min(9_000);
        let message = self.message(text.len() as u64 / 4);
        self.step(What::Think {
            message,
            text: text.to_owned(),
        });
    }

    pub fn say(&mut self, text: &str) {
        self.pause(900, 2_000);
        let message = self.message(text.len() as u64 / 4);
        self.step(What::Say {
            message,
            text: text.to_owned(),
        });
    }

    pub fn call(&mut self, name: &'static str, input: Value, result: ToolResult) {
        let tool = self.open(name, input);
        self.close(tool, result);
    }

    /// A call whose result does not come yet.
    pub fn open(&mut self, name: &'static str, input: Value) -> Tool {
        self.pause(700, 2_600);
        let message = self.message(input.to_string().len() as u64 / 4 + 20);
        let tool = Tool {
            id: Arc::from(self.dice.id("toolu")),
            name,
        };
        self.agent.tools += 1;
        self.step(What::Call {
            message,
            tool: tool.clone(),
            input,
        });
        tool
    }

    pub fn close(&mut self, tool: Tool, result: ToolResult) {
        self.clock_ms += result.duration_ms;
        self.agent.context += result.output.len() as u64 / 4;
        if let Some(file) = &result.file {
            self.churn = (
                self.churn.0 + file.lines_added,
                self.churn.1 + file.lines_removed,
                self.churn.2 + 1,
            );
        }
        self.step(What::Return {
            tool,
            output: result.output,
            is_error: result.is_error,
            duration_ms: result.duration_ms,
            details: result.details,
            file: result.file,
        });
    }

    fn end(&mut self, subtype: &'static str, is_error: bool, result: Option<String>) {
        self.pause(700, 1_500);
        let agent = &self.agent;
        let [input, output, read, written] = agent.tokens;
        let what = What::End {
            subtype,
            is_error,
            duration_ms: self.clock_ms - agent.began_ms,
            turns: agent.turns,
            result,
            cost_usd: (agent.cost_usd * 1e6).round() / 1e6,
            usage: json!({"input_tokens": input, "output_tokens": output, "cache_read_input_tokens": read, "cache_creation_input_tokens": written}),
            model: agent.model.name,
        };
        self.step(what);
        self.pause(400, 900);
    }

    fn message(&mut self, output: u64) -> Message {
        let (fresh, grown) = (self.dice.between(2, 12), self.dice.between(240, 2_100));
        let agent = &mut self.agent;
        let tokens = [fresh, output.max(8), agent.context, grown];
        agent.turns += 1;
        for (sum, (count, price)) in agent.tokens.iter_mut().zip(tokens.into_iter().zip(agent.model.prices)) {
            *sum += count;
            agent.cost_usd += count as f64 * price / 1e6;
        }
        agent.context += grown;
        Message {
            id: Arc::from(self.dice.id("msg")),
            model: agent.model.name,
            usage: json!({"input_tokens": tokens[0], "output_tokens": tokens[1], "cache_read_input_tokens": tokens[2], "cache_creation_input_tokens": tokens[3]}),
        }
    }

    fn step(&mut self, what: What) {
        let uuid = self.dice.uuid();
        let agent = &self.agent;
        let step = StreamStep {
            agent: Arc::clone(&agent.name),
            run: agent.run,
            session_id: Arc::clone(&agent.session_id),
            parent: agent.parent.clone(),
            uuid,
            what,
        };
        self.act(Act::Step(step));
    }

    fn act(&mut self, act: Act) {
        self.beats.push(Beat {
            at_ms: self.clock_ms,
            act,
        });
    }
}

impl Agent {
    fn new(
        name: &str,
        run: u32,
        session_id: Arc<str>,
        parent: Option<Arc<str>>,
        model: &'static Model,
        began_ms: u64,
    ) -> Self {
        Self {
            name: Arc::from(name),
            run,
            session_id,
            parent,
            model,
            began_ms,
            turns: 0,
            tools: 0,
            // The system prompt and the tools' descriptions.
            context: 14_000,
            tokens: [0; 4],
            cost_usd: 0.0,
        }
    }
}
