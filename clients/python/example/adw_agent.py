"""Runs an agent: stores its prompt and its stream as files, and reports every line as it arrives."""

import difflib
import json
import logging
import os
import pathlib
import subprocess
import sys

logger = logging.getLogger("adw_modules.agent")

#: In a project of your own: `["claude"]`.
AGENT = [sys.executable, str(pathlib.Path(__file__).resolve().parent / "fake_agent.py")]


class AgentFailed(Exception):
    """The agent ended with an error, or without a result."""


def run_agent(script, agent, prompt):
    """Runs an agent in the workflow's own folder; returns the text of its result."""
    folder = script.folder / agent
    command = prompt.split()[0].lstrip("/")
    (folder / "prompts").mkdir(parents=True, exist_ok=True)
    (folder / "prompts" / (command + ".txt")).write_text(prompt, encoding="utf-8")
    logger.debug("%s gets %s", agent, prompt)
    result = None
    arguments = [*AGENT, "-p", prompt, "--output-format", "stream-json", "--verbose"]
    with open(folder / "raw_output.jsonl", "w", encoding="utf-8") as stream:
        process = subprocess.Popen(arguments, cwd=script.worktree, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        lines = Lines(script.notifier, agent)
        for text in process.stdout:
            stream.write(text)
            stream.flush()
            line = lines.hand_over(text)
            if line.get("type") == "result":
                result = line
        process.wait()
    if result is None or result.get("is_error"):
        raise AgentFailed("%s: %s" % (agent, (result or {}).get("result") or "it ended without a result"))
    logger.info("%s took %d turns", agent, result["num_turns"])
    return result["result"]


class Lines:
    """The lines of one stream. adwatch may also read them from the file: by `uuid` and `block_index`, and by the ids of tool
    calls, both copies become one event. If the file is watched, this class is not needed."""

    def __init__(self, notifier, agent):
        self.notifier, self.agent = notifier, agent
        #: Calls without an answer yet: their name and input.
        self.open = {}

    def hand_over(self, text):
        """Reports one line, block by block; returns the line."""
        try:
            line = json.loads(text)
        except ValueError:
            return {}
        message = line.get("message") or {}
        about = {name: line.get(name) for name in ("session_id", "uuid", "timestamp", "parent_tool_use_id")}
        about.update(agent=self.agent, message_id=message.get("id"), model=message.get("model"), usage=message.get("usage"))
        if line.get("type") == "system" and line.get("subtype") == "init":
            told = {name: line.get(name) for name in ("session_id", "model", "cwd")}
            self.notifier.send_agent_state_update("session_started", told, **{**about, "model": line.get("model")})
        elif line.get("type") == "result":
            names = ("session_id", "subtype", "is_error", "num_turns", "duration_ms", "result", "usage")
            told = {**{name: line.get(name) for name in names}, "cost_usd": line.get("total_cost_usd")}
            self.notifier.send_agent_state_update("session_ended", told, agent=self.agent, uuid=line.get("uuid"))
        elif line.get("type") in ("assistant", "user") and isinstance(message.get("content"), list):
            for index, block in enumerate(message["content"]):
                self._block(block, {**about, "block_index": index})
        return line

    def _block(self, block, about):
        kind = block.get("type")
        if kind == "text" and about["message_id"]:
            self.notifier.send_text_block(block.get("text"), **about)
        elif kind == "thinking":
            self.notifier.send_agent_thinking(block.get("thinking"), **about)
        elif kind == "tool_use":
            self.open[block.get("id")] = (block.get("name"), block.get("input") or {})
            self.notifier.send_tool_execution(block.get("name"), "pre", block.get("id"), block.get("input"), **about)
        elif kind == "tool_result":
            name, given = self.open.pop(block.get("tool_use_id"), (None, {}))
            failed = bool(block.get("is_error"))
            answer = {"output": block.get("content"), "success": not failed}
            self.notifier.send_tool_execution(name, "post", block.get("tool_use_id"), **answer, **about)
            if not failed and "file_path" in given:
                self._file(name, given, block.get("tool_use_id"), about)

    def _file(self, tool, given, tool_use_id, about):
        """What a call did to a file."""
        operation = {"Read": "read", "Write": "create", "Edit": "modify"}.get(tool)
        if operation is None:
            return
        old, new = given.get("old_string", ""), given.get("new_string", given.get("content", ""))
        diff = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm=""))[2:]
        counts = {}
        if operation != "read":
            counts = {
                "lines_added": sum(line[:1] == "+" for line in diff),
                "lines_removed": sum(line[:1] == "-" for line in diff),
            }
        about = {name: about[name] for name in ("agent", "session_id", "timestamp", "parent_tool_use_id")}
        about.update(tool_use_id=tool_use_id, tool_name=tool)
        path = os.fspath(given["file_path"])
        self.notifier.send_file_operation(path, operation, "\n".join(diff) or None, **counts, **about)
