//! The models that agents of the demo speak with.

/// A model and its price in US dollars for a million tokens: input, output, cache read, cache write.
#[derive(Debug)]
pub struct Model {
    pub name: &'static str,
    prices: [f64; 4],
}

impl Model {
    pub fn cost_usd(&self, tokens: [u64; 4]) -> f64 {
        tokens
            .iter()
            .zip(self.prices)
            .map(|(count, price)| *count as f64 * price / 1e6)
            .sum()
    }
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
/// Codex tells no price; its tokens are counted all the same.
pub const GPT: Model = Model {
    name: "gpt-5.1-codex",
    prices: [1.25, 10.0, 0.125, 1.25],
};
