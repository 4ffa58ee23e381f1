//! The todo list of an agent, as its CLI keeps it: a list that is written whole, or tasks that come one by one.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::{Author, ToolResult};
use crate::tongue::Tongue;

impl Author {
    /// The todo list with the first `done` items done and the next one under way.
    pub fn todo(&mut self, items: &[String], done: usize) {
        if self.agent.tongue == Tongue::Claude {
            return self.task_list(items, done);
        }
        let todos: Vec<Value> = items
            .iter()
            .enumerate()
            .map(|(at, item)| {
                let status = match at.cmp(&done) {
                    Ordering::Less => "completed",
                    Ordering::Equal => "in_progress",
                    Ordering::Greater => "pending",
                };
                json!({"content": item, "status": status, "activeForm": item})
            })
            .collect();
        if self.agent.tongue == Tongue::Codex {
            // It is an item of its own, and no call.
            self.pause(700, 1_600);
            let message = format!("{} of {} done", done.min(items.len()), items.len());
            return self.tell("todo_list", json!({"todos": todos, "message": message}));
        }
        let result = ToolResult::new(
            "Todos have been modified successfully. Please proceed with the current tasks.",
            12,
        );
        self.call("TodoWrite", json!({"todos": todos}), result);
    }

    /// Makes the tasks at first, and then says which is done and which is next.
    fn task_list(&mut self, items: &[String], done: usize) {
        let (made, were_done) = self.agent.todo;
        for (at, item) in items.iter().enumerate().skip(made) {
            let id = (at + 1).to_string();
            let mut result = ToolResult::new(format!("Task #{id} created successfully: {item}"), 10);
            result.details = json!({"task": {"id": id, "subject": item, "description": item}});
            self.call(
                "TaskCreate",
                json!({"subject": item, "description": item, "activeForm": item}),
                result,
            );
        }
        for at in were_done..done.min(items.len()) {
            let before = if made == 0 { "pending" } else { "in_progress" };
            self.task_is(at, before, "completed");
        }
        if done < items.len() && (made == 0 || done > were_done) {
            self.task_is(done, "pending", "in_progress");
        }
        self.agent.todo = (items.len().max(made), done.max(were_done));
    }

    fn task_is(&mut self, at: usize, before: &str, now: &str) {
        let id = (at + 1).to_string();
        let mut result = ToolResult::new(format!("Updated task #{id} status"), 10);
        result.details = json!({"success": true, "taskId": id, "updatedFields": ["status"], "statusChange": {"from": before, "to": now}});
        self.call("TaskUpdate", json!({"taskId": id, "status": now}), result);
    }
}
