"""Behaves like the Claude CLI in stream-json mode, without a model: it thinks, plans, reads, writes and runs commands, with one line per block.

    python3 fake_agent.py -p "/implement specs/plan.md" --output-format stream-json --verbose

The files it edits are real, in the folder it runs in. `FAKE_AGENT_PACE` is the pause between two lines in seconds (default 0.05),
`FAKE_AGENT_FAILS` the command at which it gives up, for example `/test`.
"""

import argparse
import datetime
import json
import os
import pathlib
import subprocess
import sys
import time
import uuid

MODEL = "fake-model-1"
CODE = "def greet(name):\n    return 'Hello, ' + name\n"
BETTER = "def greet(name='world'):\n    return 'Hello, %s!' % name\n"
TEST = "import greeting\n\nassert greeting.greet() == 'Hello, world!'\nassert greeting.greet('Ada') == 'Hello, Ada!'\nprint('2 passed')\n"


class Session:
    """One conversation, written to stdout."""

    def __init__(self, pace_s):
        self.session_id = str(uuid.uuid4())
        self.pace_s = pace_s
        self.began = time.monotonic()
        self.turns = 0
        self.write({"type": "system", "subtype": "init", "cwd": os.getcwd(), "model": MODEL, "tools": ["Read", "Write", "Bash"]})

    def write(self, line):
        time.sleep(self.pace_s)
        print(json.dumps({**line, "session_id": self.session_id, "uuid": str(uuid.uuid4())}), flush=True)

    def assistant(self, block):
        self.turns += 1
        usage = {"input_tokens": 12, "cache_read_input_tokens": 2400, "cache_creation_input_tokens": 0, "output_tokens": 64}
        message = {"id": "msg_%s_%d" % (self.session_id[:8], self.turns), "type": "message", "role": "assistant", "model": MODEL}
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {"type": "assistant", "message": {**message, "content": [block], "usage": usage}, "parent_tool_use_id": None}
        self.write({**line, "timestamp": now})

    def think(self, thinking):
        self.assistant({"type": "thinking", "thinking": thinking, "signature": "c2lnbmF0dXJl"})

    def say(self, text):
        self.assistant({"type": "text", "text": text})

    def call(self, name, tool_input):
        """Calls a tool and writes its answer."""
        tool_use_id = "toolu_" + uuid.uuid4().hex[:24]
        self.assistant({"type": "tool_use", "id": tool_use_id, "name": name, "input": tool_input})
        try:
            answer, is_error = TOOLS[name](**tool_input), False
        except Exception as error:
            answer, is_error = str(error), True
        block = {"type": "tool_result", "tool_use_id": tool_use_id, "content": answer, "is_error": is_error}
        self.write({"type": "user", "message": {"role": "user", "content": [block]}, "parent_tool_use_id": None})
        return answer

    def plan(self, *steps, done=0):
        states = ["completed"] * done + ["in_progress"] + ["pending"] * len(steps)
        todos = [{"content": step, "status": state, "activeForm": step} for step, state in zip(steps, states)]
        self.call("TodoWrite", {"todos": todos})

    def end(self, result, is_error=False):
        line = {"type": "result", "subtype": "success", "is_error": is_error, "num_turns": self.turns, "result": result}
        took_ms = int((time.monotonic() - self.began) * 1000)
        usage = {"input_tokens": 12 * self.turns, "output_tokens": 64 * self.turns}
        self.write({**line, "duration_ms": took_ms, "total_cost_usd": round(0.01 * self.turns, 4), "usage": usage})
        return 1 if is_error else 0


def read(file_path):
    return pathlib.Path(file_path).read_text()


def write(file_path, content):
    path = pathlib.Path(file_path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return "File created successfully at: %s" % file_path


def edit(file_path, old_string, new_string):
    text = read(file_path)
    if old_string not in text:
        raise ValueError("String to replace not found in file.")
    pathlib.Path(file_path).write_text(text.replace(old_string, new_string, 1))
    return "The file %s has been updated." % file_path


def bash(command, description=""):
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise RuntimeError("Exit code %d\n%s%s" % (done.returncode, done.stdout, done.stderr))
    return done.stdout


TOOLS = {
    "Read": read,
    "Write": write,
    "Edit": edit,
    "Bash": bash,
    "TodoWrite": lambda todos: "Todos have been modified successfully.",
}


def classify(session, argument):
    session.think("It asks for something new, not for a repair.")
    return "/feature"


def feature(session, plan_file):
    session.think("A plan needs the files, the steps and how to see that it worked.")
    session.plan("Read the code", "Write the plan")
    session.call("Bash", {"command": "ls", "description": "What is there"})
    session.call("Write", {"file_path": plan_file, "content": "# Greet anybody\n\n1. Give `greet` a default.\n2. Test it.\n"})
    session.plan("Read the code", "Write the plan", done=1)
    return "The plan is in %s" % plan_file


def implement(session, plan_file):
    session.plan("Read the plan", "Write greeting.py", "Test by hand")
    session.call("Read", {"file_path": plan_file})
    session.say("I begin with the function as it is, and then give it a default.")
    session.call("Write", {"file_path": "greeting.py", "content": CODE})
    session.plan("Read the plan", "Write greeting.py", "Test by hand", done=1)
    session.call("Edit", {"file_path": "greeting.py", "old_string": CODE, "new_string": BETTER})
    session.plan("Read the plan", "Write greeting.py", "Test by hand", done=2)
    session.call("Bash", {"command": "%s -c 'import greeting; print(greeting.greet())'" % sys.executable})
    return "greeting.py greets anybody."


def test(session, argument):
    session.think("There are no tests yet: two assertions will do.")
    session.call("Write", {"file_path": "test_greeting.py", "content": TEST})
    answer = session.call("Bash", {"command": "%s test_greeting.py" % sys.executable, "description": "Run the tests"})
    return json.dumps({"passed": "2 passed" in answer})


COMMANDS = {"/classify_issue": classify, "/feature": feature, "/implement": implement, "/test": test}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-p", "--print", dest="prompt", required=True)
    parser.add_argument("--output-format", choices=["stream-json"], default="stream-json")
    parser.add_argument("--verbose", action="store_true")
    command, _, argument = parser.parse_args().prompt.partition(" ")
    session = Session(float(os.environ.get("FAKE_AGENT_PACE", "0.05")))
    if command == os.environ.get("FAKE_AGENT_FAILS"):
        return session.end("API Error: overloaded", is_error=True)
    result = COMMANDS[command](session, argument)
    session.say(result)
    return session.end(result)


if __name__ == "__main__":
    sys.exit(main())
