//! An agent that asks a person: its call waits, and its CLI asks the host that started it.

use serde_json::json;

use super::{Author, ToolResult};

impl Author {
    /// Asks with choices, each with what it means; the answer comes after a while.
    pub fn ask(&mut self, header: &str, question: &str, choices: &[(&str, &str)], answer: &str, wait_ms: u64) {
        let options: Vec<_> = choices
            .iter()
            .map(|(label, meaning)| json!({"label": label, "description": meaning}))
            .collect();
        let input =
            json!({"questions": [{"question": question, "header": header, "multiSelect": false, "options": options}]});
        let tool = self.open("AskUserQuestion", input.clone());
        let request_id = self.dice.uuid();
        self.tell(
            "control_request",
            json!({"request_id": request_id, "request": {
                "subtype": "can_use_tool", "tool_name": tool.name, "display_name": tool.name, "input": input,
                "tool_use_id": &*tool.id, "requires_user_interaction": true,
            }}),
        );
        self.mark("asking");
        let mut result = ToolResult::new(
            format!("The person answered \"{question}\" with \"{answer}\"."),
            wait_ms,
        );
        result.details = json!({"questions": input["questions"], "answers": {question: answer}});
        self.close(tool, result);
    }
}
