//! When a run is over, and how it ended.

use serde_json::json;

use super::*;
use crate::card::Card;
use crate::timeline::agent_state::AgentState;

#[test]
fn a_run_is_not_over_while_a_command_runs_in_the_background() {
    let mut told = Told::new();
    told.begin()
        .call("t1", "Bash", json!({"command": "pnpm dev", "run_in_background": true}));
    told.system("task_started", json!({"task_id": "b1", "tool_use_id": "t1", "description": "Dev server", "is_backgrounded": true, "task_type": "local_bash"}));
    told.answer("t1", "Bash", json!({"tool_use_result": {"backgroundTaskId": "b1"}}))
        .result(json!({}));
    assert_eq!(told.agent("builder").state, AgentState::Open);
    let verdict = told.verdict(240);
    assert_eq!(verdict.status, Status::Running);
    assert_eq!(
        verdict.why,
        "builder has answered, and Dev server goes on in the background"
    );
    told.system("task_notification", json!({"task_id": "b1", "status": "completed"}));
    assert_eq!(told.agent("builder").state, AgentState::Ended);
    assert_eq!(told.status(600), Status::Completed);
    assert_eq!(told.timeline.background[0].state, AgentState::Ended);
}

#[test]
fn the_command_of_an_ordinary_call_is_nothing_in_the_background() {
    let mut told = Told::new();
    told.begin().call("t1", "Bash", json!({"command": "sleep 5"}));
    told.system("task_started", json!({"task_id": "b1", "tool_use_id": "t1", "description": "Own work", "is_backgrounded": false, "task_type": "local_bash"}));
    told.answer("t1", "Bash", json!({})).result(json!({}));
    assert!(told.timeline.background.is_empty());
    assert_eq!(told.names(), [("builder", 0)]);
    assert_eq!(told.agent("builder").state, AgentState::Ended);
}

#[test]
fn what_was_stopped_stands_as_a_warning_beside_the_success() {
    let mut told = Told::new();
    told.begin();
    for id in ["1", "2"] {
        told.call(
            &format!("t{id}"),
            "Agent",
            json!({"description": format!("analyst {id}")}),
        );
        told.system(
            "task_started",
            json!({"task_id": format!("a{id}"), "tool_use_id": format!("t{id}"), "description": format!("analyst {id}"),
            "task_type": "local_agent", "is_backgrounded": true}),
        );
        told.answer(
            &format!("t{id}"),
            "Agent",
            json!({"task": {"status": "async_launched", "agentId": format!("a{id}")}}),
        );
    }
    for id in ["1", "2"] {
        told.system(
            "task_notification",
            json!({"task_id": format!("a{id}"), "tool_use_id": format!("t{id}"), "status": "stopped"}),
        );
    }
    told.result(json!({"subagent_stats": {"spawned": 2, "completed": 0, "failed": 0, "killed": {"system": 2}}}));
    assert_eq!(told.agent("analyst 1").state, AgentState::Stopped);
    assert_eq!(told.status(600), Status::Completed);
    let card = Card::of(&told.timeline);
    assert_eq!(
        card.warning.as_deref(),
        Some("2 sub-agents were stopped before the end")
    );
    assert!(
        told.verdict(600)
            .why
            .ends_with("but 2 sub-agents were stopped before the end")
    );
}

#[test]
fn an_answer_of_a_hook_ends_the_turn_and_the_session_only_when_nothing_runs() {
    let mut told = Told::new();
    told.hook("SessionStart", json!({"source": "startup"}));
    told.hook("UserPromptSubmit", json!({"prompt": "start the server"}));
    assert_eq!(told.agent("claude").state, AgentState::Open);
    told.hook(
        "PreToolUse",
        json!({"tool_name": "Bash", "tool_use_id": "t1", "input": {"command": "sleep 120"}}),
    );
    told.hook("PostToolUse", json!({"tool_name": "Bash", "tool_use_id": "t1", "input": {"command": "sleep 120"}, "tool_response": {"backgroundTaskId": "b1"}}));
    told.hook("Stop", json!({"last_assistant_message": "launched", "background_tasks": [{"id": "b1", "type": "shell", "status": "running", "description": "sleep 120"}]}));
    assert_eq!(told.agent("claude").state, AgentState::Open);
    told.hook(
        "Stop",
        json!({"last_assistant_message": "it is done", "background_tasks": []}),
    );
    let agent = told.agent("claude");
    assert_eq!(
        (agent.state, agent.result.as_deref()),
        (AgentState::Ended, Some("it is done"))
    );
    assert_eq!(told.status(600), Status::Completed);
    assert_eq!(Card::of(&told.timeline).result.as_deref(), Some("it is done"));
}

