//! The todo list, told whole or task by task.

use serde_json::json;

use super::*;
use crate::timeline::todo::TodoState::{self, Completed, InProgress, Pending};

fn items(told: &Told) -> Vec<(&str, TodoState)> {
    let list = told.timeline.todo.as_ref();
    list.into_iter()
        .flat_map(|list| &list.items)
        .map(|item| (item.text.as_str(), item.state))
        .collect()
}

fn create(told: &mut Told, call: &str, id: &str, subject: &str) {
    told.call(
        call,
        "TaskCreate",
        json!({"subject": subject, "description": "…", "activeForm": "…"}),
    );
    told.answer(
        call,
        "TaskCreate",
        json!({"output": format!("Task #{id} created successfully: {subject}")}),
    );
}

fn update(told: &mut Told, call: &str, input: Value, answer: Value) {
    told.call(call, "TaskUpdate", input).answer(call, "TaskUpdate", answer);
}

#[test]
fn tasks_come_one_by_one_and_a_refused_call_changes_nothing() {
    let mut told = Told::new();
    told.begin();
    create(&mut told, "c1", "1", "Write the migration");
    create(&mut told, "c2", "2", "Run the tests");
    create(&mut told, "c3", "3", "Update the docs");
    update(
        &mut told,
        "u1",
        json!({"taskId": "1", "status": "completed"}),
        json!({}),
    );
    update(
        &mut told,
        "u2",
        json!({"taskId": "2", "status": "in_progress", "addBlockedBy": ["1"]}),
        json!({}),
    );
    update(&mut told, "u3", json!({"taskId": "3", "status": "deleted"}), json!({}));
    update(
        &mut told,
        "u4",
        json!({"taskId": "2", "status": "completed"}),
        json!({"is_error": true}),
    );
    update(
        &mut told,
        "u5",
        json!({"taskId": "1", "status": "pending"}),
        json!({"tool_use_result": {"success": false}}),
    );
    assert_eq!(
        items(&told),
        [("Write the migration", Completed), ("Run the tests", InProgress)]
    );
    let list = told.timeline.todo.as_ref().expect("a list");
    assert_eq!(
        (list.items[1].blocked_by.as_slice(), list.done()),
        (["1".to_owned()].as_slice(), 1)
    );
    told.call("l", "TaskList", json!({}));
    told.answer(
        "l",
        "TaskList",
        json!({"output": "#1 [completed] Write the migration\n#2 [completed] Run the tests"}),
    );
    assert_eq!(told.timeline.todo.as_ref().map(|list| list.done()), Some(2));
}

#[test]
fn the_id_is_in_the_answer_of_either_door() {
    let mut told = Told::new();
    told.begin().call("c1", "TaskCreate", json!({"subject": "Test it"}));
    assert!(items(&told).is_empty());
    told.answer(
        "c1",
        "TaskCreate",
        json!({"tool_use_result": {"task": {"id": "7", "subject": "Test it"}}}),
    );
    update(
        &mut told,
        "u1",
        json!({"taskId": "7", "status": "in_progress"}),
        json!({"tool_use_result": {"success": true, "taskId": "7"}}),
    );
    assert_eq!(items(&told), [("Test it", InProgress)]);

    let mut told = Told::new();
    told.hook("UserPromptSubmit", json!({"prompt": "x"}));
    told.hook(
        "PreToolUse",
        json!({"tool_name": "TaskCreate", "tool_use_id": "c1", "input": {"subject": "Test it"}}),
    );
    told.hook("TaskCreated", json!({"task_id": "1", "task_subject": "Test it"}));
    told.hook("PostToolUse", json!({"tool_name": "TaskCreate", "tool_use_id": "c1", "input": {"subject": "Test it"}, "tool_response": {"task": {"id": "1", "subject": "Test it"}}}));
    told.hook("TaskCompleted", json!({"task_id": "1", "task_subject": "Test it"}));
    assert_eq!(items(&told), [("Test it", Completed)]);
    let hook = |told: &mut Told, id: &str, input: Value, answer: Value| {
        told.hook(
            "PreToolUse",
            json!({"tool_name": "TaskUpdate", "tool_use_id": id, "input": input}),
        );
        told.hook(
            "PostToolUse",
            json!({"tool_name": "TaskUpdate", "tool_use_id": id, "input": input, "output": answer}),
        );
    };
    hook(
        &mut told,
        "u1",
        json!({"taskId": "1", "status": "in_progress"}),
        json!({"success": true, "taskId": "1"}),
    );
    assert_eq!(items(&told), [("Test it", InProgress)]);
    hook(
        &mut told,
        "u2",
        json!({"taskId": "1", "status": "deleted"}),
        json!({"success": true, "taskId": "1"}),
    );
    assert!(items(&told).is_empty());
}

#[test]
fn a_whole_list_counts_once_it_is_accepted() {
    let todos =
        |state: &str| json!({"todos": [{"content": "a", "status": state}, {"content": "b", "status": "pending"}]});
    let mut told = Told::new();
    told.begin()
        .call("w1", "TodoWrite", todos("in_progress"))
        .answer("w1", "TodoWrite", json!({}));
    assert_eq!(items(&told), [("a", InProgress), ("b", Pending)]);
    told.call("w2", "TodoWrite", todos("completed"))
        .answer("w2", "TodoWrite", json!({"is_error": true}));
    assert_eq!(items(&told), [("a", InProgress), ("b", Pending)]);
    told.line(
        Kind::Other,
        "todo_list",
        json!({"todos": [{"text": "c", "status": "completed"}]}),
    );
    assert_eq!(items(&told), [("c", Completed)]);
}
