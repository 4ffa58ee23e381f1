//! The tokens of an agent's session: what its lines say, until a result says more.
//!
//! The lines of a stream carry placeholders: of 255 tokens of output they may tell 6. So at a result the count is raised to what
//! the result tells, of all models where it does, else of its turn. Never is a number the sum of two sources, and never does it fall.

use serde::{Deserialize, Serialize};

use super::session_end::TokensTold;
use crate::from_json::from_fields;
use crate::usage::Usage;

/// An agent's tokens, with those of its sub-agents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tokens {
    /// Of sessions that are over.
    earlier: Usage,
    /// Of this session, up to its last result.
    told: Usage,
    /// What the lines have told since.
    since: Usage,
    /// What the lines of the agent itself have told since.
    own_since: Usage,
    /// A result has told all of it.
    pub is_final: bool,
}

from_fields!(Tokens {
    earlier,
    told,
    since,
    own_since,
    is_final
});

impl Tokens {
    pub fn total(&self) -> Usage {
        let mut total = self.earlier;
        total.add(self.told);
        total.add(self.since);
        total
    }

    /// A line of the session tells of more.
    pub(super) fn count(&mut self, growth: Usage, is_own: bool) {
        self.since.add(growth);
        if is_own {
            self.own_since.add(growth);
        }
        self.is_final &= growth.is_empty();
    }

    /// Another session begins.
    pub(super) fn next_session(&mut self) {
        self.earlier.add(self.told);
        self.earlier.add(self.since);
        self.told = Usage::default();
        self.since = Usage::default();
        self.own_since = Usage::default();
    }

    /// A turn is over; gives what the agent's own count has to grow by.
    pub(super) fn end(&mut self, told: TokensTold) -> Usage {
        let TokensTold { models, turn, is_told } = told;
        if !is_told {
            return Usage::default();
        }
        let own = turn.map(|turn| self.own_since.growth_to(turn)).unwrap_or_default();
        if let Some(models) = models {
            // A count of the session that falls began anew: what it counted before is not in it.
            if models.total() < self.told.total() {
                self.earlier.add(self.told);
                self.told = Usage::default();
            }
            self.told.add(self.since);
            self.told.raise_to(models);
        } else {
            let mut of_turn = self.since;
            of_turn.raise_to(turn.unwrap_or_default());
            self.told.add(of_turn);
        }
        self.since = Usage::default();
        self.own_since = Usage::default();
        self.is_final = true;
        own
    }
}