#[test]
fn an_exit_ends_its_agent_whatever_it_was_unless_a_result_did() {
    let exit = |code: i64| json!({"level": if code == 0 { "INFO" } else { "ERROR" }, "message": format!("tool failed with exit code {code} after 3 s"), "source": "adwatch run", "exit_code": code});
    for (code, state, status) in [
        (0, AgentState::Ended, Status::Completed),
        (3, AgentState::Failed, Status::Failed),
    ] {
        let mut told = Told::new();
        told.begin()
            .says("m1", "working", 1)
            .call("t1", "Bash", json!({"command": "x"}));
        told.event(
            Kind::AgentLogEntry,
            "log_entry",
            None,
            Some("builder"),
            None,
            exit(code),
        );
        assert_eq!((told.agent("builder").state, told.status(600)), (state, status));
        assert!(told.timeline.open_tools.is_empty());
    }
    let mut told = Told::new();
    told.event(Kind::AgentLogEntry, "log_entry", None, Some("script"), None, exit(0));
    assert_eq!(
        (told.agent("script").state, told.status(600)),
        (AgentState::Ended, Status::Completed)
    );
    let mut told = Told::new();
    told.begin().result(json!({"is_error": true, "result": "no credit"}));
    told.event(Kind::AgentLogEntry, "log_entry", None, Some("builder"), None, exit(0));
    assert_eq!(
        (told.agent("builder").state, told.agent("builder").result.as_deref()),
        (AgentState::Failed, Some("no credit"))
    );
}

#[test]
fn after_the_end_of_a_process_nothing_stays_open() {
    let mut told = Told::new();
    told.begin().call("t1", "Agent", json!({"description": "Helper"}));
    told.system("task_started", json!({"task_id": "a1", "tool_use_id": "t1", "description": "Helper", "task_type": "local_agent", "is_backgrounded": true}));
    told.answer(
        "t1",
        "Agent",
        json!({"task": {"status": "async_launched", "agentId": "a1"}}),
    );
    told.sub(
        "t1",
        Kind::ToolExecution,
        "tool_execution_pre",
        json!({"tool_use_id": "t2", "tool_name": "Bash", "input": {"command": "x"}}),
    );
    told.result(json!({}));
    assert_eq!(
        (told.agent("builder").state, told.timeline.open_tools.len()),
        (AgentState::Open, 1)
    );
    told.hook("SessionEnd", json!({"reason": "other"}));
    assert_eq!(
        (told.agent("builder").state, told.agent("Helper").state),
        (AgentState::Ended, AgentState::Lost)
    );
    assert!(told.timeline.open_tools.is_empty());
    assert_eq!(
        Card::of(&told.timeline).warning.as_deref(),
        Some("1 sub-agent was left without a known end")
    );
}

#[test]
fn a_dead_api_fails_the_session_of_its_hooks() {
    let mut told = Told::new();
    told.hook("SessionStart", json!({}))
        .hook("UserPromptSubmit", json!({"prompt": "go"}));
    told.hook(
        "StopFailure",
        json!({"error": "unknown", "error_message": "the API is unreachable"}),
    );
    told.hook("SessionEnd", json!({"reason": "other"}));
    let agent = told.agent("claude");
    assert_eq!(
        (agent.state, agent.result.as_deref()),
        (AgentState::Failed, Some("the API is unreachable"))
    );
    assert_eq!(told.status(600), Status::Failed);
}

#[test]
fn an_empty_result_after_an_error_is_a_failure_in_the_errors_words() {
    let mut told = Told::new();
    told.begin().line(
        Kind::TextBlock,
        "text",
        json!({"content": "API Error: no credit", "error": "billing_error"}),
    );
    told.result(json!({"result": ""}));
    let agent = told.agent("builder");
    assert_eq!(
        (agent.state, agent.result.as_deref()),
        (AgentState::Failed, Some("API Error: no credit"))
    );
    let mut told = Told::new();
    told.begin().line(
        Kind::TextBlock,
        "text",
        json!({"content": "API Error: overloaded", "error": "overloaded"}),
    );
    told.says("m1", "It works at last.", 1).result(json!({"result": ""}));
    assert_eq!(told.agent("builder").state, AgentState::Ended, "it recovered");
}

#[test]
fn stages_that_all_ended_well_are_a_completed_workflow() {
    let mut told = Told::new();
    for stage in ["plan", "build"] {
        for event_type in ["stage_started", "stage_completed"] {
            told.event(
                Kind::StageTransition,
                event_type,
                None,
                None,
                None,
                json!({"stage": stage}),
            );
        }
    }
    assert_eq!(told.status(600), Status::Completed);
    told.event(
        Kind::StageTransition,
        "stage_started",
        None,
        None,
        None,
        json!({"stage": "test"}),
    );
    told.event(
        Kind::StageTransition,
        "stage_failed",
        None,
        None,
        None,
        json!({"stage": "test"}),
    );
    assert_ne!(told.status(600), Status::Completed);
}

