"""Every method, end to end: what the server stored is what was said."""

import collections
import dataclasses
import datetime
import enum
import logging
import math
import pathlib
import unittest

from .support import Case, adwatch


class Methods(Case):
    def setUp(self):
        super().setUp()
        self.server.start()

    def stored(self, call, **settings):
        """What is recorded for one call: kind, event_type and data."""
        notifier = self.notifier(workflow_name="adw_plan_iso", **settings)
        before = len(self.server.events("c0a43f47"))
        self.assertIs(call(notifier), True)
        self.flushed(notifier)
        return [(event["type"], event["data"]["event_type"], event["data"]) for event in self.server.events("c0a43f47")[before:]]

    def assert_stored(self, call, kind, event_type, payload):
        [(stored_kind, stored_type, data)] = self.stored(call)
        self.assertEqual((stored_kind, stored_type, data["payload"]), (kind, event_type, payload))
        self.assertEqual(data["time_source"], "source")

    def test_each_method_is_stored_as_its_kind(self):
        name = {"workflow_name": "adw_plan_iso"}
        for call, kind, event_type, payload in [
            (
                lambda n: n.send_agent_log_entry("hi", "WARNING"),
                "agent_log_entry",
                "log_entry",
                {"level": "WARNING", "message": "hi"},
            ),
            (
                lambda n: n.send_agent_log_entry("hi", details="d", context={"a": 1}),
                "agent_log_entry",
                "log_entry",
                {"level": "INFO", "message": "hi", "details": "d", "context": {"a": 1}},
            ),
            (
                lambda n: n.send_file_operation("a.py", "write", "+x", "one line", 1, 0),
                "file_operation",
                "modify",
                {"path": "a.py", "operation": "write", "diff": "+x", "summary": "one line", "lines_added": 1, "lines_removed": 0},
            ),
            (
                lambda n: n.send_file_operation("a.py", "delete"),
                "file_operation",
                "delete",
                {"path": "a.py", "operation": "delete"},
            ),
            (
                lambda n: n.send_agent_thinking("hm", 12.6, 3),
                "agent_thinking",
                "thinking",
                {"content": "hm", "duration_ms": 13, "sequence": 3},
            ),
            (
                lambda n: n.send_tool_execution("Bash", "pre", "t1", {"command": "ls"}),
                "tool_execution",
                "tool_execution_pre",
                {"tool_name": "Bash", "tool_use_id": "t1", "input": {"command": "ls"}},
            ),
            (
                lambda n: n.send_tool_execution("Bash", "post", "t1", output="a", duration_ms=5, success=True),
                "tool_execution",
                "tool_execution_post",
                {"tool_name": "Bash", "tool_use_id": "t1", "output": "a", "duration_ms": 5, "is_error": False},
            ),
            (
                lambda n: n.send_tool_execution("Bash", "post", "t2", success=False, error="exit 1"),
                "tool_execution",
                "tool_execution_post",
                {"tool_name": "Bash", "tool_use_id": "t2", "error": "exit 1", "is_error": True},
            ),
            (lambda n: n.send_text_block("done", 2), "text_block", "text", {"content": "done", "sequence": 2}),
            (
                lambda n: n.send_status_update("adw", "in_progress", "m", 40, "step"),
                "status_update",
                "in_progress",
                {"workflow_name": "adw", "status": "in_progress", "message": "m", "progress_percent": 40, "current_step": "step"},
            ),
            (lambda n: n.notify_start(), "status_update", "started", {**name, "status": "started"}),
            (
                lambda n: n.notify_progress(40, "reading"),
                "status_update",
                "in_progress",
                {**name, "status": "in_progress", "progress_percent": 40, "current_step": "reading"},
            ),
            (
                lambda n: n.notify_progress("adw", 50, "reading", "half"),
                "status_update",
                "in_progress",
                {
                    "workflow_name": "adw",
                    "status": "in_progress",
                    "progress_percent": 50,
                    "current_step": "reading",
                    "message": "half",
                },
            ),
            (
                lambda n: n.notify_complete(message="ok"),
                "status_update",
                "completed",
                {**name, "status": "completed", "message": "ok", "progress_percent": 100},
            ),
            (
                lambda n: n.notify_error("adw", "no plan", "reading"),
                "status_update",
                "failed",
                {"workflow_name": "adw", "status": "failed", "message": "no plan", "current_step": "reading"},
            ),
            (
                lambda n: n.notify_error(ValueError("no plan")),
                "status_update",
                "failed",
                {**name, "status": "failed", "message": "ValueError: no plan"},
            ),
            (
                lambda n: n.notify_stage_transition("adw", "plan", "build", "now"),
                "stage_transition",
                "stage_started",
                {"workflow_name": "adw", "stage": "build", "previous": "plan", "message": "now"},
            ),
            (
                lambda n: n.notify_stage_transition("review", status="skipped"),
                "stage_transition",
                "stage_skipped",
                {**name, "stage": "review"},
            ),
            (
                lambda n: n.send_agent_state_update("coffee_break", {"minutes": 5}),
                "other",
                "coffee_break",
                {"minutes": 5},
            ),
            (
                lambda n: n.send_agent_state_update("log_entry", {"message": "m", "level": "INFO"}, 2),
                "agent_log_entry",
                "log_entry",
                {"message": "m", "level": "INFO"},
            ),
        ]:
            with self.subTest(event_type=event_type, payload=payload):
                self.assert_stored(call, kind, event_type, payload)

    def test_fields_of_the_event_and_of_the_payload_find_their_places(self):
        at = datetime.datetime(2026, 1, 15, 12, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
        fields = {"agent": "ops", "session_id": "s1", "run": 2, "parent_tool_use_id": "t0", "timestamp": at, "own": [1]}
        [(_, _, data)] = self.stored(lambda n: n.send_text_block("x", **fields), agent="sdlc_planner", session_id="s0")
        envelope = (data["agent"], data["session_id"], data["run"], data["parent_tool_use_id"], data["timestamp"])
        self.assertEqual(envelope, ("ops", "s1", 2, "t0", "2026-01-15T10:30:00.000Z"))
        self.assertEqual(data["payload"], {"content": "x", "own": [1]})
        [(_, _, data)] = self.stored(lambda n: n.send_text_block("y"), agent="sdlc_planner", session_id="s0")
        self.assertEqual((data["agent"], data["session_id"]), ("sdlc_planner", "s0"))

    def test_events_that_share_a_key_are_one(self):
        notifier = self.notifier()
        for _ in range(2):
            notifier.send_text_block("once", event_id="mine")
            notifier.send_agent_thinking("once", uuid="u1", block_index=1)
            notifier.send_tool_execution("Bash", "pre", "t1", {})
        self.flushed(notifier)
        self.assertEqual(len(self.server.events("c0a43f47")), 3)

    def test_a_state_that_changed_is_told_field_by_field(self):
        [(_, _, first)] = self.stored(lambda n: n.send_agent_state_update({"status": "planned"}))
        [(_, _, second)] = self.stored(lambda n: n.send_agent_state_update({"status": "built"}))
        self.assertEqual(first["payload"]["state"], {"status": "planned"})
        self.assertEqual(second["payload"]["changed"], [{"field": "status", "old": "planned", "new": "built"}])

    def test_a_stage_tells_its_begin_and_how_it_ended(self):
        def work(notifier):
            with notifier.stage("plan"):
                pass
            with self.assertRaisesRegex(ValueError, "no plan"), notifier.stage("build"):
                raise ValueError("no plan")
            with self.assertRaises(SystemExit), notifier.stage("test"):
                raise SystemExit(0)
            return True

        stored = [(kind, data["payload"]["stage"], data["payload"].get("message")) for _, kind, data in self.stored(work)]
        self.assertEqual(stored, [
            ("stage_started", "plan", None), ("stage_completed", "plan", None),
            ("stage_started", "build", None), ("stage_failed", "build", "ValueError: no plan"),
            ("stage_started", "test", None), ("stage_completed", "test", None),
        ])  # fmt: skip
        ends = [event["data"]["payload"] for event in self.server.events("c0a43f47")[1::2]]
        self.assertTrue(all(isinstance(end["duration_ms"], int) for end in ends))

    def test_a_tool_tells_its_call_and_what_it_answered(self):
        def work(notifier):
            with notifier.tool("Bash", {"command": "ls"}) as call:
                call.output = "a"
            with self.assertRaises(OSError), notifier.tool("Read", {"file_path": "x"}, agent="ops", tool_use_id="t9"):
                raise OSError("not there")
            return True

        [pre, post, failed_pre, failed_post] = [data for _, _, data in self.stored(work)]
        self.assertEqual(pre["payload"]["tool_use_id"], post["payload"]["tool_use_id"])
        self.assertEqual((post["payload"]["output"], post["payload"]["is_error"]), ("a", False))
        self.assertEqual((failed_pre["agent"], failed_post["agent"]), ("ops", "ops"))
        self.assertEqual(failed_post["payload"]["tool_use_id"], "t9")
        self.assertEqual((failed_post["payload"]["error"], failed_post["payload"]["is_error"]), ("OSError: not there", True))

    def test_values_that_are_no_json_are_made_so(self):
        class Colour(enum.Enum):
            RED = "red"

        @dataclasses.dataclass
        class Issue:
            number: int

        class Rude:
            def __str__(self):
                raise RuntimeError("no")

        circular = {"name": "a"}
        circular["self"] = circular
        deep = leaf = []
        for _ in range(5000):
            leaf.append([])
            leaf = leaf[0]
        values = {
            "path": (pathlib.Path("a/b"), "a/b"),
            "time": (datetime.datetime(2026, 1, 2, 3, 4), "2026-01-02T03:04:00"),
            "bytes": (b"a\xff", "a\ufffd"),
            "set": ({2, 1}, [1, 2]),
            "nan": ([math.nan, math.inf, 1.5], [None, None, 1.5]),
            "error": (KeyError("k"), "KeyError: 'k'"),
            "surrogate": ("a\ud83d", "a?"),
            "enum": (Colour.RED, "red"),
            "dataclass": (Issue(7), {"number": 7}),
            "deque": (collections.deque([1]), [1]),
            "keys": ({2: "a", None: "b", (1, 2): "c", True: "d"}, {"2": "a", "null": "b", "(1, 2)": "c", "true": "d"}),
            "rude": (Rude(), "[Rude]"),
            "huge": (10**5000, hex(10**5000)),
            "circular": (circular, {"name": "a", "self": "[refers to itself]"}),
        }
        given = {name: value for name, (value, _) in values.items()}
        [(_, _, data)] = self.stored(lambda n: n.send_agent_state_update("odd", {**given, "deep": deep}))
        for name, (_, expected) in values.items():
            self.assertEqual(data["payload"][name], expected, name)
        self.assertIn("deep", data["payload"])
        # Each alone as well, since one that is mended makes the whole event go the slow way.
        for name, (value, expected) in values.items():
            [(_, _, data)] = self.stored(lambda n: n.send_agent_state_update("odd", {"value": value}))
            self.assertEqual(data["payload"]["value"], expected, name)

    def test_what_cannot_be_stored_is_not_handed_over_and_raises_nothing(self):
        self.assertIs(adwatch.Notifier(None, self.server.url).send_text_block("whose?"), False)
        self.assertEqual(self.spool_files(), [])
        self.assertIs(adwatch.Notifier(["a"], object()).enabled, True)

    def test_the_cost_of_handing_over_is_told(self):
        notifier = self.notifier()
        for n in range(10):
            notifier.send_text_block(str(n))
        notifier.close()
        self.flushed(notifier)
        [report] = [
            event for event in self.server.events("c0a43f47", reports=True) if event["data"]["event_type"] == "publisher_report"
        ]
        payload = report["data"]["payload"]
        self.assertEqual((payload["handed_over"], payload["dropped"], payload["refused"]), (10, 0, 0))
        self.assertEqual(payload["publisher"], "adwatch-python " + adwatch.__version__)
        self.assertLessEqual(payload["handover_p50_us"], payload["handover_p99_us"])
        self.assertGreater(payload["handover_p50_us"], 0)
        notifier.close()
        self.assertEqual(len(self.server.events("c0a43f47", reports=True)), 11, "nothing was handed over since")


class Older(Case):
    def setUp(self):
        super().setUp()
        self.server.start()

    def test_the_older_class_needs_no_other_change_than_its_import(self):
        notifier = adwatch.WebSocketNotifier("c0a43f47", self.server.url.replace("http", "ws") + "/ws", "adw", 3, retries=2)
        self.assertEqual(notifier.server_url, self.server.url)
        notifier.send_log("adw", "hello", "SUCCESS")
        notifier.notify_log("adw", "again")
        notifier.notify_start("adw", "go")
        notifier.send_status_update("adw", "in_progress", "m", 10, "Stage: Build")
        notifier.notify_stage_event({"event_type": "stage_completed", "stage_name": "Build", "duration_ms": 5})
        notifier.send_workflow_phase_transition("build", "test", "adw", {"by": "me"})
        notifier.send_agent_output_chunk("planner", "{}", 1)
        notifier.send_screenshot_available("a.png")
        notifier.send_spec_created("specs/a.md")
        self.flushed(notifier)
        stored = [(event["type"], event["data"]["event_type"]) for event in self.server.events("c0a43f47")]
        self.assertEqual(stored, [
            ("agent_log_entry", "workflow_log"), ("agent_log_entry", "workflow_log"), ("status_update", "started"),
            ("stage_transition", "stage_started"), ("status_update", "in_progress"), ("stage_transition", "stage_completed"),
            ("stage_transition", "stage_started"), ("other", "agent_output_chunk"), ("other", "screenshot_available"),
            ("other", "spec_created"),
        ])  # fmt: skip

    def test_an_address_of_older_servers_is_where_adwatch_is(self):
        for url in ("http://localhost:8002", "ws://127.0.0.1:8500/ws", None):
            self.assertEqual(adwatch.WebSocketNotifier("a", url).server_url, adwatch.DEFAULT_URL)
        self.assertEqual(adwatch.WebSocketNotifier("a").server_url, adwatch.DEFAULT_URL)
        self.assertEqual(adwatch.WebSocketNotifier("a", "https://adw.example:8002/ws").server_url, "https://adw.example:8002")


class Logs(Case):
    def setUp(self):
        super().setUp()
        self.server.start()
        self.logger = logging.getLogger("adw.test")
        self.logger.propagate = False
        self.logger.setLevel(logging.DEBUG)
        self.addCleanup(self.logger.handlers.clear)

    def test_records_are_log_entries(self):
        handler = adwatch.AdwLogHandler(self.notifier(), agent="adw_plan_iso")
        self.logger.addHandler(handler)
        self.logger.debug("one %d", 1)
        self.logger.warning("two", extra={"agent": "ops"})
        try:
            raise ValueError("three")
        except ValueError:
            self.logger.exception("failed")
        self.logger.info("elsewhere", extra={"adw_id": "other"})
        self.flushed(handler.notifier)
        data = [event["data"] for event in self.server.events("c0a43f47")]
        self.assertEqual([one["payload"]["level"] for one in data], ["DEBUG", "WARNING", "ERROR"])
        self.assertEqual([one["agent"] for one in data], ["adw_plan_iso", "ops", "adw_plan_iso"])
        self.assertEqual(data[0]["payload"]["message"], "one 1")
        self.assertEqual(data[0]["payload"]["source"], "adw.test")
        self.assertRegex(data[2]["payload"]["message"], r"(?s)\Afailed\nTraceback .*ValueError: three\Z")
        self.assertEqual([one["message"] for one in self.server.payloads("other")], ["elsewhere"])

    def test_what_adwatch_itself_says_does_not_go_around_in_a_circle(self):
        handler = adwatch.AdwLogHandler(self.notifier())
        log = logging.getLogger("adwatch")
        log.addHandler(handler)
        self.addCleanup(log.removeHandler, handler)
        adwatch._note("test", "a trouble")
        self.logger.addHandler(handler)
        self.logger.info("an event")
        self.flushed(handler.notifier)
        self.assertEqual([payload["message"] for payload in self.server.payloads("c0a43f47")], ["an event"])

    def test_a_record_that_cannot_be_formatted_raises_nothing(self):
        self.logger.addHandler(adwatch.AdwLogHandler(self.notifier()))
        self.logger.info("%d", "no number")


if __name__ == "__main__":
    unittest.main()
