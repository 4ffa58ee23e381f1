//! Tokens of a session, counted once per message.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::from_json::{Fault, FromJson};
use super::payload;

/// Tokens by how they were billed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    #[serde(rename = "input_tokens")]
    pub input: u64,
    #[serde(rename = "output_tokens")]
    pub output: u64,
    #[serde(rename = "cache_read_input_tokens")]
    pub cache_read: u64,
    #[serde(rename = "cache_creation_input_tokens")]
    pub cache_creation: u64,
    /// What of the output was thought; it is in `output`, too.
    #[serde(rename = "reasoning_output_tokens", skip_serializing_if = "is_zero")]
    pub reasoning: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl FromJson for Usage {
    fn from_json(value: Value) -> Result<Self, Fault> {
        Self::from_value(&value).ok_or(Fault(""))
    }
}

impl Usage {
    pub fn from_value(value: &Value) -> Option<Self> {
        let number = |field| payload::number(value, field).unwrap_or(0);
        value.is_object().then(|| Self {
            input: number("input_tokens"),
            output: number("output_tokens"),
            cache_read: number("cache_read_input_tokens"),
            cache_creation: number("cache_creation_input_tokens"),
            reasoning: number("reasoning_output_tokens"),
        })
    }

    /// The sum over models, as a result of Claude Code gives it: `{"model": {"inputTokens": 3, …}, …}`. Some hosts write
    /// the names with underscores.
    pub fn of_models(models: &Value) -> Option<Self> {
        const NAMES: [[&str; 2]; 5] = [
            ["inputTokens", "input_tokens"],
            ["outputTokens", "output_tokens"],
            ["cacheReadInputTokens", "cache_read_input_tokens"],
            ["cacheCreationInputTokens", "cache_creation_input_tokens"],
            ["thinkingTokens", "thinking_tokens"],
        ];
        let mut sum = Self::default();
        for model in models.as_object()?.values() {
            let [input, output, cache_read, cache_creation, reasoning] =
                NAMES.map(|names| names.iter().find_map(|name| payload::number(model, name)).unwrap_or(0));
            sum.add(Self {
                input,
                output,
                cache_read,
                cache_creation,
                reasoning,
            });
        }
        (sum.total() > 0).then_some(sum)
    }

    /// Raises each number to that of another count of the same.
    pub fn raise_to(&mut self, other: Self) {
        self.add(self.growth_to(other));
    }

    pub fn is_empty(self) -> bool {
        self.total() == 0
    }

    pub fn total(self) -> u64 {
        self.input
            .saturating_add(self.output)
            .saturating_add(self.cache_read)
            .saturating_add(self.cache_creation)
    }

    /// What a later copy of the same message adds: its lines repeat the usage, with a possibly larger output.
    pub fn growth_to(self, later: Self) -> Self {
        Self {
            input: later.input.saturating_sub(self.input),
            output: later.output.saturating_sub(self.output),
            cache_read: later.cache_read.saturating_sub(self.cache_read),
            cache_creation: later.cache_creation.saturating_sub(self.cache_creation),
            reasoning: later.reasoning.saturating_sub(self.reasoning),
        }
    }

    pub fn add(&mut self, more: Self) {
        self.input = self.input.saturating_add(more.input);
        self.output = self.output.saturating_add(more.output);
        self.cache_read = self.cache_read.saturating_add(more.cache_read);
        self.cache_creation = self.cache_creation.saturating_add(more.cache_creation);
        self.reasoning = self.reasoning.saturating_add(more.reasoning);
    }
}
