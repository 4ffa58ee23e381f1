//! A hook's event in a sentence for a person, where the hook brings none.

use serde_json::{Map, Value};

use domain::entry;
use domain::excerpt::excerpt;
use domain::payload;

const ASKED_BYTES: usize = 512;

/// The sentence for an event by its name. One that is not known is told by its name.
pub(super) fn of(name: &str, payload: &Map<String, Value>) -> String {
    let fields = Fields(payload);
    match name {
        "UserPromptSubmit" => match fields.text("prompt") {
            Some(prompt) => excerpt(prompt, ASKED_BYTES),
            None => "a prompt was submitted".into(),
        },
        "UserPromptExpansion" => match (fields.text("command_name"), fields.text("command_args")) {
            (Some(name), Some(arguments)) => {
                format!("the command /{name} was called: {}", excerpt(arguments, ASKED_BYTES))
            }
            (Some(name), None) => format!("the command /{name} was called"),
            (None, _) => "a command was called".into(),
        },
        "Stop" => stopped(&fields),
        "StopFailure" => match fields.first(&["last_assistant_message", "error_details", "error"]) {
            Some(why) => format!("the turn ended with an error: {}", excerpt(why, ASKED_BYTES)),
            None => "the turn ended with an error".into(),
        },
        "SubagentStart" => fields.with("a sub-agent started", "agent_type"),
        "SubagentStop" => {
            let said = fields.with("a sub-agent has answered", "agent_type");
            match fields.text("last_assistant_message") {
                Some(answer) => format!("{said}: {}", excerpt(answer, ASKED_BYTES)),
                None => said,
            }
        }
        "PreCompact" => fields.with("the context is about to be compacted", "trigger"),
        "PostCompact" => fields.with("the context was compacted", "trigger"),
        "SessionStart" => fields.with("the session started", "source"),
        "SessionEnd" => fields.with("the session ended", "reason"),
        "Setup" => fields.with("the folder is being set up", "trigger"),
        "Notification" => fields.with("attention is asked for", "title"),
        "PermissionRequest" => waits(&fields),
        "Elicitation" => fields.with("an MCP server asks for input", "mcp_server_name"),
        "ElicitationResult" => {
            let said = fields.with("a person answered an MCP server", "mcp_server_name");
            match fields.text("action") {
                Some(action) => format!("{said}: {action}"),
                None => said,
            }
        }
        "PermissionDenied" => fields.with("the call was denied", "reason"),
        "PreModelSwitch" => format!("the model is about to change{}", from_to(&fields)),
        "PostModelSwitch" => format!("the model changed{}", from_to(&fields)),
        "TeammateIdle" => match fields.text("teammate_name") {
            Some(name) => format!("the teammate {name} waits for work"),
            None => "a teammate waits for work".into(),
        },
        "TaskCreated" => fields.with("a task was created", "task_subject"),
        "TaskCompleted" => fields.with("a task was completed", "task_subject"),
        "ConfigChange" => match fields.first(&["file_path", "source"]) {
            Some(what) => format!("the settings changed: {what}"),
            None => "the settings changed".into(),
        },
        "WorktreeCreate" => fields.with("a worktree is about to be made", "name"),
        "WorktreeRemove" => fields.with("a worktree is removed", "worktree_path"),
        "InstructionsLoaded" => fields.with("instructions were loaded", "file_path"),
        "CwdChanged" => fields.with("the working directory changed", "new_cwd"),
        "DirectoryAdded" => fields.with("a folder was added", "directory"),
        "FileChanged" => {
            let what = match fields.text("event") {
                Some("add") => "a watched file was created",
                Some("unlink") => "a watched file was deleted",
                _ => "a watched file changed",
            };
            fields.with(what, "file_path")
        }
        "PreSkillShellCommand" => {
            let skill = fields.text("command_name").unwrap_or("a skill");
            format!("{skill} runs a command: {}", fields.asked())
        }
        "Interrupt" => "the turn was interrupted".into(),
        "permission.replied" => match fields.first(&["reply", "response"]) {
            Some(reply) => format!("a person answered the request for permission: {reply}"),
            None => "a person answered the request for permission".into(),
        },
        "todo_list" => "the todo list changed".into(),
        "afterTabFileEdit" => fields.with("a completion of the editor changed a file", "file_path"),
        _ => format!("a hook that adwatch does not know ran: {name}"),
    }
}

