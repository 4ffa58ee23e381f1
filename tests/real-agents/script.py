"""The words in which scenarios are written: what the model says, what it calls, what goes wrong."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Say:
    text: str


@dataclass(frozen=True)
class Think:
    text: str


@dataclass(frozen=True)
class Redacted:
    """A thought whose text the vendor keeps to itself."""


@dataclass(frozen=True)
class Call:
    """A call of a tool. `fails`: its answer will be an error. `changes`: what it does to a file, if it works."""

    tool: str
    input: dict
    fails: bool = False
    changes: tuple[str, str] | None = None
    #: Not allowed: its answer is an error, of which no hook tells.
    denied: bool = False
    #: Refused before any hook hears of it.
    refused: bool = False
    #: Takes free text instead of JSON (Codex' patches).
    free: str | None = None

    def filled(self, task: str | None) -> Call:
        """With what only the run knows: the background task that `{task}` stands for."""
        given = {key: task if value == "{task}" else value for key, value in self.input.items()}
        return replace(self, input=given)


def call(
    tool: str, *, fails: bool = False, changes: tuple[str, str] | None = None, denied: bool = False, **given
) -> Call:
    return Call(tool, given, fails, changes, denied)


@dataclass(frozen=True)
class Delegate:
    """Starts a sub-agent, which plays a scene of its own."""

    scene: str
    description: str
    kind: str
    background: bool = False
    #: Its state in the end. If it fails, so does its call.
    ends: str = "ended"

    def as_call(self, offered: set[str]) -> Call:
        given = {"description": self.description, "prompt": f"(scene: {self.scene})", "subagent_type": self.kind}
        if "task" in offered:
            return Call("task", given, self.ends == "failed")
        given["run_in_background"] = self.background
        return Call("Agent" if "Agent" in offered else "Task", given, self.ends == "failed")


Block = Say | Think | Redacted | Call | Delegate


@dataclass(frozen=True)
class Trouble:
    """An answer of the API that is no message."""

    status: int
    kind: str
    message: str
    retry_after: str | None = None


OVERLOADED = Trouble(529, "overloaded_error", "Overloaded", "1")
TOO_MANY = Trouble(429, "rate_limit_error", "Too many requests", "1")


@dataclass(frozen=True)
class Scene:
    """One conversation: a reply for each time the model is asked."""

    replies: list[list[Block]]
    #: What comes before the reply of a step; `forever` never lets a reply through.
    troubles: dict[int, list[Trouble]] = field(default_factory=dict)
    forever: Trouble | None = None
    #: Steps whose stream first breaks in the middle.
    breaks: frozenset[int] = frozenset()
    pause_s: float = 0.01
    #: Said if the CLI asks once more, which it may or may not do when background work ends as it answers.
    afterwards: str | None = None


@dataclass(frozen=True)
class Need:
    """What a person is asked for, and what the person does about it."""

    tool: str
    kind: str
    text: str
    answer: dict | None
    choices: tuple[str, ...] = ()
    #: Whether hooks say these words.
    by_hooks: bool = True


@dataclass(frozen=True)
class Peek:
    step: int
    after_s: float
    statuses: tuple[str, ...]


@dataclass(frozen=True)
class Scenario:
    """What is played, and what is right for it beyond what the model's record says."""

    name: str
    cli: str
    scenes: dict[str, Scene]
    #: How it ends; one of several, where only a file or only hooks cannot know. `by_way` says what else is right.
    status: tuple[str, ...] = ("completed",)
    by_way: dict[str, tuple[str, ...]] = field(default_factory=dict)
    todo: list[tuple[str, str]] | None = None
    #: Arguments for the CLI.
    flags: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    #: A program speaks with the CLI over its standard input, and answers these.
    needs: tuple[Need, ...] = ()
    #: How many prompts the program sends; more than one needs it.
    turns: int = 1
    #: Sent to the CLI while the call of the first reply runs.
    kill: signal.Signals | None = None
    #: The replies that the CLI never asks for (it is stopped before).
    unplayed: int = 0
    #: Words that must be on the page.
    page: tuple[str, ...] = ()
    ways: tuple[str, ...] | None = None
    #: Background work that is stopped: a warning beside the success.
    stopped: str | None = None
    #: Prints all its lines as one array, at the end.
    one_array: bool = False
    #: Prints its result alone.
    only_result: bool = False
    #: What the page must say while it runs: so long after this reply of the main scene, one of these.
    peek: Peek | None = None
    mcp: bool = False
    #: The versions of the CLI that behave so: from this one on, and before that one.
    since: str = "0"
    before: str = "9999"

    def ends(self, way: str) -> tuple[str, ...]:
        return self.by_way.get(way, self.status)

    def suits(self, version: str) -> bool:
        def parts(text: str) -> list[int]:
            return [int(part) for part in re.findall(r"\d+", text)]

        return parts(self.since) <= parts(version) < parts(self.before)

    @property
    def ends_well(self) -> bool:
        return self.status == ("completed",)

    @property
    def hosted(self) -> bool:
        return bool(self.needs) or self.turns > 1
