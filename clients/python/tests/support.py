"""What the tests share: the real server, servers that misbehave, and publishers as processes of their own."""

import contextlib
import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request
from unittest import mock

CLIENT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, CLIENT)

import adwatch  # noqa: E402

#: Long enough for a machine that is busy with other things.
PATIENCE_S = 30.0


def until(condition, what="what was waited for"):
    """Waits until something is so; gives what the condition gave."""
    end = time.monotonic() + PATIENCE_S
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError("%s did not happen" % what)
        time.sleep(0.01)


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Server:
    """The real binary with a journal of its own; it can be stopped, killed and started again at the same address."""

    def __init__(self, folder):
        self.binary = os.environ["ADWATCH_BINARY"]
        self.folder = folder
        self.port = free_port()
        self.url = "http://127.0.0.1:%d" % self.port
        self.process = None
        #: Where it looks for what publishers left; not where the tests' publishers leave it, unless a test says so.
        self.spool = os.path.join(folder, "spool-of-the-server")

    def start(self):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ADWATCH_")}
        environment.update(
            ADWATCH_LISTEN="127.0.0.1:%d" % self.port,
            ADWATCH_DATA=os.path.join(self.folder, "journal"),
            ADWATCH_AGENTS=os.path.join(self.folder, "agents"),
            ADWATCH_SPOOL=self.spool,
            ADWATCH_LOG="warn",
            ADWATCH_DURABILITY="process",
        )
        command = [self.binary, "serve"]
        self.process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=subprocess.PIPE, text=True)
        if not self.process.stdout.readline().startswith("adwatch is at "):
            raise AssertionError("the server does not start")
        return self

    def stop(self, how=signal.SIGTERM):
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(PATIENCE_S)
            self.process.stdout.close()
            self.process = None

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=PATIENCE_S) as answer:
            return json.load(answer)

    def push(self, body):
        """Raw, as curl would."""
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(self.url + "/api/agent-state-update", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return json.load(answer)

    def events(self, adw_id, reports=False):
        """All that was recorded of a workflow, with whole bodies; none where it is unknown."""
        with contextlib.suppress(urllib.error.HTTPError):
            with urllib.request.urlopen(self.url + "/api/workflows/%s/export" % adw_id, timeout=PATIENCE_S) as answer:
                events = [json.loads(line) for line in answer.read().splitlines()]
            return [event for event in events if reports or event["data"]["event_type"] != "publisher_report"]
        return []

    def payloads(self, adw_id):
        return [event["data"]["payload"] for event in self.events(adw_id)]

    def texts(self, adw_id):
        return [payload.get("content") for payload in self.payloads(adw_id)]


class Silent:
    """A server that accepts, reads and never answers."""

    def __init__(self, port=0):
        self.listening = socket.create_server(("127.0.0.1", port))
        self.url = "http://127.0.0.1:%d" % self.listening.getsockname()[1]
        self.held = []
        self.received = b""
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listening.accept()
                self.held.append(connection)
                threading.Thread(target=self._read, args=(connection,), daemon=True).start()

    def _read(self, connection):
        with contextlib.suppress(OSError):
            while True:
                received = connection.recv(65536)
                if not received:
                    return
                self.received += received

    def close(self):
        # Closing alone would not wake the thread that accepts.
        with contextlib.suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)
        for one in [self.listening, *self.held]:
            one.close()


class Scripted(http.server.ThreadingHTTPServer):
    """Answers as it is told: `answer` takes the lines of a request and gives status, headers and body."""

    daemon_threads = True

    def __init__(self, answer):
        super().__init__(("127.0.0.1", 0), _Scripted)
        self.answer = answer
        self.url = "http://127.0.0.1:%d" % self.server_address[1]
        #: Lines, headers, and the client's port, of each request.
        self.requests = []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()


class _Scripted(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        lines = self.rfile.read(int(self.headers["content-length"])).splitlines()
        self.server.requests.append((lines, self.headers, self.client_address[1]))
        status, headers, body = self.server.answer(lines)
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


class Case(unittest.TestCase):
    """A folder, a spool and a server for each test; nothing of the caller's environment speaks along."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="adwatch-python-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ADWATCH_") and name != "ADW_ID"}
        kept["ADWATCH_BINARY"] = os.environ["ADWATCH_BINARY"]
        kept["ADWATCH_SPOOL"] = self.spool = os.path.join(self.folder, "spool")
        environment = mock.patch.dict(os.environ, kept, clear=True)
        environment.start()
        self.addCleanup(environment.stop)
        self.server = Server(self.folder)
        self.addCleanup(self.server.stop)
        adwatch._noted.clear()

    def notifier(self, adw_id="c0a43f47", **settings):
        return adwatch.Notifier(adw_id, settings.pop("url", self.server.url), **settings)

    def flushed(self, notifier):
        self.assertTrue(notifier.flush(PATIENCE_S), "not everything was acknowledged")

    def spool_files(self):
        """The files that wait, by their paths."""
        found = [os.path.join(folder, name) for folder, _, names in os.walk(self.spool) for name in names]
        return sorted(path for path in found if os.path.getsize(path))

    def spooled(self):
        written = []
        for path in self.spool_files():
            with open(path, "rb") as file:
                written.append(file.read())
        return b"".join(written)

    def publisher(self, code, *arguments, **settings):
        """A process that runs some lines of Python with a notifier called `notifier`."""
        head = "import os, sys, time\nimport adwatch\nnotifier = adwatch.Notifier('c0a43f47')\n"
        url = settings.pop("url", self.server.url)
        environment = {**os.environ, "PYTHONPATH": CLIENT, "ADWATCH_URL": url, **settings.pop("environment", {})}
        wrapper = settings.pop("wrapper", [])
        command = [*wrapper, sys.executable, "-c", head + code, *map(str, arguments)]
        pipes = {name: subprocess.PIPE for name in ("stdin", "stdout", "stderr")}
        process = subprocess.Popen(command, env=environment, cwd=self.folder, text=True, **pipes, **settings)

        def end():
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout, process.stderr):
                pipe.close()

        self.addCleanup(end)
        return process

    def publish(self, code, *arguments, **settings):
        """Runs a publisher to its end; gives what it printed, which must not be on stderr."""
        process = self.publisher(code, *arguments, **settings)
        printed, complaints = process.communicate(timeout=60)
        self.assertEqual((process.returncode, complaints), (0, ""))
        return printed
