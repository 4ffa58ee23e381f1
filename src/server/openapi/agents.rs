//! The agents of a workflow, as the description of the API shows them, and what they have at hand.

use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::shapes::{TimeSourceShape, TimestampShape};
use super::timeline::MomentShape;

/// An agent, or a sub-agent with the Task call that started it.
#[derive(ToSchema)]
#[schema(as = Agent)]
pub struct AgentShape {
    name: String,
    /// The Task call that started it; null for an agent with a folder of its own.
    #[schema(required)]
    parent: Option<String>,
    /// The agent that made that Task call.
    #[schema(required)]
    under: Option<String>,
    #[schema(required)]
    stage: Option<String>,
    #[schema(required)]
    model: Option<String>,
    run: u32,
    #[schema(required)]
    session_id: Option<String>,
    #[schema(required)]
    cwd: Option<String>,
    #[schema(inline)]
    state: AgentPhase,
    started: MomentShape,
    last: MomentShape,
    #[schema(required)]
    ended: Option<MomentShape>,
    messages: u64,
    reported_turns: u64,
    tools: u64,
    errors: u64,
    usage: UsageShape,
    #[schema(required)]
    earlier_cost_usd: Option<f64>,
    #[schema(required)]
    session_cost_usd: Option<f64>,
    #[schema(required)]
    reported_ms: Option<u64>,
    /// Its final message.
    #[schema(required)]
    result: Option<String>,
    /// When tools ran: start and length in milliseconds from `started`, and whether one failed.
    spans: Vec<Vec<Value>>,
    /// How many agents stand above it: 0 for one with a folder, 1 for its sub-agents, 2 for theirs.
    depth: u32,
    /// The call that started the sub-agent that this one works for.
    #[schema(required)]
    within: Option<String>,
    /// The CLI's id of a sub-agent.
    #[schema(required)]
    agent_id: Option<String>,
    #[schema(required)]
    agent_type: Option<String>,
    /// It goes on beside the agent that started it.
    in_background: bool,
    /// Its turn is over, but something of it runs in the background.
    has_answered: bool,
    /// Tokens with those of its sub-agents; null for a sub-agent, and where none are told.
    #[schema(required)]
    tokens: Option<TokensShape>,
    /// Tokens and calls of a sub-agent as it was told of them.
    #[schema(required)]
    told_tokens: Option<u64>,
    #[schema(required)]
    told_tools: Option<u64>,
    /// Calls that were not allowed.
    denials: u64,
    /// The trouble of the API or the CLI that nothing followed yet.
    #[schema(required)]
    trouble: Option<String>,
    /// It was asked something, and has not answered.
    is_asked: bool,
    /// Only hooks tell of it, and they do not say what it is called.
    by_hook: bool,
    /// It is called by what it was asked to do.
    is_named: bool,
    /// Which of several that are alike has its id is a guess.
    is_guess: bool,
}

/// Tokens of an agent: their sum is the agent's with its sub-agents.
#[derive(ToSchema)]
#[schema(as = Tokens)]
pub struct TokensShape {
    /// Of sessions that are over.
    earlier: UsageShape,
    /// Of this session, as its results told.
    told: UsageShape,
    /// What lines have told since.
    since: UsageShape,
    /// What of that is the agent's own.
    own_since: UsageShape,
    /// Whether a result has told all of it.
    is_final: bool,
}

/// `seen`: the agent was mentioned, but none of its sessions was. `lost`: it is over, but nobody told how it ended.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum AgentPhase {
    Seen,
    Open,
    Ended,
    Failed,
    Stopped,
    Lost,
}

/// Tokens.
#[derive(ToSchema)]
#[schema(as = Usage)]
pub struct UsageShape {
    input_tokens: u64,
    output_tokens: u64,
    cache_read_input_tokens: u64,
    cache_creation_input_tokens: u64,
    /// What of the output was thought; absent if none is told.
    reasoning_output_tokens: Option<u64>,
}

/// An agent's todo list.
#[derive(ToSchema)]
#[schema(as = TodoList)]
pub struct TodoListShape {
    #[schema(required)]
    agent: Option<String>,
    written: MomentShape,
    items: Vec<TodoItemShape>,
    /// The number of further items.
    more: u64,
    /// What calls will change once they are answered; absent if there are none.
    called: Option<Vec<Map<String, Value>>>,
}

#[derive(ToSchema)]
#[schema(as = TodoItem)]
pub struct TodoItemShape {
    text: String,
    #[schema(inline)]
    state: TodoStateShape,
    since: MomentShape,
    /// What the agent calls it; absent if the list has no ids.
    id: Option<String>,
    /// The items that have to be done before; absent if there are none.
    blocked_by: Option<Vec<String>>,
}

#[derive(ToSchema)]
#[schema(as = TodoState)]
#[schema(rename_all = "snake_case")]
pub enum TodoStateShape {
    Pending,
    InProgress,
    Completed,
}

/// A tool call without a result yet.
#[derive(ToSchema)]
#[schema(as = OpenTool)]
pub struct OpenToolShape {
    tool_use_id: String,
    seq: u64,
    #[schema(required)]
    agent: Option<String>,
    /// Whether a sub-agent made the call.
    nested: bool,
    /// The call that started that sub-agent.
    #[schema(required)]
    lane: Option<String>,
    /// The type of the sub-agent that the call starts.
    #[schema(required)]
    agent_type: Option<String>,
    name: String,
    text: String,
    at: TimestampShape,
    time_source: TimeSourceShape,
}

/// What a person is waited for.
#[derive(ToSchema)]
#[schema(as = Need)]
pub struct NeedShape {
    #[schema(inline)]
    kind: NeedKindShape,
    /// What is asked, in words.
    text: String,
    /// The answers that are offered.
    choices: Vec<String>,
    #[schema(required)]
    agent: Option<String>,
    /// The event that asked.
    seq: u64,
    since: MomentShape,
    #[schema(required)]
    tool_use_id: Option<String>,
    #[schema(required)]
    request_id: Option<String>,
    /// The sub-agent that waits, by its call.
    #[schema(required)]
    lane: Option<String>,
    /// Only a hook asked.
    by_hook: bool,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum NeedKindShape {
    Permission,
    Question,
    Plan,
    Input,
}

/// A command in the background.
#[derive(ToSchema)]
#[schema(as = BackgroundTask)]
pub struct BackgroundTaskShape {
    id: String,
    #[schema(required)]
    tool_use_id: Option<String>,
    text: String,
    #[schema(required)]
    agent: Option<String>,
    #[schema(inline)]
    state: AgentPhase,
    started: MomentShape,
    #[schema(required)]
    ended: Option<MomentShape>,
}
