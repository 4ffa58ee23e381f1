"""The spool in hard times: full disks, its bound, forks, threads, clocks that jump."""

import ast
import collections
import copy
import os
import pickle
import shutil
import subprocess
import threading
import time
import unittest
from unittest import mock

from .support import CLIENT, Case, adwatch, until


class Drops(Case):
    def stored_and_dropped(self):
        """The messages of the log entries that are there, and how many are said to be missing."""
        logs = [event["data"]["payload"] for event in self.server.events("c0a43f47") if event["type"] == "agent_log_entry"]
        own = [log for log in logs if log.get("source") == "adwatch"]
        for log in own:
            assert log["message"] == "%d events were dropped because the spool was full" % log["dropped"], log
            assert log["level"] == "WARNING", log
        return [log["message"] for log in logs if log not in own], sum(log["dropped"] for log in own)


class FullDisk(Drops):
    def test_events_wait_in_memory_while_the_disk_is_full(self):
        os.mkdir(self.spool)
        mount = "mount -t tmpfs -o size=64k tmpfs '%s' && exec \"$@\"" % self.spool
        wrapper = ["unshare", "--mount", "sh", "-c", mount, "sh"]
        if not shutil.which("unshare") or subprocess.run([*wrapper, "true"], capture_output=True).returncode:
            self.skipTest("no file system of its own may be mounted here")
        code = (
            "for n in range(500): assert notifier.send_text_block('%d ' % n + 'x' * 1000)\n"
            "print('handed over', len(notifier._courier.memory.others) > 300, flush=True)\n"
            "sys.stdin.readline()\n"
            "print(notifier.flush(30), os.listdir(notifier._courier.folder))\n"
        )
        process = self.publisher(code, wrapper=wrapper)
        self.assertEqual(process.stdout.readline(), "handed over True\n")
        self.server.start()
        self.assertEqual(process.communicate("\n", timeout=60)[1], "")
        self.assertEqual([int(text.split()[0]) for text in self.server.texts("c0a43f47")], list(range(500)))

    def test_writes_that_are_cut_off_lose_nothing(self):
        # A file may not grow beyond 20 kB here: each is torn in the middle of a line.
        code = (
            "import resource\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
            "for n in range(300): assert notifier.send_text_block('%d ' % n + 'x' * 700)\n"
            "print('handed over', flush=True)\n"
            "sys.stdin.readline()\n"
            "print(notifier.flush(30))\n"
        )
        process = self.publisher(code)
        self.assertEqual(process.stdout.readline(), "handed over\n")
        ends = []
        for path in self.spool_files():
            with open(path, "rb") as file:
                ends.append(file.read()[-1:])
        self.assertTrue(any(end != b"\n" for end in ends), "lines were torn")
        self.server.start()
        self.assertEqual(process.communicate("\n", timeout=60), ("True\n", ""))
        self.assertEqual([int(text.split()[0]) for text in self.server.texts("c0a43f47")], list(range(300)))

    def test_without_a_folder_events_are_sent_from_memory(self):
        with open(self.spool, "w"):
            pass
        notifier = self.notifier()
        for n in range(700):
            self.assertIs(notifier.send_text_block(str(n)), True)
        self.server.start()
        self.flushed(notifier)
        self.assertEqual(self.server.texts("c0a43f47"), [str(n) for n in range(700)])

    def test_memory_is_bounded_and_what_is_dropped_is_told(self):
        with open(self.spool, "w"):
            pass
        notifier = self.notifier()
        with mock.patch.object(adwatch, "_MEMORY_EVENTS", 50):
            for n in range(200):
                notifier.send_agent_log_entry(str(n))
            notifier.send_text_block("kept")
        self.server.start()
        self.flushed(notifier)
        until(lambda: notifier.flush(1) and self.stored_and_dropped()[1], "the notice")
        stored, dropped = self.stored_and_dropped()
        self.assertEqual((len(stored) + dropped, stored[-1]), (200, "199"))
        self.assertIn("kept", self.server.texts("c0a43f47"))

    def test_a_spool_that_somebody_removed_is_made_anew(self):
        notifier = self.notifier()
        notifier.send_text_block("a")
        shutil.rmtree(self.spool)
        until(lambda: notifier._courier.spool.current is None, "the next look")
        notifier.send_text_block("b")
        self.assertEqual(len(self.spool_files()), 1)
        self.server.start()
        self.flushed(notifier)
        self.assertEqual(self.server.texts("c0a43f47"), ["a", "b"])


