//! What an agent used, its sub-agents included, as the result of its session tells it.

use serde_json::{Map, Value, json};

use super::model::Model;

/// Tokens (input, output, cache read, cache write) and cost of each model.
#[derive(Debug, Default)]
pub(super) struct Bill(Vec<(&'static str, [u64; 4], f64)>);

impl Bill {
    pub fn add(&mut self, model: &Model, tokens: [u64; 4]) {
        self.put(model.name, tokens, model.cost_usd(tokens));
    }

    /// Adds what a sub-agent used.
    pub fn join(&mut self, other: Self) {
        for (name, tokens, cost_usd) in other.0 {
            self.put(name, tokens, cost_usd);
        }
    }

    pub fn cost_usd(&self) -> f64 {
        self.0.iter().map(|(_, _, cost_usd)| cost_usd).sum()
    }

    /// As `modelUsage`.
    pub fn models(&self) -> Value {
        let told = self.0.iter().map(|(name, [input, output, read, written], cost_usd)| {
            let used = json!({
                "inputTokens": input, "outputTokens": output, "cacheReadInputTokens": read, "cacheCreationInputTokens": written,
                "webSearchRequests": 0, "costUSD": (cost_usd * 1e6).round() / 1e6, "contextWindow": 200_000,
            });
            ((*name).to_owned(), used)
        });
        told.collect::<Map<_, _>>().into()
    }

    fn put(&mut self, name: &'static str, tokens: [u64; 4], cost_usd: f64) {
        match self.0.iter_mut().find(|(known, ..)| *known == name) {
            Some((_, sum, cost)) => {
                for (sum, count) in sum.iter_mut().zip(tokens) {
                    *sum += count;
                }
                *cost += cost_usd;
            }
            None => self.0.push((name, tokens, cost_usd)),
        }
    }
}

/// The sub-agents of a session, and how they ended.
#[derive(Debug, Default)]
pub(super) struct SubAgents {
    pub in_background: u64,
    pub completed: u64,
    pub killed: u64,
    /// Those that sub-agents had.
    pub of_sub_agents: u64,
    pub max_depth: u64,
}

impl SubAgents {
    pub fn join(&mut self, other: &Self) {
        self.in_background += other.in_background;
        self.completed += other.completed;
        self.killed += other.killed;
        self.of_sub_agents += other.completed + other.killed;
        self.max_depth = self.max_depth.max(other.max_depth);
    }

    /// As `subagent_stats`.
    pub fn told(&self) -> Value {
        let spawned = self.completed + self.killed;
        json!({
            "spawned": spawned,
            "requested": {"background": self.in_background, "foreground": spawned - self.in_background, "unset": 0},
            "started_in_background": self.in_background, "max_depth": self.max_depth, "spawned_by_subagents": self.of_sub_agents,
            "completed": self.completed, "failed": 0, "killed": {"parent": self.killed, "user": 0, "system": 0},
        })
    }
}
