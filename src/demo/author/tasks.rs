//! What an agent hands on: to sub-agents, beside it or in the background, and to commands that go on while it works.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Agent, Author, Model, ToolResult};
use crate::play::{Tool, What};
use crate::tongue::Tongue;

/// A task that was handed on.
pub(super) struct Handed {
    id: String,
    run_id: String,
    tool_use_id: Arc<str>,
    description: String,
}

/// A command that goes on in the background.
pub struct Serving(Handed);

/// How a sub-agent in the background ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HelperEnd {
    Done,
    /// It is stopped before it is done.
    Stopped,
}

const HELPER: &str = "Explore";

impl Author {
    /// Sub-agents in parallel, one for each description; `work` is what each of them does.
    pub fn tasks(&mut self, descriptions: &[String], model: &'static Model, work: impl Fn(&mut Self, usize)) {
        if self.agent.depth > 0 && self.agent.tongue != Tongue::Claude {
            // Sub-agents of an earlier CLI have none themselves.
            return (0..descriptions.len()).for_each(|at| work(self, at));
        }
        self.pause(900, 2_000);
        let mut calls = Vec::new();
        for description in descriptions {
            let tool = self.hand_on(description, false);
            calls.push((tool, description, self.clock_ms));
        }
        let mut end_ms = self.clock_ms;
        for (at, (tool, description, began_ms)) in calls.into_iter().enumerate() {
            self.clock_ms = began_ms + 300;
            let mut helper = self.helper(&tool, description, model);
            self.tell_start(&helper, false);
            helper.tongue = self.agent.tongue;
            let main = std::mem::replace(&mut self.agent, helper);
            self.step(What::Asked {
                prompt: prompt(description),
            });
            work(self, at);
            let sub = std::mem::replace(&mut self.agent, main);
            self.tell_end(&sub, "completed");
            let duration_ms = self.clock_ms - began_ms;
            let mut result = ToolResult::new(answer(description), 0);
            result.details = json!({"status": "completed", "totalDurationMs": duration_ms, "totalTokens": sub.tokens.iter().sum::<u64>(), "totalToolUseCount": sub.tools});
            if let Some(handed) = &sub.handed {
                result.details["agentId"] = handed.id.as_str().into();
            }
            self.agent.sub_agents.completed += 1;
            self.join(sub);
            self.clock_ms += 300;
            self.close(tool, result);
            end_ms = end_ms.max(self.clock_ms);
        }
        self.clock_ms = end_ms;
    }

    /// A sub-agent in the background, beside which the agent goes on; where the CLI has none, one that is waited for.
    pub fn beside(&mut self, description: &str, model: &'static Model, end: HelperEnd, work: impl Fn(&mut Self)) {
        match self.agent.tongue {
            Tongue::Claude => {}
            Tongue::OlderClaude => return self.tasks(&[description.to_owned()], model, |author, _| work(author)),
            Tongue::Codex | Tongue::Opencode => return work(self),
        }
        self.pause(900, 2_000);
        let tool = self.hand_on(description, true);
        let mut helper = self.helper(&tool, description, model);
        helper.tongue = self.agent.tongue;
        self.tell_running(&[helper.handed.as_ref()]);
        self.tell_start(&helper, true);
        let id = helper.handed.as_ref().map_or("", |handed| &handed.id).to_owned();
        let mut result = ToolResult::new(format!("The agent {id} works in the background."), 60);
        result.details = json!({"isAsync": true, "status": "async_launched", "agentId": id, "description": description, "prompt": prompt(description)});
        self.close(tool, result);
        let main_ms = self.clock_ms;
        let main = std::mem::replace(&mut self.agent, helper);
        work(self);
        let sub = std::mem::replace(&mut self.agent, main);
        self.agent.sub_agents.in_background += 1;
        if end == HelperEnd::Done {
            self.agent.sub_agents.completed += 1;
            self.tell_end(&sub, "completed");
        } else {
            self.agent.sub_agents.killed += 1;
            self.tell_end(&sub, "stopped");
        }
        self.tell_running(&[]);
        self.join(sub);
        self.agent.beside_until_ms = self.clock_ms;
        self.clock_ms = main_ms;
    }

    /// Starts a command that goes on in the background; none where the CLI tells nothing of it.
    pub fn serve(&mut self, command: &str, description: &str) -> Option<Serving> {
        if self.agent.tongue != Tongue::Claude {
            return None;
        }
        let input = json!({"command": command, "description": description, "run_in_background": true});
        let tool = self.open("Bash", input);
        let serving = Handed {
            id: format!("b{}", self.dice.hex(8)),
            run_id: self.dice.hex(16),
            tool_use_id: Arc::clone(&tool.id),
            description: description.to_owned(),
        };
        let told = json!({"task_id": serving.id, "run_id": serving.run_id, "task_type": "local_bash", "description": description});
        self.tell("system/background_tasks_changed", json!({"tasks": [told]}));
        let mut fields = serving.told();
        fields["description"] = description.into();
        fields["is_backgrounded"] = true.into();
        fields["task_type"] = "local_bash".into();
        self.tell("system/task_started", fields);
        let mut result = ToolResult::new(format!("Command running in background with ID: {}.", serving.id), 40);
        result.details = json!({"stdout": "", "stderr": "", "interrupted": false, "backgroundTaskId": serving.id});
        self.close(tool, result);
        Some(Serving(serving))
    }