class Bound(Drops):
    def test_log_entries_go_first_and_all_that_goes_is_counted_and_told(self):
        bound = 200_000
        with mock.patch.dict(os.environ, {"ADWATCH_SPOOL_BYTES": str(bound)}):
            notifier = self.notifier()
        spool = notifier._courier.spool
        for n in range(3000):
            if n % 100 == 0:
                notifier.send_text_block("kept %d" % n)
                # A script that writes so much in no time would outrun the thread that makes room.
                until(lambda: not notifier._courier.memory, "room")
                self.assertLessEqual(sum(map(os.path.getsize, self.spool_files())), bound)
            notifier.send_agent_log_entry("entry %d" % n)
        self.server.start()
        self.flushed(notifier)
        stored, dropped = self.stored_and_dropped()
        self.assertGreater(dropped, 1000)
        self.assertEqual(len(stored) + dropped, 3000)
        self.assertEqual(stored[-1], "entry 2999")
        texts = [text for text in self.server.texts("c0a43f47") if text]
        self.assertEqual(texts, ["kept %d" % n for n in range(0, 3000, 100)])
        self.assertEqual(spool.own_bytes(), 0)
        notifier.close()
        self.flushed(notifier)
        [*_, report] = [
            event["data"]["payload"] for event in self.server.events("c0a43f47", reports=True) if event["type"] == "other"
        ]
        self.assertEqual(report["dropped"], dropped)

    def test_where_no_log_entry_is_left_the_oldest_go_and_a_kill_cannot_undo_what_was_told(self):
        code = (
            "for n in range(400):\n"
            "    notifier.send_text_block('%d ' % n + 'x' * 900)\n"
            "    if n % 20 == 0: time.sleep(0.05)\n"
            "spool = notifier._courier.spool\n"
            "while notifier._courier.memory or spool.own_bytes() > 100_000: time.sleep(0.01)\n"
            "print('handed over', flush=True)\n"
            "sys.stdin.read()\n"
        )
        process = self.publisher(code, environment={"ADWATCH_SPOOL_BYTES": "100000"})
        self.assertEqual(process.stdout.readline(), "handed over\n")
        process.kill()
        process.wait()
        self.server.start()
        self.flushed(self.notifier())
        stored = [int(text.split()[0]) for text in self.server.texts("c0a43f47") if text]
        _, dropped = self.stored_and_dropped()
        self.assertEqual(stored, list(range(400 - len(stored), 400)), "the newest, in their order")
        self.assertEqual(len(stored) + dropped, 400)
        self.assertGreater(dropped, 200)


class Clock(Case):
    def test_a_clock_that_jumps_does_not_reorder_files(self):
        notifier = self.notifier()
        hour = 3600 * 10**9
        real = time.time_ns
        with mock.patch.object(adwatch, "_FILE_BYTES", 1000):
            notifier._courier.spool.file_bytes = 1000
            for n, jump in enumerate([0, -hour, hour, -2 * hour, 0]):
                with mock.patch.object(adwatch.time, "time_ns", side_effect=lambda: real() + jump):
                    for m in range(10):
                        notifier.send_text_block("%d %s" % (n * 10 + m, "x" * 300))
        own = [os.path.basename(file.path) for file in notifier._courier.spool.own]
        self.assertGreater(len(own), 10)
        self.assertEqual(own, sorted(own))
        self.assertEqual(len({name[:13] for name in own}), len(own))
        self.server.start()
        self.flushed(notifier)
        self.assertEqual([int(text.split()[0]) for text in self.server.texts("c0a43f47")], list(range(50)))


