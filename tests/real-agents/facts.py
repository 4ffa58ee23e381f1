"""Compares what adwatch says of a run with what the model sent: one row for each fact."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from clis import OPENCODE_PRICES
from model.record import Reply, Tokens
from play import Played
from seen import Seen


@dataclass(frozen=True)
class Row:
    scenario: str
    cli: str
    way: str
    what: str
    truth: Any
    seen: Any

    @property
    def ok(self) -> bool:
        return self.truth == self.seen


class Truth:
    """What of the model's messages was told at all, by this CLI and through these doors."""

    def __init__(self, played: Played):
        self.played = played
        self.scenario = played.scenario
        self.replies = [reply for reply in played.record.replies if reply.whole]
        self.depths, self.starts = {"main": 0}, {}
        for _ in self.scenario.scenes:
            for reply in self.replies:
                for _, _, delegate in reply.calls:
                    if delegate and reply.scene in self.depths:
                        self.depths[delegate.scene] = self.depths[reply.scene] + 1
                        self.starts[delegate.scene] = delegate

    def depth(self, reply: Reply) -> int:
        return self.depths.get(reply.scene, 0)

    def calls(self) -> list[tuple[Reply, str, Any]]:
        if self.scenario.only_result and not self.played.by_hooks:
            return []
        # A stream of Claude tells of sub-agents' sub-agents by task lines alone; opencode's holds the session's own calls.
        deepest = 9 if self.played.by_hooks else {"claude": 1}.get(self.scenario.cli, 0)
        return [
            (reply, call_id, call)
            for reply in self.replies
            for call_id, call, _ in reply.calls
            if self.depth(reply) <= deepest and (self.played.by_stream or not call.refused)
        ]

    def mine(self) -> list[Reply]:
        return [reply for reply in self.replies if reply.scene == "main"]

    def tokens(self) -> Tokens:
        told = self.mine() if self.scenario.cli == "opencode" else self.replies
        return sum((reply.tokens for reply in told), Tokens())

    def cost(self) -> float | None:
        if self.scenario.cli == "claude":
            results = [line for line in self.played.lines if "total_cost_usd" in line]
            return results[-1]["total_cost_usd"] if results else None
        if self.scenario.cli == "opencode" and self.mine():
            tokens, prices = self.tokens(), OPENCODE_PRICES
            spent = tokens.fresh * prices["input"] + tokens.cached * prices["cache_read"] + tokens.output * prices["output"]
            return spent / 1_000_000
        return None

    def answered(self) -> int:
        return sum(self.played.by_stream or not call.denied for _, _, call in self.calls())

    def failed(self) -> int:
        not_allowed = sum(call.denied or call.refused for _, _, call in self.calls()) if self.played.by_stream else 0
        return not_allowed + sum(call.fails for _, _, call in self.calls())


def compare(played: Played) -> list[Row]:
    rows: list[Row] = []

    def fact(what: str, truth, seen) -> None:
        rows.append(Row(played.scenario.name, played.cli.label, played.way, what, truth, seen))

    truth, seen = Truth(played), played.seen
    _played(fact, played)
    if seen is None:
        fact("shown", "a workflow", "none")
        return rows
    fact("numbers without holes", True, [e["data"]["seq"] for e in seen.events] == list(range(1, len(seen.events) + 1)))
    _end(fact, played, truth, seen)
    _calls(fact, played, truth, seen)
    _tokens(fact, played, truth, seen)
    _sub_agents(fact, played, truth, seen)
    _texts(fact, played, truth, seen)
    _files(fact, played, truth, seen)
    if played.scenario.todo is not None:
        items = (seen.timeline.get("todo") or {}).get("items", [])
        fact("todo list", played.scenario.todo, [(item["text"], item["state"]) for item in items])
    if played.by_stream:
        _lines(fact, played, seen)
    _needs(fact, played, seen)
    return rows


def _played(fact, played: Played) -> None:
    """Not about adwatch: whether the CLI did what the script expects, so that the rest means something."""
    scenario, replies = played.scenario, [reply for reply in played.record.replies if reply.whole]
    scripts = scenario.scenes
    asked = {(one.scene, one.step) for one in replies if one.scene and one.step < len(scripts[one.scene].replies)}
    script = sum(len(scene.replies) for scene in scripts.values() if not scene.forever) - scenario.unplayed
    fact("(replies played)", script, len(asked))
    fact("(notes)", [], [note for note in played.record.notes if note and not note.startswith("hung up")])
    fact("(ended by itself)", True, played.exit_code is not None)


