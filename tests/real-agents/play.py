"""Runs one CLI once: its output goes to adwatch by a file, by `adwatch run`, by hooks, or by all of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import host
from clis import Cli
from model.record import Record
from model.server import FakeModel
from sandbox import Place
from script import Need, Scenario
from seen import Seen, SILENCE_S, Server, TOOL_SILENCE_S

#: The doors, and the CLIs whose hooks adwatch installs.
WAYS = ("file", "run", "hooks", "hooks-no-id", "all")
HOOKED = ("claude",)
AGENT = "builder"
LONGEST_S = 120


@dataclass
class Waiting:
    """What adwatch said while a person was waited for."""

    need: Need
    status: str | None
    needs: list[dict]
    on_page: bool


@dataclass
class Played:
    scenario: Scenario
    cli: Cli
    way: str
    run: str
    record: Record
    exit_code: int | None
    stream: Path
    seen: Seen | None = None
    waited: list[Waiting] = field(default_factory=list)
    #: The status while it ran, where the scenario asks for it.
    peeked: str | None = None
    seconds: float = 0

    @property
    def lines(self) -> list[dict]:
        """What the CLI printed."""
        found = []
        for line in self.stream.read_text(errors="replace").splitlines() if self.stream.exists() else []:
            try:
                told = json.loads(line)
                found += told if isinstance(told, list) else [told]
            except ValueError:
                continue
        return [line for line in found if isinstance(line, dict)]

    @property
    def has_result(self) -> bool:
        return any(line.get("type") == "result" for line in self.lines)

    def answers(self) -> int:
        """Answers of tools that Claude Code printed."""
        contents = (line["message"]["content"] for line in self.lines if line.get("type") == "user")
        blocks = (block for content in contents if isinstance(content, list) for block in content)
        return sum(block.get("type") == "tool_result" for block in blocks)

    @property
    def by_stream(self) -> bool:
        return self.way in ("file", "run", "all")

    @property
    def by_hooks(self) -> bool:
        return self.way in ("hooks", "hooks-no-id", "all")


def ways_of(scenario: Scenario) -> tuple[str, ...]:
    if scenario.ways:
        return scenario.ways
    return WAYS if scenario.cli in HOOKED else ("file", "run")


def play(scenario: Scenario, cli: Cli, way: str, place: Place, model: FakeModel, server: Server) -> Played:
    run = f"{cli.name}-{cli.version}-{scenario.name}-{way}"
    rooms = place.of_run(run)
    record = model.expect(run, scenario)
    command, environment = cli.command(scenario, rooms, model.address(run))
    environment = rooms.environment(**environment)
    told = place.agents / run / AGENT / "raw_output.jsonl"
    printed = rooms.saved / "stdout"
    if way in ("hooks", "hooks-no-id", "all"):
        rooms.install_hooks(environment)
        if way != "hooks-no-id":
            environment["ADWATCH_ADW_ID"] = run
    if way in ("run", "all"):
        wrapped = ["adwatch", "run", "--adw-id", run, "--agent", AGENT, "--agents", str(place.agents), "--", *command]
        command = [str(place.tools / "adwatch"), *wrapped[1:]]
    if way == "file":
        told.parent.mkdir(parents=True)
        printed = told
    played = Played(scenario, cli, way, run, record, None, printed)

    def look(need: Need) -> None:
        played.waited.append(_look(server, _adw_id(played, rooms.hooks), need))

    began = time.time()
    with open(printed, "wb") as out, open(rooms.saved / "stderr", "wb") as err:
        process = subprocess.Popen(
            command,
            cwd=rooms.project,
            env=environment,
            stdin=subprocess.PIPE if scenario.hosted else subprocess.DEVNULL,
            stdout=subprocess.PIPE if scenario.hosted else out,
            stderr=err,
            start_new_session=True,
        )
        try:
            if scenario.hosted:
                host.drive(process, scenario, out, look)
            if scenario.peek:
                played.peeked = _peek(server, scenario, played, rooms.hooks)
            if scenario.kill:
                _kill(process, scenario.kill, record, wrapped=way in ("run", "all"))
            played.exit_code = process.wait(LONGEST_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    played.seconds = time.time() - began
    written = told if told.exists() else None
    patience = (TOOL_SILENCE_S if scenario.kill else SILENCE_S) + 6
    adw_id = _adw_id(played, rooms.hooks)
    played.seen = server.settled(adw_id, written, patience) if adw_id else None
    rooms.tidy()
    if way in ("run", "all") and told.exists() and not printed.samefile(told):
        record.note("" if told.read_bytes() == printed.read_bytes() else "adwatch run wrote other bytes than it passed on")
    _save(played, rooms.saved)
    return played


def _adw_id(played: Played, hooks: Path) -> str:
    """A session that names no workflow becomes one of its own."""
    if played.way != "hooks-no-id":
        return played.run
    first = next(iter(sorted(hooks.iterdir())), None)
    return f"session_{json.loads(first.read_text())['session_id']}" if first else ""


def _look(server: Server, adw_id: str, need: Need) -> Waiting:
    """Long enough after the question for a call to count as waited for, and for a session to get its own workflow."""
    waiting = Waiting(need, None, [], False)
    deadline = time.time() + 9
    time.sleep(2.5)
    while time.time() < deadline:
        try:
            status, _, page = server.mark(adw_id)
            needs = server.get(f"/api/agent-state/{adw_id}")["timeline"].get("needs", [])
        except OSError:
            time.sleep(0.5)
            continue
        waiting = Waiting(need, status, needs, need.text in page)
        if needs:
            break
        time.sleep(0.5)
    return waiting


def _peek(server: Server, scenario: Scenario, played: Played, hooks: Path) -> str | None:
    deadline = time.time() + 60
    while time.time() < deadline:
        if any(reply.whole and (reply.scene, reply.step) == ("main", scenario.peek.step) for reply in played.record.replies):
            time.sleep(scenario.peek.after_s)
            try:
                return server.mark(_adw_id(played, hooks))[0]
            except OSError:
                return None
        time.sleep(0.1)
    return None


def _kill(process: subprocess.Popen, sent: signal.Signals, record: Record, wrapped: bool) -> None:
    deadline = time.time() + 60
    while time.time() < deadline and not any(reply.whole and reply.calls for reply in record.replies):
        time.sleep(0.1)
    time.sleep(2.5)
    target = process.pid
    if wrapped:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        target = int(children[0]) if children else target
    try:
        os.kill(target, sent)
    except ProcessLookupError:
        record.note("the CLI was gone before it could be killed")


def _save(played: Played, folder: Path) -> None:
    truth = {"exit_code": played.exit_code, "seconds": round(played.seconds, 1), "sent": played.record.as_lines()}
    (folder / "truth.json").write_text(json.dumps(truth, indent=1, default=str))
    if played.seen:
        seen = dict(vars(played.seen))
        (folder / "page.html").write_text(seen.pop("page"))
        events = seen.pop("events")
        (folder / "events.ndjson").write_text("".join(json.dumps(event) + "\n" for event in events))
        seen["waited"] = [vars(waiting) for waiting in played.waited]
        (folder / "seen.json").write_text(json.dumps(seen, indent=1, default=str))
