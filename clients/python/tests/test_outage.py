"""Servers that are away, hang, answer with errors: nothing is lost, nothing is there twice, and no workflow waits."""

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import unittest
from unittest import mock

from .support import Case, Scripted, Silent, adwatch, until


class Outage(Case):
    def test_events_before_during_and_after_an_outage_are_stored_in_order_and_once(self):
        self.server.start()
        notifier = self.notifier()
        for n in range(20):
            notifier.send_text_block(str(n))
        self.flushed(notifier)
        self.server.stop(signal.SIGKILL)
        for n in range(20, 40):
            self.assertIs(notifier.send_text_block(str(n)), True)
        self.assertIs(notifier.flush(0.2), False)
        self.server.start()
        for n in range(40, 60):
            notifier.send_text_block(str(n))
        self.flushed(notifier)
        self.assertEqual(self.server.texts("c0a43f47"), [str(n) for n in range(60)])
        self.assertEqual(self.spool_files(), [])

    def test_a_server_killed_in_the_middle_of_batches_has_everything_in_the_end(self):
        self.server.start()
        notifier = self.notifier()
        for n in range(3000):
            notifier.send_text_block("%d %s" % (n, "x" * 500))
            if n in (1000, 2000):
                until(lambda: self.server.texts("c0a43f47"), "the first batch")
                self.server.stop(signal.SIGKILL)
                self.server.start()
        self.flushed(notifier)
        self.assertEqual([int(text.split()[0]) for text in self.server.texts("c0a43f47")], list(range(3000)))

    def test_a_process_leaves_its_spool_to_the_next(self):
        for n in range(3):
            self.publish("notifier.send_text_block(sys.argv[1])", n)
        self.assertEqual(len(self.spool_files()), 3)
        self.server.start()
        self.assertEqual(self.publish("notifier.send_text_block('own'); print(notifier.flush(20))"), "True\n")
        self.assertEqual(self.server.texts("c0a43f47"), ["0", "1", "2", "own"])
        self.assertEqual(self.spool_files(), [])

    def test_what_a_shell_script_left_by_adwatch_emit_is_sent_as_well(self):
        environment = {**os.environ, "ADWATCH_URL": self.server.url}
        for n in range(3):
            emit = [os.environ["ADWATCH_BINARY"], "emit", "c0a43f47", "log", "entry %d" % n]
            subprocess.run(emit, env=environment, check=True, capture_output=True, timeout=30)
        self.assertTrue(self.spool_files())
        self.server.start()
        notifier = self.notifier()
        # The sender that emit has left behind may be at it as well.
        until(lambda: notifier.flush(1) and not self.spool_files(), "the sending")
        self.assertEqual([payload["message"] for payload in self.server.payloads("c0a43f47")], ["entry 0", "entry 1", "entry 2"])

    def test_what_was_handed_over_survives_a_kill(self):
        code = "n = 0\nwhile True:\n    notifier.send_text_block('%d ' % n + 'x' * 3000)\n    os.write(1, b'.')\n    n += 1"
        handed_over = []
        for _ in range(3):
            process = self.publisher(code)
            process.stdout.read(400)
            process.kill()
            handed_over.append(400 + len(process.communicate()[0]))
        self.server.start()
        self.publish("notifier.flush(20)")
        stored = [int(text.split()[0]) for text in self.server.texts("c0a43f47")]
        for count in handed_over:
            # The one that was cut off may have been written as well.
            own = next(
                own for own in (count, count + 1) if stored[:own] == list(range(own)) and stored[own : own + 1] in ([], [0])
            )
            stored = stored[own:]
        self.assertEqual(stored, [])

    def test_two_publishers_on_one_spool_send_each_event_once_and_in_order(self):
        self.server.start()
        code = "for n in range(500): notifier.send_text_block('%s %d' % (sys.argv[1], n))\nprint(notifier.flush(20))"
        processes = [self.publisher(code, name) for name in "abc"]
        for process in processes:
            self.assertEqual(process.communicate(timeout=60), ("True\n", ""))
        texts = self.server.texts("c0a43f47")
        for name in "abc":
            own = [int(text.split()[1]) for text in texts if text.startswith(name)]
            self.assertEqual(own, list(range(500)))
        self.assertEqual(len(texts), 1500)

    def test_the_spool_of_a_process_that_lives_is_left_alone(self):
        living = self.publisher("notifier.send_text_block('mine')\nprint('there', flush=True)\nsys.stdin.read()")
        self.assertEqual(living.stdout.readline(), "there\n")
        [file] = self.spool_files()
        self.assertIsNone(adwatch._SpoolFile.take(file))
        living.kill()
        living.wait()
        taken = adwatch._SpoolFile.take(file)
        self.addCleanup(taken.close)
        self.assertIsNone(adwatch._SpoolFile.take(file), "nor can it be taken twice")

    def test_a_later_file_does_not_overtake_an_earlier_one_that_somebody_else_sends(self):
        folder = os.path.join(self.spool, adwatch._destination(self.server.url))
        os.makedirs(folder)
        for process, number in ((1, 1), (2, 2), (1, 3)):
            item = {"type": "text_block", "data": {"adw_id": "c0a43f47", "content": str(number)}}
            with open(os.path.join(folder, "%013d-%d-0123abcd.ndjson" % (number, process)), "w") as file:
                file.write(json.dumps(item) + "\n")
        held = adwatch._SpoolFile.take(self.spool_files()[0])
        self.server.start()
        notifier = self.notifier()
        self.flushed(notifier)
        self.assertEqual(self.server.texts("c0a43f47"), ["2"])
        held.close()
        self.flushed(notifier)
        self.assertEqual(self.server.texts("c0a43f47"), ["2", "1", "3"])

    def test_while_the_server_is_away_others_may_try_with_what_was_left(self):
        self.publish("notifier.send_text_block('left')")
        notifier = self.notifier()
        notifier.send_text_block("own")
        courier = notifier._courier
        until(lambda: courier.failures > 3, "a rest that is long enough")
        courier.rest_until += 60
        begun = courier.begun
        until(lambda: courier.begun > begun + 1, "a look around")
        taken = adwatch._SpoolFile.take(self.spool_files()[0])
        self.assertIsNotNone(taken)
        taken.close()

    def test_a_line_that_was_torn_is_skipped_and_takes_no_other_with_it(self):
        for n in range(2):
            self.publish("notifier.send_text_block(sys.argv[1])", n)
        first, second = self.spool_files()
        with open(first, "rb") as file:
            line = file.read()
        with open(first, "wb") as file:
            file.write(line[: len(line) // 2] + b"\n\n" + line + line[:40])
        with open(second, "ab") as file:
            file.write('\n{"type":"text_block","data":{"adw_id":"c0a43f47","content":"ä'.encode()[:-1] + b"\n")
        self.server.start()
        with self.assertNoLogs("adwatch") if hasattr(self, "assertNoLogs") else mock.MagicMock():
            self.flushed(self.notifier())
        self.assertEqual(self.server.texts("c0a43f47"), ["0", "1"])
        self.assertEqual(self.spool_files(), [])

    def test_a_publisher_says_nothing_on_the_terminal(self):
        printed = self.publish("notifier.send_text_block(float('nan'))\nnotifier.flush(0.3)\nnotifier.send_text_block(object())")
        self.assertEqual(printed, "")

    def test_a_host_that_does_not_resolve_and_an_address_that_is_none_raise_nothing(self):
        for url in ("http://no-such-host.invalid:1", "::", "ftp://x", "http://[", "http://a:port", "\0"):
            code = "notifier = adwatch.Notifier('a', sys.argv[1])\nnotifier.send_text_block('x'), notifier.flush(0.1), notifier.close()"
            self.publish(code if url != "\0" else code.replace("sys.argv[1]", "chr(0)"), url.replace("\0", ""))


class Hanging(Case):
    def test_calls_return_while_a_server_accepts_and_never_answers(self):
        silent = Silent()
        self.addCleanup(silent.close)
        notifier = self.notifier(url=silent.url)
        notifier.send_text_block("first")
        until(lambda: b"first" in silent.received, "the request")
        for n in range(1000):
            self.assertIs(notifier.send_text_block(str(n)), True)
        self.assertTrue(silent.held, "and the server still hangs")
        self.assertEqual(self.spooled().count(b"\n"), 1001)

    def test_a_process_ends_while_the_server_hangs_and_the_next_one_sends(self):
        silent = Silent(self.server.port)
        self.addCleanup(silent.close)
        code = "for n in range(50): notifier.send_text_block(str(n))\nnotifier.close()"
        self.publish(code)
        self.assertTrue(silent.received)
        silent.close()
        self.server.start()
        self.assertEqual(self.publish("print(notifier.flush(20))"), "True\n")
        self.assertEqual(self.server.texts("c0a43f47"), [str(n) for n in range(50)])

    def test_an_answer_that_comes_byte_by_byte_is_not_waited_for_longer_than_a_request_may_take(self):
        with mock.patch.object(adwatch, "_REQUEST_S", 0.3):
            listening = socket.create_server(("127.0.0.1", 0))
            self.addCleanup(listening.close)
            server = adwatch._Server("http://127.0.0.1:%d" % listening.getsockname()[1], None)

            def drip():
                connection, _ = listening.accept()
                with connection:
                    with self.assertRaises(OSError):
                        for byte in b"HTTP/1.1 200 OK\r\nx: " + b"y" * 10_000:
                            connection.sendall(bytes([byte]))
                            stopped.wait(0.05)
                    ended.set()

            stopped, ended = threading.Event(), threading.Event()
            threading.Thread(target=drip, daemon=True).start()
            with self.assertRaises(OSError):
                server.post(b"{}\n")
            self.assertTrue(ended.wait(20), "the connection was closed")


class Answers(Case):
    """What a server may say, and what becomes of the events."""

    def posting(self, url):
        server = adwatch._Server(url, None)
        self.addCleanup(server.close)
        return server

    def scripted(self, answer):
        server = Scripted(answer)
        self.addCleanup(server.close)
        return server

    @staticmethod
    def ok(refused=()):
        return 200, {}, json.dumps({"status": "success", "refused": list(refused)}).encode()

    @staticmethod
    def content(line):
        return json.loads(line)["data"]["payload"].get("content")

    def test_batches_are_bounded_and_the_connection_is_kept(self):
        server = self.scripted(lambda lines: self.ok())
        notifier = self.notifier(url=server.url, token="secret")
        for n in range(1200):
            notifier.send_text_block(str(n))
        for n in range(4):
            notifier.send_text_block("x" * 600_000)
        notifier.send_text_block("y" * 3_000_000)
        self.flushed(notifier)
        sizes = [len(lines) for lines, _, _ in server.requests]
        self.assertEqual(sum(sizes), 1205)
        self.assertLessEqual(max(sizes), 500)
        for lines, headers, _ in server.requests:
            self.assertTrue(len(lines) == 1 or int(headers["content-length"]) <= 1024 * 1024)
            self.assertEqual((headers["authorization"], headers["content-type"]), ("Bearer secret", "application/x-ndjson"))
        self.assertEqual(len({port for _, _, port in server.requests}), 1)

    def test_what_is_refused_is_given_up_alone(self):
        def answer(lines):
            if any(self.content(line) == "bad" for line in lines):
                return 413 if len(lines) > 3 else 400, {}, b"{}"
            return self.ok()

        server = self.scripted(answer)
        notifier = self.notifier(url=server.url)
        with self.assertLogs("adwatch", "WARNING") as logs:
            for n in range(20):
                notifier.send_text_block("bad" if n in (7, 13) else str(n))
            self.flushed(notifier)
            notifier.close()
        taken = [self.content(line) for lines, _, _ in server.requests for line in lines if not self.is_answered_badly(lines)]
        self.assertEqual(taken[:18], [str(n) for n in range(20) if n not in (7, 13)])
        self.assertEqual(len([line for line in logs.output if "rejected" in line]), 1, "told once")
        self.assertEqual(self.report(server)["refused"], 2)

    def is_answered_badly(self, lines):
        return any(self.content(line) == "bad" for line in lines)

    def report(self, server):
        items = [json.loads(line) for lines, _, _ in server.requests for line in lines]
        return [item["data"]["payload"] for item in items if item["type"] == "publisher_report"][-1]

    def test_refusals_of_a_batch_that_was_taken_are_counted_and_not_repeated(self):
        server = self.scripted(lambda lines: self.ok([{"index": 0, "field": "run", "reason": "run must be a number"}]))
        notifier = self.notifier(url=server.url)
        notifier.send_text_block("a", run="first")
        self.flushed(notifier)
        notifier.close()
        self.assertEqual([len(lines) for lines, _, _ in server.requests], [1, 1])
        self.assertEqual(self.report(server)["refused"], 1)

    def test_a_server_that_is_busy_is_left_alone_for_as_long_as_it_says(self):
        answers = iter([(503, {"retry-after": "37"}, b"{}"), (429, {}, b"{}"), (401, {}, b"{}"), (302, {"location": "/"}, b"")])
        server = self.scripted(lambda lines: next(answers, self.ok()))
        notifier = self.notifier(url=server.url)
        clock = FakeClock(self)
        notifier.send_text_block("a")
        until(lambda: notifier._courier.failures == 1, "the first answer")
        self.assertGreaterEqual(notifier._courier.rest_until - clock.now(), 36)
        clock.ahead(30)
        begun = notifier._courier.begun
        until(lambda: notifier._courier.begun > begun + 1, "a look at the clock")
        self.assertEqual(len(server.requests), 1, "30 s are not enough")
        clock.ahead(40)
        for count in (2, 3, 4, 5):
            until(lambda: len(server.requests) >= count, "request %d" % count)
            clock.ahead(40)
        self.flushed(notifier)
        # A report may come along, since so much time went by.
        self.assertTrue(all(self.content(lines[0]) == "a" for lines, _, _ in server.requests))

    def test_rests_grow_up_to_half_a_minute_and_are_random(self):
        courier = adwatch._Courier("http://127.0.0.1:1", None, self.spool, 1 << 20)
        with mock.patch("random.uniform", side_effect=lambda low, high: high) as uniform:
            for _ in range(40):
                courier._failed(0.0, "away")
        longest = [call.args for call in uniform.call_args_list]
        self.assertEqual(longest[:8], [(0, 0.25 * 2**n) for n in range(7)] + [(0, 30.0)])
        self.assertEqual(longest[-1], (0, 30.0))

    def test_a_connection_that_the_server_closed_while_idle_is_no_failure(self):
        server = self.scripted(lambda lines: (200, {"connection": "close", "x": "y"}, b'{"refused":[]}'))
        post = self.posting(server.url)
        self.assertEqual(post.post(b"{}\n")[0], 200)
        self.assertIsNone(post.connection, "it said that it closes")
        server = self.scripted(lambda lines: self.ok())
        post = self.posting(server.url)
        self.assertEqual(post.post(b"{}\n")[0], 200)
        post.connection.sock.shutdown(socket.SHUT_RDWR)
        self.assertEqual(post.post(b"{}\n")[0], 200)

    def test_a_proxy_is_used_for_other_machines_only(self):
        proxy = self.scripted(lambda lines: self.ok())
        with mock.patch.dict(os.environ, {"http_proxy": proxy.url.replace("//", "//me:word@"), "no_proxy": "direct.invalid"}):
            server = self.scripted(lambda lines: self.ok())
            self.assertEqual(self.posting(server.url).post(b"{}\n")[0], 200)
            self.assertEqual((len(server.requests), len(proxy.requests)), (1, 0))
            self.assertEqual(self.posting("http://elsewhere.invalid:4600").post(b"{}\n")[0], 200)
            [(_, headers, _)] = proxy.requests
            self.assertEqual((headers["host"], headers["proxy-authorization"]), ("elsewhere.invalid:4600", "Basic bWU6d29yZA=="))
            with self.assertRaises(OSError):
                self.posting("http://direct.invalid:4600").post(b"{}\n")


class Encrypted(Case):
    def test_events_go_over_tls_to_a_server_whose_certificate_is_trusted_and_to_no_other(self):
        certificate, key = os.path.join(self.folder, "certificate.pem"), os.path.join(self.folder, "key.pem")
        request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
        request += ["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate]
        if not shutil.which("openssl") or subprocess.run(request, capture_output=True).returncode:
            self.skipTest("no certificate can be made here")
        server = Scripted(lambda lines: Answers.ok())
        self.addCleanup(server.close)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        url = server.url.replace("http://127.0.0.1", "https://localhost")
        code = "notifier.send_text_block('x'); print(notifier.flush(float(sys.argv[1])))"
        self.assertEqual(self.publish(code, 1, url=url), "False\n")
        self.assertEqual(server.requests, [])
        self.assertEqual(self.publish(code, 20, url=url, environment={"SSL_CERT_FILE": certificate}), "True\n")
        kinds = [json.loads(line)["type"] for lines, _, _ in server.requests for line in lines]
        self.assertEqual(kinds.count("text_block"), 2, "its own, and what the first one left")


class FakeClock:
    """The monotonic clock of the module, which can be moved on."""

    def __init__(self, case):
        self.offset = 0.0
        real = adwatch.time.monotonic
        self.now = lambda: real() + self.offset
        clock = mock.patch.object(adwatch.time, "monotonic", side_effect=lambda: self.now())
        clock.start()
        case.addCleanup(clock.stop)

    def ahead(self, seconds):
        self.offset += seconds


class LongOutage(Case):
    def test_ten_minutes_without_a_server_in_fast_forward(self):
        notifier = self.notifier(url="http://127.0.0.1:%d" % self.server.port)
        clock = FakeClock(self)
        for minute in range(10):
            for n in range(20):
                notifier.send_agent_log_entry("%d:%d" % (minute, n))
            failures = notifier._courier.failures
            for _ in range(2):
                clock.ahead(30)
                until(lambda: notifier._courier.failures > failures, "another try")
        self.server.start()
        clock.ahead(31)
        until(lambda: len(self.server.events("c0a43f47")) == 200, "all events")
        messages = [payload["message"] for payload in self.server.payloads("c0a43f47")]
        self.assertEqual(messages, ["%d:%d" % (minute, n) for minute in range(10) for n in range(20)])
        notifier.close()
        self.flushed(notifier)
        reports = [event["data"]["payload"] for event in self.server.events("c0a43f47", reports=True) if event["type"] == "other"]
        self.assertGreater(max(report["backlog_ms"] for report in reports), 500_000)


class Settings(Case):
    def test_one_server_has_one_folder_whatever_it_is_called(self):
        for url, folder in [
            ("http://127.0.0.1:4600", "http_127.0.0.1_4600"),
            ("http://localhost:4600/", "http_127.0.0.1_4600"),
            ("HTTP://LocalHost:4600", "http_127.0.0.1_4600"),
            ("ws://localhost:4600/ws", "http_127.0.0.1_4600"),
            ("http://[::1]:4600", "http_127.0.0.1_4600"),
            ("http://0.0.0.0:4600//", "http_127.0.0.1_4600"),
            ("https://Adwatch.Example/Team", "https_adwatch.example_Team"),
            ("http://[2001:db8::1]:80", "http_2001_db8_1_80"),
        ]:
            self.assertEqual(adwatch._destination(adwatch._base_url(url)), folder, url)

    def test_the_spool_is_where_the_environment_says(self):
        def folder(**said):
            with mock.patch.dict(os.environ, {"HOME": "", "XDG_STATE_HOME": "", "ADWATCH_SPOOL": "", **said}):
                return adwatch._spool_folder()

        self.assertEqual(folder(HOME="/home/ada"), "/home/ada/.local/state/adwatch/spool")
        self.assertEqual(folder(HOME="/home/ada", XDG_STATE_HOME="/state"), "/state/adwatch/spool")
        self.assertEqual(folder(HOME="/home/ada", XDG_STATE_HOME="state"), "/home/ada/.local/state/adwatch/spool")
        self.assertEqual(folder(ADWATCH_SPOOL="/s"), "/s")
        self.assertTrue(folder().endswith("/adwatch-spool-%d" % os.geteuid()))

    def test_the_environment_says_who_speaks_to_whom(self):
        said = {"ADWATCH_URL": "http://127.0.0.1:1/", "ADWATCH_ADW_ID": "e", "ADWATCH_AGENT": "ops", "ADWATCH_TOKEN": "t"}
        with mock.patch.dict(os.environ, said):
            notifier = adwatch.Notifier()
            self.assertEqual((notifier.server_url, notifier.adw_id, notifier.agent), ("http://127.0.0.1:1", "e", "ops"))
            self.assertEqual(notifier._courier.token, "t")
            self.assertEqual(adwatch.Notifier("own", "http://127.0.0.1:2").server_url, "http://127.0.0.1:2")
            self.assertEqual(adwatch.WebSocketNotifier("own", "http://127.0.0.1:2").server_url, "http://127.0.0.1:1")
        with mock.patch.dict(os.environ, {"ADW_ID": "older"}):
            self.assertEqual(adwatch.Notifier().adw_id, "older")

    def test_switched_off_it_leaves_no_trace(self):
        self.server.start()
        code = (
            "import threading\n"
            "with notifier.stage('plan'), notifier.tool('Bash'): notifier.send_text_block('x')\n"
            "notifier.close()\n"
            "print(notifier.send_text_block('x'), notifier.flush(1), threading.active_count())"
        )
        for said in ("1", "true", "YES"):
            self.assertEqual(self.publish(code, environment={"ADWATCH_DISABLED": said}), "False True 1\n")
        self.assertFalse(os.path.exists(self.spool))
        self.assertEqual(self.server.get("/api/workflows")["workflows"], [])


if __name__ == "__main__":
    unittest.main()
