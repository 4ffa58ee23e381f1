"""A program that drives Claude Code over its standard input: it sends prompts, and answers what it is asked for."""

from __future__ import annotations

import json
import subprocess
from typing import IO, Callable

from clis import prompt
from script import Need, Scenario


def drive(process: subprocess.Popen, scenario: Scenario, copy: IO[bytes], while_waiting: Callable[[Need], None]) -> None:
    """Copies what the CLI prints until it ends. `while_waiting` looks before an answer is given."""

    def send(value: dict) -> None:
        process.stdin.write(json.dumps(value).encode() + b"\n")
        process.stdin.flush()

    def ask() -> None:
        message = {"role": "user", "content": prompt()}
        send({"type": "user", "message": message, "parent_tool_use_id": None, "session_id": "default"})

    send({"type": "control_request", "request_id": "start", "request": {"subtype": "initialize", "hooks": None}})
    ask()
    left = scenario.turns - 1
    try:
        for line in process.stdout:
            copy.write(line)
            copy.flush()
            told = json.loads(line)
            if told.get("type") == "control_request":
                response = _decide(told["request"], scenario, while_waiting)
                send(
                    {
                        "type": "control_response",
                        "response": {"subtype": "success", "request_id": told["request_id"], "response": response},
                    }
                )
            elif told.get("type") == "result":
                if left:
                    left -= 1
                    ask()
                else:
                    process.stdin.close()
    except BrokenPipeError:
        pass


def _decide(request: dict, scenario: Scenario, while_waiting: Callable[[Need], None]) -> dict:
    need = next((need for need in scenario.needs if need.tool == request.get("tool_name")), None)
    if need:
        while_waiting(need)
    if need and need.answer is None:
        return {"behavior": "deny", "message": "not today"}
    return {"behavior": "allow", "updatedInput": request.get("input", {}) | (need.answer if need else {})}
