//! The command lines that agents of the demo run in, and what each calls its tools.

use serde_json::{Value, json};

/// Whose stream an agent writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    /// Claude Code of today: tasks, sub-agents that are told of in lines of their own.
    Claude,
    /// An earlier Claude Code: `TodoWrite`, and sub-agents that only their call tells of.
    OlderClaude,
    Codex,
    Opencode,
}

impl Tongue {
    /// A call in the words of this CLI, from those of Claude Code.
    pub fn call(self, name: &'static str, input: Value) -> (&'static str, Value) {
        match self {
            Self::Claude | Self::OlderClaude => (name, input),
            Self::Codex => codex(name, input),
            Self::Opencode => opencode(name, input),
        }
    }

    pub fn is_claude(self) -> bool {
        matches!(self, Self::Claude | Self::OlderClaude)
    }
}

/// Codex reads and searches with commands, and changes files with patches.
fn codex(name: &'static str, input: Value) -> (&'static str, Value) {
    let text = |field: &str| input[field].as_str().unwrap_or_default();
    let command = |command: String| {
        (
            "command_execution",
            json!({"command": format!("bash -lc \"{command}\"")}),
        )
    };
    match name {
        "Read" => command(format!("sed -n '1,200p' {}", text("file_path"))),
        "Grep" => command(format!("rg -l '{}'", text("pattern"))),
        "Bash" => command(text("command").to_owned()),
        "Edit" => (
            "file_change",
            json!({"changes": [{"path": text("file_path"), "kind": "update"}]}),
        ),
        "Write" => (
            "file_change",
            json!({"changes": [{"path": text("file_path"), "kind": "add"}]}),
        ),
        other => (other, input),
    }
}

fn opencode(name: &'static str, input: Value) -> (&'static str, Value) {
    let path = &input["file_path"];
    match name {
        "Read" => ("read", json!({"filePath": path})),
        "Grep" => ("grep", json!({"pattern": input["pattern"]})),
        "Bash" => ("bash", input),
        "Edit" => (
            "edit",
            json!({"filePath": path, "oldString": input["old_string"], "newString": input["new_string"]}),
        ),
        "Write" => ("write", json!({"filePath": path, "content": input["content"]})),
        "TodoWrite" => ("todowrite", input),
        other => (other, input),
    }
}