/// Whether a notification says that something is over, and asks for nobody.
pub(super) fn is_over(payload: &Map<String, Value>) -> bool {
    const OVER: [&str; 4] = [
        "auth_success",
        "elicitation_complete",
        "elicitation_response",
        "agent_completed",
    ];
    let kind = payload.get("notification_type").and_then(Value::as_str);
    kind.is_some_and(|kind| OVER.contains(&kind))
}

/// The fields of a payload.
struct Fields<'a>(&'a Map<String, Value>);

impl Fields<'_> {
    fn text(&self, field: &str) -> Option<&str> {
        self.0.get(field)?.as_str().filter(|text| !text.is_empty())
    }

    fn first(&self, fields: &[&str]) -> Option<&str> {
        fields.iter().find_map(|field| self.text(field))
    }

    fn with(&self, sentence: &str, field: &str) -> String {
        match self.text(field) {
            Some(said) => format!("{sentence}: {}", excerpt(said, ASKED_BYTES)),
            None => sentence.to_owned(),
        }
    }

    /// What the call that is spoken of asks for.
    fn asked(&self) -> String {
        entry::asked(self.0.get("tool_input").unwrap_or(&Value::Null), ASKED_BYTES)
    }
}

fn stopped(fields: &Fields<'_>) -> String {
    // A stop hook had sent it back to work.
    let is_again = fields.0.get("stop_hook_active") == Some(&Value::Bool(true));
    let mut said = if is_again {
        "the agent has answered again".to_owned()
    } else {
        "the agent has answered".to_owned()
    };
    match fields.0.get("background_tasks").and_then(Value::as_array).map(Vec::len) {
        None | Some(0) => {}
        Some(1) => said.push_str(", while a background task goes on"),
        Some(count) => said.push_str(&format!(", while {count} background tasks go on")),
    }
    match fields.text("last_assistant_message") {
        Some(answer) => format!("{said}: {}", excerpt(answer, ASKED_BYTES)),
        None => said,
    }
}

/// What a person is asked to decide.
fn waits(fields: &Fields<'_>) -> String {
    let tool = fields.text("tool_name").unwrap_or("a tool");
    let input = fields.0.get("tool_input").unwrap_or(&Value::Null);
    match tool {
        "AskUserQuestion" => match question(input) {
            Some(question) => format!("the agent asks: {question}"),
            None => "the agent asks a question".into(),
        },
        "ExitPlanMode" => match payload::text(input, "plan") {
            Some(plan) => format!("a plan waits for approval: {}", excerpt(plan, ASKED_BYTES)),
            None => "a plan waits for approval".into(),
        },
        _ => format!("{tool} waits for permission: {}", fields.asked()),
    }
}

/// `Which colour? (Red, Blue)`
fn question(input: &Value) -> Option<String> {
    let first = input.get("questions")?.as_array()?.first()?;
    let question = excerpt(payload::text(first, "question")?, ASKED_BYTES);
    let choices = first.get("options").and_then(Value::as_array).into_iter().flatten();
    let choices: Vec<&str> = choices.filter_map(|choice| payload::text(choice, "label")).collect();
    if choices.is_empty() {
        return Some(question);
    }
    Some(format!("{question} ({})", excerpt(&choices.join(", "), ASKED_BYTES)))
}

fn from_to(fields: &Fields<'_>) -> String {
    match (fields.text("from_model"), fields.text("to_model")) {
        (Some(from), Some(to)) => format!(" from {from} to {to}"),
        (None, Some(to)) => format!(" to {to}"),
        (_, None) => String::new(),
    }
}