#[test]
fn a_copy_that_comes_late_reopens_nobody() {
    let mut told = Told::new();
    told.begin().call(
        "t1",
        "Agent",
        json!({"description": "Helper", "subagent_type": "general"}),
    );
    told.system(
        "task_started",
        json!({"task_id": "a1", "tool_use_id": "t1", "description": "Helper", "task_type": "local_agent"}),
    );
    told.system(
        "task_notification",
        json!({"task_id": "a1", "tool_use_id": "t1", "status": "completed"}),
    );
    told.answer("t1", "Agent", json!({})).result(json!({}));
    let before = told.timeline.seq;
    for (name, seconds) in [("PreToolUse", 3), ("PostToolUse", 4)] {
        let payload = json!({"hook_event_name": name, "agent_id": "a1", "agent_type": "general", "tool_name": "Bash",
            "tool_use_id": "t9", "input": {"command": "ls"}});
        let event_type = if name == "PreToolUse" {
            "tool_execution_pre"
        } else {
            "tool_execution_post"
        };
        told.at(seconds)
            .event(Kind::ToolExecution, event_type, None, Some("builder"), None, payload);
    }
    assert_eq!(told.timeline.seq, before + 2);
    assert_eq!(
        (told.agent("builder").state, told.agent("Helper").state),
        (AgentState::Ended, AgentState::Ended)
    );
    assert_eq!((told.agent("Helper").calls(), told.timeline.open_tools.len()), (1, 0));
    assert_eq!(told.status(600), Status::Completed);
}

#[test]
fn what_answers_a_call_of_a_stopped_sub_agent_does_not_bring_it_back() {
    let mut told = Told::new();
    told.begin().call("t1", "Agent", json!({"description": "Helper"}));
    let call = json!({"tool_use_id": "t2", "tool_name": "Bash", "input": {"command": "sleep 60"}});
    told.sub("t1", Kind::ToolExecution, "tool_execution_pre", call);
    told.system(
        "task_notification",
        json!({"task_id": "a1", "tool_use_id": "t1", "status": "stopped"}),
    );
    told.sub(
        "t1",
        Kind::ToolExecution,
        "tool_execution_post",
        json!({"tool_use_id": "t2", "is_error": true}),
    );
    assert_eq!(told.agent("Helper").state, AgentState::Stopped);
}

#[test]
fn the_failure_of_a_sub_agent_is_not_that_of_the_session() {
    let mut told = Told::new();
    told.hook("UserPromptSubmit", json!({"prompt": "x"}));
    told.hook("PreToolUse", json!({"tool_name": "Agent", "tool_use_id": "t1", "input": {"description": "Helper", "subagent_type": "general"}}));
    told.hook("SubagentStart", json!({"agent_id": "a1", "agent_type": "general"}));
    told.hook(
        "StopFailure",
        json!({"agent_id": "a1", "agent_type": "general", "error": "overloaded"}),
    );
    assert_eq!(
        (told.agent("Helper").state, told.agent("claude").state),
        (AgentState::Failed, AgentState::Open)
    );
    told.hook("Stop", json!({"last_assistant_message": "It failed, I did it myself."}))
        .hook("SessionEnd", json!({}));
    assert_eq!(
        (told.agent("claude").state, told.status(600)),
        (AgentState::Ended, Status::Completed)
    );
}

#[test]
fn a_process_that_goes_without_an_answer_has_not_completed() {
    let mut told = Told::new();
    told.hook("SessionStart", json!({}))
        .hook("UserPromptSubmit", json!({"prompt": "x"}));
    told.hook(
        "PreToolUse",
        json!({"tool_name": "Bash", "tool_use_id": "t1", "input": {"command": "x"}}),
    );
    told.hook("SessionEnd", json!({"reason": "other"}));
    assert_eq!(
        (told.agent("claude").state, told.status(600)),
        (AgentState::Lost, Status::Failed)
    );
    assert!(told.timeline.open_tools.is_empty());
    let mut told = Told::new();
    told.hook("SessionStart", json!({}))
        .hook("SessionEnd", json!({"reason": "prompt_input_exit"}));
    assert_ne!(told.status(600), Status::Failed, "it was asked nothing");
}

#[test]
fn a_refused_call_starts_no_sub_agent() {
    let mut told = Told::new();
    told.begin().call("t1", "Agent", json!({"description": "Helper"}));
    assert_eq!(told.names().len(), 2);
    told.answer("t1", "Agent", json!({"is_error": true, "output": "too deep"}));
    assert_eq!(told.names(), [("builder", 0)]);
}
