//! The hook events of Claude Code that are known, as of 2.1.332: what each tells, and whether `adwatch hook install` asks for it.
//!
//! Each call is a process, so what repeats others is not asked for; nor is what changes what Claude Code does.

/// What an event tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tells {
    /// A tool is called.
    Call,
    /// A tool answered.
    Answer,
    /// A tool failed.
    Failure,
    /// A tool was not allowed to run: the answer that the call gets.
    Denial,
    /// A person is waited for.
    Waits,
    /// A turn ended with an error.
    Error,
    /// Something that a sentence says.
    Sentence,
    /// The agent said something.
    Text,
    /// The agent thought something.
    Thought,
    /// The todo list, by itself.
    Todos,
    /// The agent read or changed a file.
    File,
    /// Nothing that others do not tell.
    Nothing,
}

/// A known event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HookEvent {
    pub name: &'static str,
    pub tells: Tells,
    /// Whether Claude Code is asked to report it.
    pub is_installed: bool,
    /// Why, or why not.
    pub why: &'static str,
}

/// All of them; the first twelve stand in settings of earlier versions in this order.
pub const OF_CLAUDE_CODE: [HookEvent; 34] = [
    asked("PreToolUse", Tells::Call, "a call, before it has an answer"),
    asked("PostToolUse", Tells::Answer, "its answer"),
    asked(
        "PostToolUseFailure",
        Tells::Failure,
        "its failure, which PostToolUse does not tell",
    ),
    asked(
        "PermissionRequest",
        Tells::Waits,
        "a person is waited for, and what for",
    ),
    asked("UserPromptSubmit", Tells::Sentence, "what was asked"),
    asked("Notification", Tells::Waits, "a person is waited for"),
    asked(
        "Stop",
        Tells::Sentence,
        "the answer, and what still runs in the background",
    ),
    asked("SubagentStart", Tells::Sentence, "a sub-agent begins"),
    asked("SubagentStop", Tells::Sentence, "its answer"),
    asked("PreCompact", Tells::Sentence, "a pause of a minute or more begins"),
    asked("SessionStart", Tells::Sentence, "the session begins"),
    asked("SessionEnd", Tells::Sentence, "the session ends"),
    asked("StopFailure", Tells::Error, "a turn that an error ended has no Stop"),
    asked(
        "PermissionDenied",
        Tells::Denial,
        "a denied call has no other hook that tells its end",
    ),
    asked("PostCompact", Tells::Sentence, "the summary, and the end of the pause"),
    asked(
        "UserPromptExpansion",
        Tells::Sentence,
        "the command by its name; the prompt has only its text",
    ),
    asked(
        "PreSkillShellCommand",
        Tells::Sentence,
        "a command of a skill, which is no call of a tool",
    ),
    asked(
        "TaskCreated",
        Tells::Sentence,
        "an item of the todo list with its id, also a teammate's",
    ),
    asked("TaskCompleted", Tells::Sentence, "that it is done"),
    asked("TeammateIdle", Tells::Sentence, "a teammate waits for work"),
    asked("Elicitation", Tells::Waits, "an MCP server waits for a person"),
    asked("ElicitationResult", Tells::Sentence, "that the person answered"),
    asked(
        "PreModelSwitch",
        Tells::Sentence,
        "a switch that another hook may refuse",
    ),
    asked("PostModelSwitch", Tells::Sentence, "which model works from now on"),
    asked("CwdChanged", Tells::Sentence, "the folder it works in from now on"),
    asked("DirectoryAdded", Tells::Sentence, "another folder it may work in"),
    asked(
        "WorktreeRemove",
        Tells::Sentence,
        "a worktree that a hook made goes; others Claude Code removes itself",
    ),
    asked(
        "FileChanged",
        Tells::Sentence,
        "a file that other hooks let it watch has changed",
    ),
    asked("InstructionsLoaded", Tells::Sentence, "which instructions it works by"),
    asked("ConfigChange", Tells::Sentence, "its settings changed under it"),
    asked(
        "Setup",
        Tells::Sentence,
        "it prepares a folder, outside any session's work",
    ),
    left_out(
        "WorktreeCreate",
        Tells::Sentence,
        "whoever asks for it has to make the worktree",
    ),
    left_out("PostToolBatch", Tells::Nothing, "repeats the answers of PostToolUse"),
    left_out(
        "MessageDisplay",
        Tells::Nothing,
        "repeats in pieces what Stop and the stream tell whole",
    ),
];

const fn asked(name: &'static str, tells: Tells, why: &'static str) -> HookEvent {
    HookEvent {
        name,
        tells,
        is_installed: true,
        why,
    }
}

const fn left_out(name: &'static str, tells: Tells, why: &'static str) -> HookEvent {
    HookEvent {
        name,
        tells,
        is_installed: false,
        why,
    }
}

/// What Claude Code's event of this name tells; none if it is not known.
pub fn of_claude_code(name: &str) -> Option<Tells> {
    let event = OF_CLAUDE_CODE.iter().find(|event| event.name == name);
    event.map(|event| event.tells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_listed_once_with_its_reason() {
        for (at, event) in OF_CLAUDE_CODE.iter().enumerate() {
            assert!(!event.why.is_empty(), "{}", event.name);
            assert!(OF_CLAUDE_CODE[..at].iter().all(|other| other.name != event.name));
        }
        let left_out = OF_CLAUDE_CODE.iter().filter(|event| !event.is_installed);
        let names: Vec<&str> = left_out.map(|event| event.name).collect();
        assert_eq!(names, ["WorktreeCreate", "PostToolBatch", "MessageDisplay"]);
    }
}