class Processes(Case):
    def test_a_fork_hands_over_through_a_spool_of_its_own(self):
        code = (
            "notifier.send_text_block('parent before')\n"
            "child = os.fork()\n"
            "if child == 0:\n"
            "    notifier.send_text_block('child')\n"
            "    os._exit(0 if notifier.flush(20) else 1)\n"
            "notifier.send_text_block('parent after')\n"
            "print(notifier.flush(20), os.waitpid(child, 0)[1])\n"
        )
        self.server.start()
        for _ in range(3):
            self.assertEqual(self.publish(code), "True 0\n")
        counts = collections.Counter(self.server.texts("c0a43f47"))
        self.assertEqual(counts, {"parent before": 3, "child": 3, "parent after": 3})

    def test_a_child_does_not_hold_what_its_parent_left(self):
        code = (
            "notifier.send_text_block('parent')\n"
            "if os.fork() == 0:\n"
            "    os.close(1); os.close(2)\n"
            "    sys.stdin.read()\n"
            "    os._exit(0)\n"
        )
        parent = self.publisher(code)
        parent.wait(30)
        # The child lives as long as its stdin is open.
        self.server.start()
        self.flushed(self.notifier("other"))
        self.assertEqual(self.server.texts("c0a43f47"), ["parent"])

    def test_pools_of_processes_and_fork_in_a_thread_work(self):
        code = (
            "import concurrent.futures, multiprocessing\n"
            "def work(n): notifier.send_text_block(str(n)); return notifier.flush(20)\n"
            "notifier.send_text_block('parent')\n"
            "context = multiprocessing.get_context('fork')\n"
            "with concurrent.futures.ProcessPoolExecutor(3, mp_context=context) as pool:\n"
            "    print(all(pool.map(work, range(30))))\n"
        )
        self.server.start()
        self.assertEqual(self.publish(code), "True\n")
        self.publish("notifier.flush(20)")
        self.assertEqual(sorted(self.server.texts("c0a43f47")), sorted(["parent", *map(str, range(30))]))

    def test_a_notifier_may_be_copied_and_sent_to_another_process(self):
        self.server.start()
        state = adwatch.AdwState("c0a43f47", self.folder + "/agents", self.notifier(agent="ops"))
        for copied in (copy.deepcopy(state), pickle.loads(pickle.dumps(state))):
            copied._notifier.send_text_block("copied")
            self.assertIs(copied._notifier._courier, state._notifier._courier)
        code = (
            "import concurrent.futures, multiprocessing\n"
            "context = multiprocessing.get_context('forkserver')\n"
            "with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:\n"
            "    print(pool.submit(adwatch.Notifier.send_text_block, notifier, 'elsewhere').result())\n"
        )
        self.assertEqual(self.publish(code), "True\n")
        self.flushed(state._notifier)
        self.assertEqual(sorted(self.server.texts("c0a43f47")), ["copied", "copied", "elsewhere"])

    def test_a_fork_that_python_does_not_know_of_is_noticed(self):
        notifier = self.notifier()
        notifier.send_text_block("before")
        courier = notifier._courier
        before, (form, _) = courier.spool, courier.ids
        courier.pid -= 1
        notifier.send_text_block("after")
        self.assertIsNot(courier.spool, before)
        self.assertNotIn((form % 2).encode(), self.spooled(), "an id of the parent would be a duplicate")
        self.assertEqual(len(self.spool_files()), 2)


class Threads(Case):
    def test_eight_threads_hand_over_everything_once_and_each_in_its_order(self):
        self.server.start()
        notifier = self.notifier()

        def work(which):
            for n in range(1000):
                notifier.send_text_block("%d %d" % (which, n))

        threads = [threading.Thread(target=work, args=(which,)) for which in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.flushed(notifier)
        texts = self.server.texts("c0a43f47")
        self.assertEqual(len(texts), 8000)
        for which in range(8):
            own = [int(text.split()[1]) for text in texts if text.startswith("%d " % which)]
            self.assertEqual(own, list(range(1000)))

    def test_notifiers_share_one_thread_and_one_file(self):
        for n in range(20):
            self.notifier(str(n)).send_text_block("x")
        self.assertEqual(len(self.spool_files()), 1)

    def test_a_signal_in_the_middle_of_a_hand_over_may_hand_over_itself(self):
        code = (
            "import signal\n"
            "signal.signal(signal.SIGALRM, lambda *_: notifier.send_text_block('signal'))\n"
            "signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)\n"
            "for n in range(5000): notifier.send_text_block(str(n))\n"
            "signal.setitimer(signal.ITIMER_REAL, 0)\n"
            "print(notifier.flush(20))\n"
        )
        self.server.start()
        self.assertEqual(self.publish(code), "True\n")
        texts = self.server.texts("c0a43f47")
        self.assertEqual([text for text in texts if text != "signal"], [str(n) for n in range(5000)])
        self.assertIn("signal", texts)


class Language(unittest.TestCase):
    def test_python_3_9_can_read_it(self):
        found = [os.path.join(folder, name) for folder, _, names in os.walk(CLIENT) for name in names if name.endswith(".py")]
        self.assertIn(os.path.join(CLIENT, "adwatch.py"), found)
        for path in found:
            with open(path, encoding="utf-8") as file:
                ast.parse(file.read(), path, feature_version=(3, 9))

    def test_annotations_hold_at_run_time_too(self):
        # `X | Y` would be a TypeError in 3.9 where it is evaluated; here every annotation is one that `typing` knows.
        with open(os.path.join(CLIENT, "adwatch.py"), encoding="utf-8") as file:
            tree = ast.parse(file.read())
        annotations = [node for node in ast.walk(tree) if isinstance(node, (ast.arg, ast.AnnAssign)) and node.annotation]
        unions = [ast.unparse(node) for node in annotations for part in ast.walk(node.annotation) if isinstance(part, ast.BinOp)]
        self.assertGreater(len(annotations), 100)
        self.assertEqual(unions, [])


if __name__ == "__main__":
    unittest.main()
