//! Sub-agents at any depth, through every door.

use serde_json::json;

use super::*;
use crate::timeline::agent_state::AgentState;

fn agent_call(description: &str, kind: &str) -> Value {
    json!({"description": description, "subagent_type": kind, "prompt": "go"})
}

#[test]
fn each_stands_under_the_one_that_called_it() {
    let mut told = Told::new();
    told.begin().call("a", "Agent", agent_call("outer", "general"));
    let call = |id: &str, tool: &str, input: Value| json!({"tool_use_id": id, "tool_name": tool, "input": input});
    told.sub(
        "a",
        Kind::ToolExecution,
        "tool_execution_pre",
        call("b", "Agent", agent_call("inner", "general")),
    );
    told.sub(
        "b",
        Kind::ToolExecution,
        "tool_execution_pre",
        call("b1", "Bash", json!({"command": "ls"})),
    );
    told.sub(
        "b",
        Kind::ToolExecution,
        "tool_execution_post",
        json!({"tool_use_id": "b1", "is_error": true}),
    );
    told.call("c", "Agent", agent_call("second", "general"));
    told.sub("c", Kind::TextBlock, "text", json!({"content": "x"}));
    assert_eq!(
        told.names(),
        [("builder", 0), ("outer", 1), ("inner", 2), ("second", 1)]
    );
    told.sub(
        "a",
        Kind::ToolExecution,
        "tool_execution_post",
        json!({"tool_use_id": "b", "output": "done"}),
    );
    told.answer("a", "Agent", json!({}));
    assert_eq!(
        (told.agent("inner").state, told.agent("outer").state),
        (AgentState::Ended, AgentState::Ended)
    );
    let calls = |name: &str| told.agent(name).calls();
    assert_eq!(
        (
            calls("builder"),
            calls("outer"),
            calls("inner"),
            told.agent("inner").errors
        ),
        (2, 1, 1, 1)
    );
    assert_eq!(told.agent("second").state, AgentState::Open);
}

#[test]
fn task_lines_alone_tell_of_the_deepest() {
    let mut told = Told::new();
    told.begin().call("a", "Agent", agent_call("Middle", "general"));
    told.system("task_started", json!({"task_id": "m", "tool_use_id": "a", "description": "Middle", "subagent_type": "general", "task_type": "local_agent", "spawn_depth": 1}));
    told.system("task_started", json!({"task_id": "i", "tool_use_id": "b", "description": "Inner", "subagent_type": "general", "task_type": "local_agent", "spawn_depth": 2, "parent_task_id": "m"}));
    told.system(
        "task_progress",
        json!({"task_id": "i", "description": "Reading x", "usage": {"total_tokens": 10, "tool_uses": 2}}),
    );
    assert_eq!(told.names(), [("builder", 0), ("Middle", 1), ("Inner", 2)]);
    told.system(
        "task_updated",
        json!({"task_id": "i", "patch": {"status": "completed"}}),
    );
    told.system(
        "task_notification",
        json!({"task_id": "m", "status": "failed", "summary": "it broke"}),
    );
    assert_eq!(
        (told.agent("Inner").state, told.agent("Inner").calls()),
        (AgentState::Ended, 2)
    );
    assert_eq!(
        (told.agent("Middle").state, told.agent("Middle").result.as_deref()),
        (AgentState::Failed, Some("it broke"))
    );
}

#[test]
fn hooks_name_them_by_id_and_the_answer_tells_whose_call_it_was() {
    let mut told = Told::new();
    told.hook("UserPromptSubmit", json!({"prompt": "x"}));
    for (id, name) in [("t1", "Search"), ("t2", "Look")] {
        told.hook(
            "PreToolUse",
            json!({"tool_name": "Agent", "tool_use_id": id, "input": agent_call(name, "general")}),
        );
    }
    told.hook("SubagentStart", json!({"agent_id": "x2", "agent_type": "general"}));
    told.hook("SubagentStart", json!({"agent_id": "x1", "agent_type": "general"}));
    told.hook("PreToolUse", json!({"agent_id": "x1", "agent_type": "general", "tool_name": "Bash", "tool_use_id": "t3", "input": {"command": "ls"}}));
    assert_eq!(
        told.names(),
        [("claude", 0), ("Search", 1), ("Look", 1)],
        "which is which is a guess so far"
    );
    told.hook(
        "SubagentStop",
        json!({"agent_id": "x1", "agent_type": "general", "last_assistant_message": "Found."}),
    );
    told.hook("PostToolUse", json!({"tool_name": "Agent", "tool_use_id": "t1", "input": agent_call("Search", "general"), "tool_response": {"agentId": "x1", "status": "completed"}}));
    told.hook("PostToolUse", json!({"tool_name": "Agent", "tool_use_id": "t2", "input": agent_call("Look", "general"), "tool_response": {"agentId": "x2", "status": "completed"}}));
    assert_eq!(told.names(), [("claude", 0), ("Look", 1), ("Search", 1)]);
    let search = told.agent("Search");
    assert_eq!(
        (search.state, search.result.as_deref(), search.calls()),
        (AgentState::Ended, Some("Found."), 1)
    );
    assert_eq!(told.agent("claude").calls(), 2);
}

#[test]
fn what_two_doors_tell_of_is_one() {
    let mut told = Told::new();
    told.hook("SessionStart", json!({}));
    told.hook("UserPromptSubmit", json!({"prompt": "x"}));
    assert_eq!(told.names(), [("claude", 0)]);
    told.begin();
    assert_eq!(told.names(), [("builder", 0)], "the stream knows its name");
    told.hook("SubagentStart", json!({"agent_id": "x1", "agent_type": "general"}));
    told.call("t1", "Agent", agent_call("Search", "general"));
    told.system(
        "task_started",
        json!({"task_id": "x1", "tool_use_id": "t1", "description": "Search", "task_type": "local_agent"}),
    );
    told.sub("t1", Kind::TextBlock, "text", json!({"content": "x"}));
    told.hook("SubagentStop", json!({"agent_id": "x1", "agent_type": "general"}));
    assert_eq!(told.names(), [("builder", 0), ("Search", 1)]);
}