    /// Stops such a command.
    pub fn stop(&mut self, serving: Option<Serving>) {
        let Some(Serving(handed)) = serving else { return };
        let tool = self.open("TaskStop", json!({"task_id": handed.id}));
        let mut fields = handed.told();
        fields["patch"] = json!({"status": "killed"});
        self.tell("system/task_updated", fields);
        let mut fields = handed.told();
        fields["status"] = "stopped".into();
        fields["summary"] = format!("Background command \"{}\" was stopped", handed.description).into();
        self.tell("system/task_notification", fields);
        self.tell_running(&[]);
        self.close(tool, ToolResult::new(format!("Stopped task {}.", handed.id), 30));
    }

    /// What the CLI tells of itself.
    pub(super) fn tell(&mut self, word: &'static str, fields: Value) {
        self.step(What::Tell { word, fields });
    }

    /// That a sub-agent goes on, after it called a tool.
    pub(super) fn tell_progress(&mut self, tool: &Tool) {
        let Some(handed) = &self.agent.handed else { return };
        let mut fields = handed.told();
        fields["description"] = format!("Running {}", tool.name).into();
        fields["subagent_type"] = HELPER.into();
        fields["usage"] = self.agent.used(self.clock_ms);
        fields["last_tool_name"] = tool.name.into();
        self.tell("system/task_progress", fields);
    }

    /// The call that starts a sub-agent.
    fn hand_on(&mut self, description: &str, in_background: bool) -> Tool {
        let mut input = json!({"subagent_type": HELPER, "description": description, "prompt": prompt(description)});
        if self.agent.tongue != Tongue::Claude {
            return self.open("Task", input);
        }
        input["run_in_background"] = in_background.into();
        self.open("Agent", input)
    }

    /// The sub-agent that a call starts.
    fn helper(&mut self, tool: &Tool, description: &str, model: &'static Model) -> Agent {
        let handed = (self.agent.tongue == Tongue::Claude).then(|| Handed {
            id: format!("a{}", self.dice.hex(16)),
            run_id: self.dice.hex(16),
            tool_use_id: Arc::clone(&tool.id),
            description: description.to_owned(),
        });
        let main = &self.agent;
        let mut helper = Agent::new(
            &main.name,
            main.run,
            Arc::clone(&main.session_id),
            Some(Arc::clone(&tool.id)),
            model,
            self.clock_ms,
        );
        helper.depth = main.depth + 1;
        helper.handed = handed;
        helper
    }

    fn tell_start(&mut self, helper: &Agent, in_background: bool) {
        let Some(handed) = &helper.handed else { return };
        let mut fields = handed.told();
        fields["description"] = handed.description.as_str().into();
        fields["subagent_type"] = HELPER.into();
        fields["is_backgrounded"] = in_background.into();
        fields["spawn_depth"] = helper.depth.into();
        fields["task_type"] = "local_agent".into();
        fields["prompt"] = prompt(&handed.description).into();
        if let Some(parent) = &self.agent.handed {
            fields["parent_task_id"] = parent.id.as_str().into();
        }
        self.tell("system/task_started", fields);
    }

    fn tell_end(&mut self, helper: &Agent, status: &'static str) {
        let Some(handed) = &helper.handed else { return };
        let is_stopped = status == "stopped";
        let mut fields = handed.told();
        fields["patch"] = json!({"status": if is_stopped { "killed" } else { status }});
        self.tell("system/task_updated", fields);
        let mut fields = handed.told();
        fields["status"] = status.into();
        fields["summary"] = if is_stopped {
            format!("Agent \"{}\" was stopped", handed.description).into()
        } else {
            answer(&handed.description).into()
        };
        fields["usage"] = helper.used(self.clock_ms);
        self.tell("system/task_notification", fields);
    }

    /// What runs in the background now.
    fn tell_running(&mut self, running: &[Option<&Handed>]) {
        let told = running.iter().flatten().map(|handed| {
            json!({"task_id": handed.id, "run_id": handed.run_id, "task_type": "local_agent", "subagent_type": HELPER, "description": handed.description})
        });
        let tasks: Vec<Value> = told.collect();
        self.tell("system/background_tasks_changed", json!({"tasks": tasks}));
    }

    /// Adds what a sub-agent used, and how its own ended.
    fn join(&mut self, sub: Agent) {
        self.agent.bill.join(sub.bill);
        self.agent.sub_agents.join(&sub.sub_agents);
        self.agent.sub_agents.max_depth = self.agent.sub_agents.max_depth.max(sub.depth);
    }
}

impl Handed {
    /// What every line says of it.
    fn told(&self) -> Value {
        json!({"task_id": self.id, "run_id": self.run_id, "tool_use_id": &*self.tool_use_id})
    }
}

impl Agent {
    fn used(&self, now_ms: u64) -> Value {
        let tokens: u64 = self.tokens.iter().sum();
        json!({"total_tokens": tokens, "tool_uses": self.tools, "duration_ms": now_ms.saturating_sub(self.began_ms)})
    }
}

fn prompt(description: &str) -> String {
    format!("{description}. Read only; answer with the files that matter and why.")
}

fn answer(description: &str) -> String {
    format!(
        "{}\n\nDone: two places matter, both are named above.",
        prompt(description)
    )
}
