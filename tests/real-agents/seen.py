"""What adwatch says: its server, started for this purpose, and its answers."""

from __future__ import annotations

import json
import re
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from sandbox import Place

#: Short, so that a silence is judged while somebody waits for it; what is judged is the same.
PATIENCE = {"ADWATCH_SILENCE": "6s", "ADWATCH_TOOL_SILENCE": "12s", "ADWATCH_WAITING": "2s", "ADWATCH_SESSION_WAIT": "4s"}
SILENCE_S, TOOL_SILENCE_S = 6, 12
#: The class of the mark at the head of a page.
MARK = re.compile(r'class="st boxed (\w+)')
TITLE = re.compile(r'title="([^"]*)" class="st boxed ')


@dataclass
class Seen:
    adw_id: str
    status: str | None = None
    why: str | None = None
    card: dict = field(default_factory=dict)
    timeline: dict = field(default_factory=dict)
    events: list[dict] = field(default_factory=list)
    sources: list[dict] = field(default_factory=list)
    page: str = ""

    def of_kind(self, kind: str, event_type: str | None = None) -> list[dict]:
        return [
            event["data"]
            for event in self.events
            if event["type"] == kind and event_type in (None, event["data"]["event_type"])
        ]


class Server:
    def __init__(self, place: Place):
        self.place = place
        self.log = open(place.root / "serve.log", "wb")
        address = place.url.removeprefix("http://")
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(place.root), "ADWATCH_SPOOL": str(place.root / "spool")}
        command = [place.adwatch, "serve", "--agents", place.agents, "--listen", address, "--data", place.root / "journal"]
        self.process = subprocess.Popen(
            list(map(str, command)), cwd=place.root, env=environment | PATIENCE, stdout=self.log, stderr=self.log
        )
        deadline = time.time() + 20
        while True:
            try:
                return self.get("/healthz") and None
            except OSError:
                if time.time() > deadline or self.process.poll() is not None:
                    raise SystemExit(f"real-agents: adwatch does not serve; see {self.log.name}")
                time.sleep(0.1)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)

    def text(self, path: str) -> str:
        with urllib.request.urlopen(self.place.url + path, timeout=20) as answer:
            return answer.read().decode()

    def get(self, path: str):
        return json.loads(self.text(path))

    def card(self, adw_id: str) -> dict:
        return next((card for card in self.get("/api/workflows")["workflows"] if card["adw_id"] == adw_id), {})

    def mark(self, adw_id: str) -> tuple[str | None, str | None, str]:
        """The status on the workflow's page, its reason, and the page."""
        page = self.text(f"/w/{quote(adw_id)}")
        status, why = MARK.search(page), TITLE.search(page)
        return status and status.group(1), why and why.group(1), page

    def settled(self, adw_id: str, written: Path | None, patience_s: float) -> Seen | None:
        """All that is said of a workflow, once all was read and the status is a last one or `patience_s` are over."""
        deadline = time.time() + 15
        head, since = -1, time.time()
        while time.time() < deadline:
            try:
                now = self.get(f"/api/agent-state/{quote(adw_id)}")["seq"]
            except urllib.error.HTTPError:
                now = -1
            if now != head:
                head, since = now, time.time()
            behind = written and written.exists() and self._read(adw_id) < written.stat().st_size
            if head > 0 and not behind and time.time() - since > 1.5:
                break
            time.sleep(0.3)
        if head < 0:
            return None
        status = None
        deadline = time.time() + patience_s
        while True:
            status, why, page = self.mark(adw_id)
            if status not in (None, "running", "waiting") or time.time() > deadline:
                break
            time.sleep(0.5)
        quoted = quote(adw_id)
        return Seen(
            adw_id,
            status,
            why,
            self.card(adw_id),
            self.get(f"/api/agent-state/{quoted}")["timeline"],
            self.events(adw_id),
            self.get(f"/api/workflows/{quoted}/sources")["sources"],
            page,
        )

    def _read(self, adw_id: str) -> int:
        try:
            sources = self.get(f"/api/workflows/{quote(adw_id)}/sources")["sources"]
        except urllib.error.HTTPError:  # there is no such workflow yet
            return 0
        return sum(source["offset"] for source in sources)

    def events(self, adw_id: str) -> list[dict]:
        found: list[dict] = []
        while True:
            after = found[-1]["data"]["seq"] if found else 0
            answer = self.get(f"/api/workflows/{quote(adw_id)}/events?after={after}&limit=1000")
            found += answer["events"]
            if not answer["events"] or found[-1]["data"]["seq"] >= answer["head"]:
                return found