def _end(fact, played: Played, truth: Truth, seen: Seen) -> None:
    scenario = played.scenario
    statuses = scenario.ends(played.way)
    if scenario.kill and not scenario.ends_well and played.by_stream and played.has_result:
        statuses = ("failed",)  # it could still say so itself

    def status(what: str, told) -> None:
        fact(what, told if told in statuses else " or ".join(statuses), told)

    status("status on the page", seen.status)
    told = seen.card.get("status")
    if told is not None:
        status("status in the API", told.get("status") if isinstance(told, dict) else told)
    if scenario.peek:
        fact("status while it runs", True, played.peeked in scenario.peek.statuses or played.peeked)
    left = [tool["name"] for tool in seen.timeline["open_tools"]]
    left += [agent["name"] for agent in seen.timeline["agents"] if agent["state"] in ("open", "running")]
    if "stalled" not in statuses:
        fact("left open", [], left)
    agents = [agent for agent in seen.timeline["agents"] if not agent["parent"] and agent["state"] != "seen"]
    fact("agents of their own", 1, len(agents))
    answer = truth.mine()[-1].texts[-1:] if truth.mine() else []
    if scenario.ends_well and answer:
        said = [text for text in (seen.card.get("result"), *(agent["result"] for agent in agents)) if text]
        fact("the answer", answer[0], answer[0] if any(answer[0] in text for text in said) else said)
    for words in scenario.page:
        fact(f"on the page: {words}", True, words in seen.page)
    if scenario.stopped and played.by_stream:
        warning = seen.card.get("warning")
        fact("a warning that work was stopped", True, "stopped" in str(warning))
        fact("the warning is on the page", True, bool(warning) and warning in seen.page)
        fact("what was stopped is on the page", True, scenario.stopped in seen.page)


def _calls(fact, played: Played, truth: Truth, seen: Seen) -> None:
    calls = truth.calls()
    begun = Counter(data["payload"].get("tool_use_id") for data in seen.of_kind("tool_execution", "tool_execution_pre"))
    over = Counter(data["payload"].get("tool_use_id") for data in seen.of_kind("tool_execution", "tool_execution_post"))
    fact("calls", len(calls), seen.timeline["tools"])
    if played.scenario.kill:
        if played.by_stream:
            fact("calls that were answered", played.answers(), len(over))
    elif played.scenario.cli == "opencode":  # it tells a call when it is over
        fact("calls that were answered", len(calls), len(over))
    else:
        fact("calls begun and answered", (len(calls), truth.answered()), (len(begun), len(over)))
    fact("told twice", [], [key for key, times in (*begun.items(), *over.items()) if times > 1])
    failed = truth.failed()
    if played.scenario.kill:
        return
    wrong = [data for data in seen.of_kind("tool_execution", "tool_execution_post") if data["payload"].get("is_error")]
    fact("calls that failed", failed, len(wrong))
    if played.scenario.ends_well:
        fact("errors", failed, seen.timeline["error_count"])
    elif played.scenario.ends(played.way) == ("failed",):
        fact("errors beyond the calls'", True, seen.timeline["error_count"] > failed)


def _tokens(fact, played: Played, truth: Truth, seen: Seen) -> None:
    usage, right = seen.timeline["usage"], truth.tokens()
    if not played.by_stream:
        return
    read = usage["cache_read_input_tokens"]
    got = (usage["input_tokens"] + read + usage["cache_creation_input_tokens"], read, usage["output_tokens"])
    wanted = (right.input, right.cached, right.output)
    if played.scenario.kill and not played.has_result:
        fact("tokens (in, cached, out) at most", True, all(mine <= whole for mine, whole in zip(got, wanted)))
        fact("tokens are final", False, _is_final(seen))
        return
    fact("tokens (in, cached, out)", wanted, got)
    if right.output:
        fact("tokens are final", True, _is_final(seen))
    cost, told = truth.cost(), seen.card.get("cost_usd")
    fact("cost", cost and round(cost, 6), told and round(told, 6))


def _is_final(seen: Seen):
    for told in (seen.timeline, seen.timeline["usage"], seen.card):
        if "usage_is_final" in told:
            return told["usage_is_final"]
    return "not told"


