"""The state document: written whole, merged with what others wrote, and told once."""

import json
import logging
import os
import stat
import threading
import unittest
from unittest import mock

from .support import Case, adwatch, until


class State(Case):
    def setUp(self):
        super().setUp()
        self.agents = os.path.join(self.folder, "agents")
        self.path = os.path.join(self.agents, "c0a43f47", "adw_state.json")

    def state(self, **settings):
        return adwatch.AdwState("c0a43f47", self.agents, self.notifier(), **settings)

    def document(self):
        with open(self.path, encoding="utf-8") as file:
            return json.load(file)

    def told(self):
        """The changes that were handed over, in their order."""
        items = [json.loads(line) for line in self.spooled().splitlines()]
        return [item["data"]["payload"]["changed"] for item in items if item["type"] == "agent_state_update"]

    def test_what_changed_is_told_with_old_and_new(self):
        state = self.state()
        state.update(status="planned", issue_number=482).save("adw_plan_iso")
        state.update(status="built", plan_file=None)
        del state.data["issue_number"]
        state.save()
        state.save()
        self.assertEqual(self.document(), {"adw_id": "c0a43f47", "status": "built", "plan_file": None})
        self.assertEqual(self.told(), [
            [{"field": "adw_id", "new": "c0a43f47"}, {"field": "issue_number", "new": 482}, {"field": "status", "new": "planned"}],
            [
                {"field": "issue_number", "old": 482},
                {"field": "plan_file", "new": None},
                {"field": "status", "old": "planned", "new": "built"},
            ],
        ])  # fmt: skip

    def test_what_others_wrote_meanwhile_stays(self):
        mine = self.state()
        mine.update(status="planned", branch_name="b").save()
        other = adwatch.AdwState.load("c0a43f47", logging.getLogger("test"), self.agents, self.notifier())
        other.update(backend_port=9100, branch_name="c").append_adw_id("adw_build_iso")
        other.save()
        mine.update(status="built").save()
        self.assertEqual(self.document(), {
            "adw_id": "c0a43f47", "status": "built", "branch_name": "c", "backend_port": 9100, "all_adws": ["adw_build_iso"],
        })  # fmt: skip
        self.assertEqual(mine.get("backend_port"), 9100)
        self.assertEqual(self.told()[-1], [{"field": "status", "old": "planned", "new": "built"}])

    def test_scripts_that_note_themselves_at_once_are_all_noted(self):
        states = [self.state() for _ in range(3)]
        for n, state in enumerate(states):
            state.append_adw_id("script %d" % n)
            state.save()
        states[0].save()
        self.assertEqual(self.document()["all_adws"], ["script 0", "script 1", "script 2"])

    def test_two_that_save_at_once_lose_nothing(self):
        def save(which):
            state = self.state()
            for n in range(30):
                state.update(**{"%s%d" % (which, n): n}).save()

        threads = [threading.Thread(target=save, args=(which,)) for which in "abc"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(self.document()), 1 + 3 * 30)

    def test_a_reader_never_sees_half_a_document_and_the_mode_stays(self):
        state = self.state()
        state.update(text="x" * 200_000).save()
        os.chmod(self.path, 0o640)
        stop, broken = threading.Event(), []

        def read():
            while not stop.is_set():
                try:
                    self.document()
                except ValueError as error:
                    broken.append(error)

        reader = threading.Thread(target=read)
        reader.start()
        for n in range(50):
            state.update(n=n).save()
        stop.set()
        reader.join()
        self.assertEqual(broken, [])
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o640)
        self.assertEqual(os.listdir(os.path.dirname(self.path)), ["adw_state.json"])

    def test_half_a_document_of_another_tool_costs_nothing_of_what_was_known(self):
        state = self.state()
        state.update(status="planned").save()
        with open(self.path, "w") as file:
            file.write('{"status": "pl')
        state.update(plan_file="p.md").save()
        self.assertEqual(self.document(), {"adw_id": "c0a43f47", "status": "planned", "plan_file": "p.md"})

    def test_load_finds_what_is_there_and_defaults_stand_for_null(self):
        self.assertIsNone(adwatch.AdwState.load("c0a43f47", agents_dir=self.agents))
        self.state().update(branch_name=None, issue="7").save()
        state = adwatch.AdwState.load("c0a43f47", agents_dir=self.agents)
        self.assertEqual((state.get("branch_name", "main"), state.get("issue"), state.get("absent")), ("main", "7", None))
        state.append_adw_id("a")
        state.append_adw_id("a")
        self.assertEqual(state.data["all_adws"], ["a"])

    def test_secrets_stay_in_the_file_and_are_told_to_nobody(self):
        secret = "ghp_" + "A1b2C3d4E5f6" * 3
        self.state().update(token=secret, path=type("P", (), {"__str__": lambda self: "p"})(), nan=float("nan")).save()
        self.assertEqual((self.document()["token"], self.document()["path"], self.document()["nan"]), (secret, "p", None))
        self.assertNotIn(secret.encode(), self.spooled())

    def test_a_file_that_cannot_be_written_is_the_callers_to_know_but_no_notifiers(self):
        with open(self.agents, "w"):
            pass
        with self.assertRaises(OSError):
            self.state().update(status="planned").save()
        self.assertIs(self.notifier().save_state({"status": "planned"}, self.agents), False)
        self.assertEqual(self.told(), [[{"field": "status", "new": "planned"}]])
        os.unlink(self.agents)
        self.assertIs(self.notifier().save_state({"status": "built"}, self.agents), True)
        self.assertEqual(self.document()["status"], "built")

    def test_the_watched_file_and_the_push_are_one_event(self):
        self.server.start()
        state = self.state()
        saves = [{"status": "planned"}, {"status": "built", "plan_file": "p.md"}, {"status": "tested"}]
        for n, fields in enumerate(saves, 1):
            state.update(**fields).save()
            self.flushed(state._notifier)
            until(lambda: len(self.server.events("c0a43f47")) >= n, "the state")
            # The watcher has read the file when it tells of it.
            until(lambda: self.bytes_read() == os.path.getsize(self.path), "the reading of the file")
        changed = [[change["field"] for change in payload["changed"]] for payload in self.server.payloads("c0a43f47")]
        self.assertEqual(changed, [["adw_id", "status"], ["plan_file", "status"], ["status"]])
        self.assertEqual(self.server.get("/api/agent-state/c0a43f47")["state"], self.document())

    def bytes_read(self):
        sources = self.server.get("/api/workflows/c0a43f47/sources")["sources"]
        return sum(source["offset"] for source in sources if source["path"].endswith("adw_state.json"))


class NoLocks(Case):
    def test_without_locks_events_wait_in_memory_and_states_are_written(self):
        with mock.patch.object(adwatch, "fcntl", None):
            state = adwatch.AdwState("c0a43f47", os.path.join(self.folder, "agents"), self.notifier())
            state.update(status="planned").save()
            self.server.start()
            self.flushed(state._notifier)
            self.assertEqual(self.spool_files(), [])
        self.assertEqual([event["type"] for event in self.server.events("c0a43f47")], ["agent_state_update"])


if __name__ == "__main__":
    unittest.main()
