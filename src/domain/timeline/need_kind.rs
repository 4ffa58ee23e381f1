//! The kinds of things that a person is waited for.

use serde::{Deserialize, Serialize};

use crate::from_json::from_name;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeedKind {
    /// Whether a tool may do something.
    Permission,
    /// An answer to a question.
    Question,
    /// Whether a plan may be carried out.
    Plan,
    /// The next prompt, or a form to fill in.
    Input,
}

from_name!(NeedKind);

impl NeedKind {
    /// What is waited for, as a person says it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Permission => "permission",
            Self::Question => "an answer",
            Self::Plan => "approval of its plan",
            Self::Input => "input",
        }
    }
}