def _sub_agents(fact, played: Played, truth: Truth, seen: Seen) -> None:
    started = truth.starts.values()
    subs = [agent for agent in seen.timeline["agents"] if agent["parent"]]
    if played.by_stream:
        fact("sub-agents", sorted(one.description for one in started), sorted(agent["name"] for agent in subs))
    else:
        fact("sub-agents (number)", len(started), len(subs))
        names = {name for one in started for name in (one.description, one.kind)}
        fact("sub-agents with other names", [], [agent["name"] for agent in subs if agent["name"] not in names])
    if not started:
        return
    states = {agent["name"]: agent["state"] for agent in subs}
    if played.by_stream:
        fact("how sub-agents ended", {one.description: one.ends for one in started}, states)
    depths = {data["payload"].get("tool_use_id"): data["parent_tool_use_id"] for data in seen.of_kind("tool_execution")}

    def depth(agent: dict) -> int:
        if "depth" in agent:
            return agent["depth"]
        above = depths.get(agent["parent"])
        return 1 if above is None else 2

    if played.by_stream:
        right = sorted((one.description, truth.depths[scene]) for scene, one in truth.starts.items())
        fact("depths of sub-agents", right, sorted((agent["name"], depth(agent)) for agent in subs))
        told = Counter(truth.starts[reply.scene].description for reply, _, _ in truth.calls() if truth.depth(reply))
        got = {agent["name"]: agent["tools"] for agent in subs if agent["tools"]}
        if played.scenario.cli == "claude":
            fact("calls of sub-agents", dict(told), got)


def _texts(fact, played: Played, truth: Truth, seen: Seen) -> None:
    if not played.by_stream or played.scenario.only_result:
        return
    told = Counter(data["payload"].get("content", "").strip() for data in seen.of_kind("text_block"))
    mine = Counter(text for reply in truth.mine() for text in reply.texts)
    fact("texts, once", dict(mine), {text: times for text, times in told.items() if text in mine})
    known = {text for reply in truth.replies for text in reply.texts}
    twice = [text for text, times in told.items() if text in known - set(mine) and times > 1]
    fact("sub-agents' texts told twice", [], twice)
    if played.scenario.cli != "gemini":  # its stream leaves thoughts out
        thought = Counter(data["payload"].get("content", "").strip() for data in seen.of_kind("agent_thinking"))
        right = Counter(text.strip() for reply in truth.mine() for text in reply.thoughts)
        fact("thoughts, once", dict(right), {text: times for text, times in thought.items() if text in right})


def _files(fact, played: Played, truth: Truth, seen: Seen) -> None:
    right = sorted(call.changes for _, _, call in truth.calls() if call.changes)
    changed = []
    for data in seen.of_kind("file_operation"):
        if data["event_type"] != "read":
            _, found, path = data["payload"]["path"].rpartition("/project/")
            changed.append((data["event_type"], path if found else data["payload"]["path"]))
    fact("files changed", right, sorted(changed))


def _lines(fact, played: Played, seen: Seen) -> None:
    stream = [source for source in seen.sources if source["path"].endswith("raw_output.jsonl")]
    odd = sum(source["oddities"] for source in stream)
    fact("lines not understood", 0, odd)
    written = played.stream.read_bytes()
    lines = len([line for line in written.split(b"\n") if line.strip()])
    if not played.scenario.kill:
        fact("bytes read", len(written), sum(source["offset"] for source in stream))
    if played.scenario.one_array:
        return
    told = sum(source["sources"] if isinstance(source["sources"], int) else 0 for source in stream)
    silent = sum(sum(source["silent"].values()) if isinstance(source["silent"], dict) else source["silent"] for source in stream)
    fact("lines told, silent or counted", lines, told + silent + odd)


def _needs(fact, played: Played, seen: Seen) -> None:
    for waited in played.waited:
        need, found = waited.need, next((told for told in waited.needs if told["kind"] == waited.need.kind), {})
        fact(f"while {need.tool} waits: status", "needs_person", waited.status)
        fact(f"while {need.tool} waits: kind", need.kind, found.get("kind"))
        if not played.by_stream and not need.by_hooks:
            continue
        fact(f"while {need.tool} waits: its words", True, need.text in str(found.get("text")))
        if need.choices:
            told = str(found.get("choices"))
            fact(f"while {need.tool} waits: choices", True, all(choice in told for choice in need.choices))
        fact(f"while {need.tool} waits: on the page", True, waited.on_page)
    if played.scenario.needs:
        fact("questions asked", len(played.scenario.needs), len(played.waited))
        fact("needed after the end", [], seen.timeline.get("needs", []))
