//! What a workflow is doing at the moment of the answer, as the description of the API shows it.

use utoipa::ToSchema;

use super::shapes::{CardShape, TimestampShape};

/// A workflow in the list: its card, and what it is doing now.
#[derive(ToSchema)]
#[schema(as = ListedWorkflow)]
pub struct ListedShape {
    #[serde(flatten)]
    card: CardShape,
    #[serde(flatten)]
    verdict: VerdictShape,
}

/// What a workflow is doing now.
#[derive(ToSchema)]
#[schema(as = Verdict)]
pub struct VerdictShape {
    #[schema(inline)]
    status: VerdictWord,
    /// Whether it was inferred; false where somebody reported it.
    derived: bool,
    /// The reason, in a sentence.
    why: String,
    /// Since when, if that is known.
    #[schema(required)]
    since: Option<TimestampShape>,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum VerdictWord {
    NeedsPerson,
    Stalled,
    Failed,
    Waiting,
    Running,
    Completed,
    Unknown,
}
