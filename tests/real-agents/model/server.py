"""The fake model on loopback. The first part of a path names the run; the prompt's `(scene: NAME)` says what to play.

How often the model has spoken in a conversation is read off the request, so a request that is tried again gets the same reply.
"""

from __future__ import annotations

import gzip
import json
import re
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from model import chat, gemini, messages, responses
from model.record import UNSCRIPTED, Record, Tokens
from script import Call, Delegate, Say, Scenario

WIRES = (messages, responses, chat, gemini)
TASK = re.compile(r"(?:running in background with ID|agentId): (\w+)")
SCENE = re.compile(r"\(scene: ([\w-]+)\)")


@dataclass
class Asked:
    """What a wire reads off a request: its first words, how often the model has spoken, the tools on offer."""

    opening: str
    spoken: int
    tools: set[str]
    streams: bool
    model: str
    #: The newest background task that an answer names.
    task: str | None = None


@dataclass
class Said:
    """A message on its way out, and what the wires need to write it down."""

    number: int
    run: str
    asked: Asked
    blocks: list
    ids: list[str]
    tokens: Tokens
    pause_s: float
    breaks: bool

    def name(self, prefix: str) -> str:
        return f"{prefix}_{self.run}_{self.number:03d}"

    @property
    def calls(self) -> bool:
        return any(isinstance(block, Call) for block in self.blocks)


class FakeModel:
    def __init__(self, saved: Path):
        self.saved = saved
        self.records: dict[str, Record] = {}
        model = self

        class Handler(_Handler):
            owner = model

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def address(self, run: str) -> str:
        return f"http://127.0.0.1:{self.http.server_port}/{run}"

    def expect(self, run: str, scenario: Scenario) -> Record:
        self.records[run] = Record(scenario, run)
        return self.records[run]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: FakeModel

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.answer(200, None)

    def do_GET(self):
        path = self.path.split("?")[0]
        if path.endswith("/models"):
            return self.answer(200, {"object": "list", "data": [], "models": []})
        self.answer(404, {"type": "error", "error": {"type": "not_found_error", "message": "not played here"}})

    def do_POST(self):
        body = self.body()
        run, _, path = self.path.lstrip("/").partition("/")
        record = self.owner.records.get(run)
        wire = next((wire for wire in WIRES if wire.is_asked(path)), None)
        self.save(run, path, body)
        try:
            request = json.loads(body or b"{}")
        except ValueError:
            if record:
                record.note(f"unreadable request: {path} {self.headers.get('content-encoding')}")
            return self.answer(400, {"error": {"message": "not JSON"}})
        try:
            if path.split("?")[0].endswith(("count_tokens", ":countTokens")):
                self.answer(200, {"input_tokens": 1000, "totalTokens": 1000})
            elif wire is None or record is None:
                self.answer(200, {})
            else:
                asked = wire.asked(request, path, Asked)
                tasks = TASK.findall(body.decode("utf8", "replace"))
                asked.task = tasks[-1] if tasks else None
                self.play(record, wire, asked)
        except (BrokenPipeError, ConnectionResetError):
            if record:
                record.note(f"hung up: {path}")

    def play(self, record: Record, wire, asked: Asked) -> None:
        named = SCENE.search(asked.opening)
        scene = named.group(1) if named and asked.tools else None
        script = record.scenario.scenes.get(scene)
        step = asked.spoken
        if script and (trouble := record.trouble(scene, step)):
            headers = {"retry-after": trouble.retry_after} if trouble.retry_after else {}
            return self.answer(trouble.status, wire.trouble(trouble), **headers)
        if script and step < len(script.replies):
            blocks = script.replies[step]
        elif script and script.afterwards:
            blocks = [Say(script.afterwards)]
        elif script:
            blocks = UNSCRIPTED
            record.note(f"asked beyond the script: {scene} {step}")
        else:
            scene, blocks = None, UNSCRIPTED
        number = record.number()
        played, ids, delegates = [], [], []
        for index, block in enumerate(blocks):
            called = block.as_call(asked.tools) if isinstance(block, Delegate) else block
            if isinstance(called, Call):
                called = called.filled(asked.task)
            played.append(called)
            if isinstance(called, Call):
                ids.append(f"{wire.CALL}_{record.run}_{number:03d}_{index}")
                delegates.append(block if isinstance(block, Delegate) else None)
        tokens = Tokens.of_step(step, played, wire.WRITES_CACHE)
        breaks = bool(script) and record.breaks_now(scene, step)
        said = Said(number, record.run, asked, played, ids, tokens, script.pause_s if script else 0, breaks)
        reply = None if breaks else record.open(scene, step, tokens, played, ids, delegates)
        if asked.streams:
            self.start_stream(said.name("req"))
            for name, data in wire.stream(said):
                self.send(name, data)
                time.sleep(said.pause_s)
            self.end_stream()
        else:
            self.answer(200, wire.whole(said))
        if reply:
            reply.whole = True

    def body(self) -> bytes:
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            read = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                read += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            read = self.rfile.read(int(self.headers.get("content-length") or 0))
        return gzip.decompress(read) if self.headers.get("content-encoding") == "gzip" else read

    def save(self, run: str, path: str, body: bytes) -> None:
        folder = self.owner.saved / run
        if folder.is_dir():
            with open(folder / "requests.ndjson", "ab") as file:
                file.write(json.dumps({"path": path, "body": body.decode("utf8", "replace")}).encode() + b"\n")

    def answer(self, status: int, value, **headers) -> None:
        body = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        for name, text in headers.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def start_stream(self, request_id: str) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.send_header("request-id", request_id)
        self.end_headers()

    def send(self, name: str | None, data) -> None:
        text = data if isinstance(data, str) else json.dumps(data)
        event = (f"event: {name}\n" if name else "") + f"data: {text}\n\n"
        self.wfile.write(b"%x\r\n%s\r\n" % (len(event.encode()), event.encode()))
        self.wfile.flush()

    def end_stream(self) -> None:
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()
