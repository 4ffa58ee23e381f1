//! What an agent does in a play, in the words of its tools.

use serde_json::json;

use super::{Author, ToolResult};
use crate::play::FileChange;
use crate::subject::{FileEdit, NewFile};

impl Author {
    pub fn read(&mut self, path: &str, text: &str) {
        let numbered: Vec<String> = text
            .lines()
            .enumerate()
            .map(|(at, line)| format!("{:>6}→{line}", at + 1))
            .collect();
        let file_path = format!("{}/{path}", self.worktree());
        let mut result = ToolResult::new(numbered.join("\n"), self.dice.between(18, 90));
        result.details = json!({"type": "text", "file": {"filePath": file_path, "content": text, "numLines": numbered.len(), "startLine": 1, "totalLines": numbered.len()}});
        self.call("Read", json!({"file_path": file_path}), result);
    }

    pub fn search(&mut self, pattern: &str, found: &[String]) {
        let mut result = ToolResult::new(
            format!("Found {} files\n{}", found.len(), found.join("\n")),
            self.dice.between(60, 240),
        );
        result.details = json!({"mode": "files_with_matches", "filenames": found, "numFiles": found.len()});
        self.call(
            "Grep",
            json!({"pattern": pattern, "output_mode": "files_with_matches"}),
            result,
        );
    }

    pub fn bash(&mut self, command: &str, description: &str, result: ToolResult) {
        self.call("Bash", json!({"command": command, "description": description}), result);
    }

    pub fn edit(&mut self, change: &FileEdit) {
        let file_path = format!("{}/{}", self.worktree(), change.path);
        let lines = change.lines();
        let hunk = json!({"oldStart": change.line, "oldLines": change.removed(), "newStart": change.line, "newLines": change.added(), "lines": lines});
        let mut result = ToolResult::new(
            format!("The file {file_path} has been updated."),
            self.dice.between(8, 40),
        );
        result.details = json!({"filePath": file_path, "oldString": change.before, "newString": change.after, "originalFile": null, "structuredPatch": [hunk], "userModified": false, "replaceAll": false});
        let head = format!("@@ -{0},{1} +{0},{2} @@", change.line, change.removed(), change.added());
        result.file = Some(FileChange {
            operation: "modify",
            path: change.path.clone(),
            diff: format!("{head}\n{}", lines.join("\n")),
            lines_added: change.added(),
            lines_removed: change.removed(),
        });
        self.call("Edit", json!({"file_path": file_path, "old_string": change.before, "new_string": change.after, "replace_all": false}), result);
    }

    pub fn write(&mut self, file: &NewFile) {
        let file_path = format!("{}/{}", self.worktree(), file.path);
        let count = file.text.lines().count();
        let lines: Vec<String> = file.text.lines().map(|line| format!("+{line}")).collect();
        let mut result = ToolResult::new(
            format!("File created successfully at: {file_path}"),
            self.dice.between(8, 40),
        );
        result.details = json!({"type": "create", "filePath": file_path, "content": file.text, "structuredPatch": [], "originalFile": null});
        result.file = Some(FileChange {
            operation: "create",
            path: file.path.clone(),
            diff: format!("@@ -0,0 +1,{count} @@\n{}", lines.join("\n")),
            lines_added: count,
            lines_removed: 0,
        });
        self.call("Write", json!({"file_path": file_path, "content": file.text}), result);
    }
}
