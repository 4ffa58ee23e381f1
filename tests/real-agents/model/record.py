"""What the model really sent in one run: the truth that all else is compared with."""

from __future__ import annotations

import threading
import time
from dataclasses import asdict, dataclass, field, is_dataclass

from script import Call, Delegate, Redacted, Say, Scenario, Think


@dataclass(frozen=True)
class Tokens:
    """Of one message. `output` holds what was thought, too."""

    fresh: int = 0
    cached: int = 0
    written: int = 0
    output: int = 0
    thought: int = 0

    @staticmethod
    def of_step(step: int, blocks: list, writes_cache: bool) -> Tokens:
        thought = 20 if any(isinstance(block, Think) for block in blocks) else 0
        return Tokens(
            fresh=120 + 7 * step,
            cached=900 * step,
            written=(310 + 10 * step) if writes_cache else 0,
            output=45 + 3 * step + thought,
            thought=thought,
        )

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(*(mine + theirs for mine, theirs in zip(asdict(self).values(), asdict(other).values())))

    @property
    def input(self) -> int:
        return self.fresh + self.cached + self.written


@dataclass
class Reply:
    """One message. `calls` are (id, call); the sub-agents among them keep their `Delegate`."""

    scene: str | None
    step: int
    tokens: Tokens
    texts: list[str]
    thoughts: list[str]
    calls: list[tuple[str, Call, Delegate | None]]
    whole: bool = False
    at: float = field(default_factory=time.time)


class Record:
    def __init__(self, scenario: Scenario, run: str):
        self.scenario, self.run = scenario, run
        self.lock = threading.Lock()
        self.replies: list[Reply] = []
        self.troubles: list[tuple[str, int, int]] = []
        self.notes: list[str] = []
        self._spent: dict[tuple[str, int], int] = {}
        self._broken: set[tuple[str, int]] = set()
        self._number = 0

    def number(self) -> int:
        with self.lock:
            self._number += 1
            return self._number

    def trouble(self, scene: str, step: int):
        """The next trouble that the script has for this step, if any is left."""
        script = self.scenario.scenes[scene]
        with self.lock:
            spent = self._spent.get((scene, step), 0)
            due = script.troubles.get(step, [])
            found = due[spent] if spent < len(due) else script.forever
            if found:
                self._spent[scene, step] = spent + 1
                self.troubles.append((scene, step, found.status))
            return found

    def breaks_now(self, scene: str, step: int) -> bool:
        with self.lock:
            due = step in self.scenario.scenes[scene].breaks and (scene, step) not in self._broken
            self._broken.add((scene, step))
            return due

    def open(self, scene: str | None, step: int, tokens: Tokens, blocks: list, ids: list[str], delegates: list) -> Reply:
        calls = [block for block in blocks if isinstance(block, Call)]
        reply = Reply(
            scene,
            step,
            tokens,
            [block.text for block in blocks if isinstance(block, Say)],
            [block.text for block in blocks if isinstance(block, Think)],
            list(zip(ids, calls, delegates)),
        )
        with self.lock:
            self.replies.append(reply)
        return reply

    def note(self, text: str) -> None:
        with self.lock:
            self.notes.append(text)

    def as_lines(self) -> list[dict]:
        def plain(value):
            if is_dataclass(value):
                return {key: plain(item) for key, item in vars(value).items()}
            if isinstance(value, (list, tuple)):
                return [plain(item) for item in value]
            return value

        return [plain(reply) for reply in self.replies] + [
            {"trouble": list(trouble)} for trouble in self.troubles
        ] + [{"note": note} for note in self.notes]


UNSCRIPTED = [Say("A title")]
__all__ = ["Record", "Redacted", "Reply", "Tokens", "UNSCRIPTED"]
