//! Writes a play: keeps its clock, its ids and its agents' costs so far, so that a scene only says what happens.

mod asking;
mod bill;
mod model;
mod tasks;
mod todo;
mod verbs;

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::dice::Dice;
use super::play::{Act, Beat, FileChange, Message, Play, StreamStep, Tool, What};
use super::subject::{DemoSubject, Repo};
use super::tongue::Tongue;
use bill::{Bill, SubAgents};
pub use model::{GPT, HAIKU, Model, OPUS, SONNET};
use tasks::Handed;
pub use tasks::HelperEnd;

/// See the module.
pub struct Author {
    pub dice: Dice,
    pub adw_id: String,
    pub subject: &'static DemoSubject,
    pub repo: &'static Repo,
    /// What the agents run in, and the implementor.
    tongue: Tongue,
    pub builder: Tongue,
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
    tongue: Tongue,
    /// How many agents stand above it.
    depth: u64,
    /// What it was handed, if it is a sub-agent.
    handed: Option<Handed>,
    /// When the last thing that goes on beside it ends.
    beside_until_ms: u64,
    turns: u64,
    tools: u64,
    /// Items of its stream so far, where they are numbered.
    items: u64,
    /// Tasks of its todo list that were made, and that are done.
    todo: (usize, usize),
    /// Tokens that every message reads again.
    context: u64,
    /// Input, output, cache read, cache write.
    tokens: [u64; 4],
    /// What it and its sub-agents used.
    bill: Bill,
    sub_agents: SubAgents,
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
        let tongue = repo.tongue();
        Self {
            dice,
            adw_id,
            subject,
            repo,
            tongue,
            builder: tongue,
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

    /// Whatever its repository's machines have, its agents run in a Claude Code of today.
    pub fn tongue_of_today(&mut self) {
        self.tongue = Tongue::Claude;
        self.builder = Tongue::Claude;
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
        self.enter_as(self.tongue, name, run, model, command, prompt);
    }

    /// Brings an agent of a certain CLI on stage.
    pub fn enter_as(
        &mut self,
        tongue: Tongue,
        name: &str,
        run: u32,
        model: &'static Model,
        command: &'static str,
        prompt: String,
    ) {
        self.act(Act::Prompt {
            agent: name.to_owned(),
            command,
            text: prompt,
        });
        self.pause(900, 1_800);
        let session_id = match tongue {
            Tongue::Opencode => self.dice.id("ses"),
            Tongue::Claude | Tongue::OlderClaude | Tongue::Codex => self.dice.uuid(),
        };
        self.agent = Agent::new(name, run, Arc::from(session_id), None, model, self.clock_ms);
        self.agent.tongue = tongue;
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
        let (name, input) = self.agent.tongue.call(name, input);
        let message = self.message(input.to_string().len() as u64 / 4 + 20);
        let tool = Tool {
            id: self.tool_id(&message),
            name,
            input: Arc::new(input),
            message,
        };
        self.agent.tools += 1;
        self.step(What::Call { tool: tool.clone() });
        self.tell_progress(&tool);
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
        self.clock_ms = self.clock_ms.max(self.agent.beside_until_ms);
        self.pause(700, 1_500);
        let message = match self.agent.tongue {
            Tongue::Opencode => self.message(result.as_ref().map_or(8, |text| text.len() as u64 / 4)),
            Tongue::Claude | Tongue::OlderClaude | Tongue::Codex => Message::default(),
        };
        let agent = &self.agent;
        let [input, output, read, written] = agent.tokens;
        let cost_usd = (agent.bill.cost_usd() * 1e6).round() / 1e6;
        let what = What::End {
            subtype,
            is_error,
            duration_ms: self.clock_ms - agent.began_ms,
            turns: agent.turns,
            result,
            message,
            cost_usd: (agent.tongue != Tongue::Codex).then_some(cost_usd),
            usage: json!({"input_tokens": input, "output_tokens": output, "cache_read_input_tokens": read, "cache_creation_input_tokens": written}),
            model: agent.model.name,
            models: agent.bill.models(),
            sub_agents: agent.sub_agents.told(),
        };
        self.step(what);
        self.pause(400, 900);
    }

    fn message(&mut self, output: u64) -> Message {
        let (fresh, grown) = (self.dice.between(2, 12), self.dice.between(240, 2_100));
        let agent = &mut self.agent;
        let tokens = [fresh, output.max(8), agent.context, grown];
        agent.turns += 1;
        for (sum, count) in agent.tokens.iter_mut().zip(tokens) {
            *sum += count;
        }
        agent.bill.add(agent.model, tokens);
        agent.context += grown;
        agent.items += 1;
        let id = match agent.tongue {
            Tongue::Codex => format!("item_{}", agent.items),
            Tongue::Claude | Tongue::OlderClaude | Tongue::Opencode => self.dice.id("msg"),
        };
        Message {
            id: Arc::from(id),
            model: agent.model.name,
            cost_usd: agent.model.cost_usd(tokens),
            usage: json!({"input_tokens": tokens[0], "output_tokens": tokens[1], "cache_read_input_tokens": tokens[2], "cache_creation_input_tokens": tokens[3]}),
        }
    }

    /// Of a message, a call takes its number, where lines are numbered.
    fn tool_id(&mut self, message: &Message) -> Arc<str> {
        match self.agent.tongue {
            Tongue::Codex => Arc::clone(&message.id),
            Tongue::Opencode => Arc::from(self.dice.id("call")),
            Tongue::Claude | Tongue::OlderClaude => Arc::from(self.dice.id("toolu")),
        }
    }

    fn step(&mut self, what: What) {
        let is_told = matches!(what, What::Tell { .. });
        // Of what a sub-agent's sub-agent says nothing stands in the stream; that it works is told.
        if self.agent.depth > 1 && !is_told {
            return;
        }
        let uuid = self.dice.uuid();
        let agent = &self.agent;
        let step = StreamStep {
            agent: Arc::clone(&agent.name),
            run: agent.run,
            session_id: Arc::clone(&agent.session_id),
            parent: agent.parent.clone().filter(|_| !is_told),
            tongue: agent.tongue,
            uuid,
            what,
        };
        self.act(Act::Step(Box::new(step)));
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
            tongue: Tongue::Claude,
            depth: 0,
            handed: None,
            beside_until_ms: 0,
            turns: 0,
            tools: 0,
            items: 0,
            todo: (0, 0),
            // The system prompt and the tools' descriptions.
            context: 14_000,
            tokens: [0; 4],
            bill: Bill::default(),
            sub_agents: SubAgents::default(),
        }
    }
}
