"""The example workflow, run whole: with the server up, and with the server away the whole time."""

import collections
import glob
import json
import os
import subprocess
import sys
import unittest

from .support import CLIENT, Case, until

EXAMPLE = os.path.join(CLIENT, "example")
LOG_LINE = " - %s - "


class Example(Case):
    def setUp(self):
        super().setUp()
        self.project = self.folder

    def run_it(self, code=0, **environment):
        said = {**os.environ, "ADWATCH_URL": self.server.url, "FAKE_AGENT_PACE": "0.01", **environment}
        command = [sys.executable, os.path.join(EXAMPLE, "adw_sdlc_iso.py"), "482", "c0a43f47"]
        done = subprocess.run(command, cwd=self.project, env=said, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (code, "ADW ID: c0a43f47\n", ""))

    def complete(self):
        """Waits until adwatch has all that was handed over and has read all files; gives the events."""
        self.flushed(self.notifier("another"))
        until(lambda: sum(self.read_bytes().values()) == sum(self.written_bytes().values()), "the reading of all files")
        return [(event["type"], event["data"]) for event in self.server.events("c0a43f47")]

    def written_bytes(self):
        names = ("adw_state.json", "raw_output.jsonl", "execution.log")
        paths = [path for path in glob.glob(self.project + "/agents/c0a43f47/**", recursive=True) if path.endswith(names)]
        return {path: os.path.getsize(path) for path in paths}

    def read_bytes(self):
        sources = self.server.get("/api/workflows/c0a43f47/sources")["sources"]
        return {source["path"]: source["offset"] for source in sources}

    def blocks(self):
        """The blocks of all streams: what the events of the agents have to be."""
        kinds = collections.Counter()
        for path in glob.glob(self.project + "/agents/c0a43f47/*/raw_output.jsonl"):
            agent = os.path.basename(os.path.dirname(path))
            with open(path) as file:
                for line in map(json.loads, file):
                    content = (line.get("message") or {}).get("content") or [{"type": line["type"]}]
                    for block in content:
                        kinds[agent, block["type"]] += 1
        return kinds

    def assert_complete(self, events):
        self.assert_agents(events)
        self.assert_script(events)
        state = self.server.get("/api/agent-state/c0a43f47")["state"]
        with open(self.project + "/agents/c0a43f47/adw_state.json") as file:
            self.assertEqual(state, json.load(file))
        self.assertEqual(state["all_adws"], ["adw_sdlc_iso", "adw_plan_iso", "adw_build_iso", "adw_test_iso"])
        self.assertEqual(state["status"], "completed")

    def assert_agents(self, events):
        """Each block of the streams is one event, though it was read from the file and pushed as well."""
        names = {"text": "text", "thinking": "thinking", "tool_execution_pre": "tool_use", "tool_execution_post": "tool_result"}
        names.update(session_started="system", session_ended="result")
        stored = collections.Counter()
        for _, data in events:
            if data["event_type"] in names and not (data["agent"] or "").startswith("adw_"):
                stored[data["agent"], names[data["event_type"]]] += 1
        self.assertEqual(stored, self.blocks())
        self.assertGreater(sum(stored.values()), 40)
        of_agents = [
            (data["event_type"], os.path.basename(data["payload"]["path"]))
            for kind, data in events
            if kind == "file_operation" and not data["agent"].startswith("adw_")
        ]
        plan = "issue-482-adw-c0a43f47-greet-anybody.md"
        self.assertEqual(sorted(of_agents), sorted([
            ("create", plan), ("read", plan), ("create", "greeting.py"), ("modify", "greeting.py"), ("create", "test_greeting.py"),
        ]))  # fmt: skip

    def assert_script(self, events):
        """What the scripts themselves said, each once."""
        said = [(data["event_type"], data["payload"].get("workflow_name")) for kind, data in events if kind == "status_update"]
        scripts = ["adw_plan_iso", "adw_build_iso", "adw_test_iso", "adw_sdlc_iso"]
        counts = collections.Counter(said)
        for name in scripts:
            self.assertEqual((counts["started", name], counts["completed", name]), (1, 1), name)
        stages = [(data["event_type"], data["payload"]["stage"]) for kind, data in events if kind == "stage_transition"]
        self.assertEqual(
            sorted(stages),
            sorted((end, stage) for end in ("stage_started", "stage_completed") for stage in ("plan", "build", "test")),
        )
        own_files = [
            data["payload"]["path"] for kind, data in events if kind == "file_operation" and data["agent"] == "adw_build_iso"
        ]
        self.assertEqual(own_files, [os.path.realpath(self.folder) + "/trees/c0a43f47/CHANGES.md"])
        logs = [data["payload"] for kind, data in events if kind == "agent_log_entry"]
        of_files = collections.Counter(log["source"] for log in logs if log.get("source", "").endswith("execution.log"))
        self.assertEqual(of_files, self.log_entries())
        of_modules = [log["message"] for log in logs if log.get("logger") == "adw_modules.agent"]
        self.assertEqual(len(of_modules), 8)
        self.assertEqual([log["message"] for log in logs if log["level"] == "SUCCESS"], ["tests {'passed': True}"])

    def log_entries(self):
        found = collections.Counter()
        for path in glob.glob(self.project + "/agents/c0a43f47/*/execution.log"):
            with open(path) as file:
                for line in file:
                    found["/".join(path.split("/")[-2:])] += any(LOG_LINE % level in line for level in ("INFO", "ERROR"))
        return found

    def test_with_the_server_up_what_is_watched_and_pushed_is_there_once(self):
        self.server.start()
        self.run_it()
        self.assert_complete(self.complete())

    def test_with_the_server_away_the_whole_time_it_is_complete_afterwards(self):
        self.run_it()
        self.assertEqual(len(self.spool_files()), 4)
        self.server.start()
        self.assert_complete(self.complete())
        self.assertEqual(self.spool_files(), [])

    def test_what_the_scripts_left_is_taken_by_the_server_itself_in_the_order_of_its_times(self):
        self.project = os.path.join(self.folder, "unwatched")
        os.mkdir(self.project)
        self.run_it()
        self.assertEqual(len(self.spool_files()), 4)
        self.server.spool = self.spool
        self.server.start()
        until(lambda: not self.spool_files(), "the taking")
        events = [(event["type"], event["data"]) for event in self.server.events("c0a43f47")]
        self.assert_agents(events)
        self.assert_statuses(events)

    def test_with_a_server_that_watches_nothing_the_pushes_alone_tell_of_everything(self):
        self.project = os.path.join(self.folder, "unwatched")
        os.mkdir(self.project)
        self.server.start()
        self.run_it()
        self.flushed(self.notifier("another"))
        self.assertEqual(self.server.get("/api/workflows/c0a43f47/sources")["sources"], [])
        events = [(event["type"], event["data"]) for event in self.server.events("c0a43f47")]
        self.assert_agents(events)
        self.assert_statuses(events)

    def assert_statuses(self, events):
        statuses = [change["new"] for change in self.changes(events) if change["field"] == "status"]
        self.assertEqual(statuses, ["planning", "planned", "building", "built", "testing", "tested", "completed"])

    def changes(self, events):
        return [change for kind, data in events if kind == "agent_state_update" for change in data["payload"]["changed"]]

    def test_an_agent_that_fails_fails_the_workflow_and_says_why(self):
        self.server.start()
        self.run_it(code=1, FAKE_AGENT_FAILS="/implement")
        events = self.complete()
        failed = [data["payload"] for _, data in events if data["event_type"] == "failed"]
        self.assertEqual([one["workflow_name"] for one in failed], ["adw_build_iso", "adw_sdlc_iso"])
        self.assertEqual(failed[0]["message"], "AgentFailed: sdlc_implementor: API Error: overloaded")
        stages = [(data["event_type"], data["payload"]["stage"]) for kind, data in events if kind == "stage_transition"]
        self.assertEqual(stages[-1], ("stage_failed", "build"))
        self.assertEqual(self.server.get("/api/agent-state/c0a43f47")["state"]["status"], "failed")


if __name__ == "__main__":
    unittest.main()
