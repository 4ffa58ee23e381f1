"""Sends the events of an AI Developer Workflow (ADW) to adwatch. The workflow never waits for it and never fails because of it.

    from adwatch import Notifier

    notifier = Notifier("c0a43f47", workflow_name="adw_plan_iso")
    notifier.notify_start()
    with notifier.stage("plan"), notifier.tool("Bash", {"command": "make plan"}) as call:
        call.output = subprocess.check_output(["make", "plan"])
    notifier.notify_complete()

A call removes well-known secrets from its event, appends it to a spool file and returns without using the network; from then on
the event survives `kill -9`. A thread, the courier, sends the spooled events in order. While the server is down, the spool grows, up to a
limit. What a process leaves there is sent by the next one, or taken over by the server.

Environment: `ADWATCH_URL` (default http://127.0.0.1:4600), `ADWATCH_TOKEN`, `ADWATCH_DISABLED=1`, `ADWATCH_SPOOL` (a folder),
`ADWATCH_SPOOL_BYTES` (default 64 MiB), `ADWATCH_ADW_ID` and `ADWATCH_AGENT` (the workflow and agent, if the code does not name them).

One file and the standard library, Python 3.9 or newer: install it, or copy it into your `adws/` folder.
"""

from __future__ import annotations

import atexit
import base64
import collections
import collections.abc
import contextlib
import dataclasses
import datetime
import enum
import functools
import heapq
import http.client
import io
import itertools
import json
import logging
import math
import os
import random
import re
import secrets
import ssl
import tempfile
import threading
import time
import urllib.parse
from typing import Any, Deque, Dict, Iterator, List, Mapping, NamedTuple, Optional, Set, Tuple, Union

try:
    import fcntl
except ImportError:  # Without locks nobody could tell whose a file is: events wait in memory alone.
    fcntl = None  # type: ignore[assignment]

__all__ = ["Notifier", "WebSocketNotifier", "AdwState", "ADWState", "AdwLogHandler"]
__version__ = "0.1.0"

DEFAULT_URL = "http://127.0.0.1:4600"

_log = logging.getLogger("adwatch")
_log.addHandler(logging.NullHandler())


class Notifier:
    """Sends events of one workflow to adwatch.

    Every method returns at once and never raises; it returns True if the event was accepted. Values that JSON cannot represent
    (paths, times, bytes, sets, exceptions, NaN, circular references) are converted.

    Each accepts further fields as keyword arguments: `agent`, `session_id`, `run` (the agent's attempt, from 1),
    `parent_tool_use_id`, `timestamp` (a datetime, seconds since 1970, or RFC 3339; now by default), `event_id` (two events with the
    same one count as one) and `adw_id` describe the event; all others are kept in its payload. To make an event and the line of a
    Claude Code stream that adwatch reads from a file one event, pass the line's `uuid` and `block_index`.
    """

    def __init__(
        self,
        adw_id: Optional[str] = None,
        url: Optional[str] = None,
        workflow_name: Optional[str] = None,
        *,
        agent: Optional[str] = None,
        session_id: Optional[str] = None,
        token: Optional[str] = None,
    ) -> None:
        """`url` and `token` override `ADWATCH_URL` and `ADWATCH_TOKEN`; `adw_id` and `agent` override `ADWATCH_ADW_ID` (older:
        `ADW_ID`) and `ADWATCH_AGENT`. `workflow_name` is the default for methods that are not given one."""
        self.adw_id = _text(adw_id) or os.environ.get("ADWATCH_ADW_ID") or os.environ.get("ADW_ID") or ""
        self.workflow_name = workflow_name
        self.agent = agent or os.environ.get("ADWATCH_AGENT") or None
        self.session_id = session_id
        self.enabled = not _is_yes(os.environ.get("ADWATCH_DISABLED"))
        self.server_url = _base_url(url or os.environ.get("ADWATCH_URL"))
        self._courier = _courier_for(self.server_url, _text(token) or os.environ.get("ADWATCH_TOKEN") or None)

    # What agents do.

    def send_agent_state_update(
        self,
        event_type: Union[str, Mapping[str, Any]] = "state_change",
        data: Optional[Mapping[str, Any]] = None,
        timeout: Any = None,
        **fields: Any,
    ) -> bool:
        """Any event: its type (`state_change`, `log_entry`, `tool_execution_pre`, a name of your own, …) and its payload.

        `send_agent_state_update({"status": "built"})` reports changed fields of the state. `timeout` is accepted for older scripts
        and ignored, since the call never waits.
        """
        if isinstance(event_type, Mapping):
            changed = [{"field": field, "new": value} for field, value in event_type.items()]
            return self._send("agent_state_update", "state_change", {"changed": changed, **_mapping(data)}, fields)
        return self._send(_text(event_type) or "state_change", None, _mapping(data), fields)

    def send_agent_log_entry(
        self,
        message: Any,
        level: str = "INFO",
        details: Any = None,
        context: Optional[Mapping[str, Any]] = None,
        **fields: Any,
    ) -> bool:
        """A log entry; `level` is DEBUG, INFO, SUCCESS, WARNING or ERROR."""
        payload = {"level": level, "message": message, "details": details, "context": context or None}
        return self._send("agent_log_entry", "log_entry", payload, fields)

    def send_file_operation(
        self,
        file_path: Any,
        operation: str = "modify",
        diff: Optional[str] = None,
        summary: Optional[str] = None,
        lines_added: Optional[int] = None,
        lines_removed: Optional[int] = None,
        **fields: Any,
    ) -> bool:
        """An operation on a file; `operation` is read, create, modify (write) or delete."""
        payload: Dict[str, Any] = {"path": file_path, "operation": operation, "diff": diff, "summary": summary}
        payload.update(lines_added=lines_added, lines_removed=lines_removed)
        return self._send("file_operation", None, payload, fields)

    def send_agent_thinking(
        self, content: str, duration_ms: Optional[float] = None, sequence: Optional[int] = None, **fields: Any
    ) -> bool:
        """What an agent thought."""
        payload = {"content": content, "duration_ms": _whole_ms(duration_ms), "sequence": sequence}
        return self._send("agent_thinking", "thinking", payload, fields)

    def send_tool_execution(
        self,
        tool_name: Optional[str],
        phase: str = "pre",
        tool_use_id: Optional[str] = None,
        input_data: Any = None,
        output: Any = None,
        duration_ms: Optional[float] = None,
        success: Optional[bool] = None,
        error: Any = None,
        **fields: Any,
    ) -> bool:
        """A tool was called (`phase` "pre", with `input_data`) or has finished ("post", with `output`, and `success=False` or
        `error` if it failed). `tool_use_id` connects the two."""
        is_post = phase == "post"
        payload: Dict[str, Any] = {
            "tool_use_id": tool_use_id,
            "tool_name": tool_name,
            "input": input_data,
            "output": output,
            "error": error,
        }
        if is_post:
            payload.update(is_error=success is False or bool(error), duration_ms=_whole_ms(duration_ms))
        return self._send("tool_execution", "tool_execution_post" if is_post else "tool_execution_pre", payload, fields)

    def send_text_block(self, content: str, sequence: Optional[int] = None, **fields: Any) -> bool:
        """What an agent said."""
        return self._send("text_block", "text", {"content": content, "sequence": sequence}, fields)

    # What the workflow does.

    def send_status_update(
        self,
        workflow_name: Optional[str] = None,
        status: str = "in_progress",
        message: Optional[str] = None,
        progress_percent: Optional[float] = None,
        current_step: Optional[str] = None,
        **fields: Any,
    ) -> bool:
        """The status of the workflow: `status` is started, in_progress, completed or failed."""
        payload: Dict[str, Any] = {"status": status, "message": message}
        payload.update(workflow_name=workflow_name or self.workflow_name)
        payload.update(progress_percent=progress_percent, current_step=current_step)
        return self._send("status_update", None, payload, fields)

    def notify_start(self, workflow_name: Optional[str] = None, message: Optional[str] = None, **fields: Any) -> bool:
        """The workflow, or one of its scripts, has started."""
        return self.send_status_update(workflow_name, "started", message, **fields)

    def notify_progress(
        self,
        workflow_name: Union[str, float, None] = None,
        percent: Union[float, str, None] = None,
        step: Optional[str] = None,
        message: Optional[str] = None,
        **fields: Any,
    ) -> bool:
        """The progress of the workflow; the short form is `notify_progress(40, "Reading the plan")`."""
        if isinstance(workflow_name, (int, float)):
            workflow_name, percent, step = None, workflow_name, step or _text(percent) or None
        percent = None if isinstance(percent, str) else percent
        return self.send_status_update(workflow_name, "in_progress", message, percent, step, **fields)

    def notify_complete(
        self,
        workflow_name: Optional[str] = None,
        message: Optional[str] = None,
        final_step: Optional[str] = None,
        **fields: Any,
    ) -> bool:
        """The workflow is complete."""
        return self.send_status_update(workflow_name, "completed", message, 100, final_step, **fields)

    def notify_error(
        self, workflow_name: Any = None, error: Any = None, current_step: Optional[str] = None, **fields: Any
    ) -> bool:
        """The workflow failed; the short form is `notify_error(exception)`."""
        if error is None:
            workflow_name, error = None, workflow_name
        message = _text(error) or "the workflow failed"
        return self.send_status_update(workflow_name, "failed", message, None, current_step, **fields)

    def notify_stage_transition(
        self,
        workflow_name: Optional[str] = None,
        from_stage: Optional[str] = None,
        to_stage: Optional[str] = None,
        message: Optional[str] = None,
        *,
        status: str = "started",
        **fields: Any,
    ) -> bool:
        """A stage starts: `to_stage`, or the only stage given. `status` can also be completed, failed or skipped."""
        if to_stage is None:
            workflow_name, to_stage = None, workflow_name
        payload = {"stage": to_stage, "previous": from_stage, "message": message}
        payload["workflow_name"] = workflow_name or self.workflow_name
        event_type = "stage_" + _text(status).replace("stage_", "")
        return self._send("stage_transition", event_type, payload, fields)

    def save_state(self, fields: Mapping[str, Any], agents_dir: Any = "agents") -> bool:
        """Sets fields in `agents/<adw_id>/adw_state.json` as `AdwState` does, and reports what changed. False if the file could not
        be written; the changes are reported anyway."""
        state = AdwState(self.adw_id, agents_dir=agents_dir, notifier=self)
        try:
            state.update(**fields)
            state.save()
            return True
        except Exception as error:
            _note("state", "could not write adw_state.json: %s", error)
            self.send_agent_state_update(fields)
            return False

    @contextlib.contextmanager
    def stage(self, name: str, message: Optional[str] = None, **fields: Any) -> Iterator[Notifier]:
        """Reports that a stage starts and, at the end, whether it completed or failed and how long it took. Exceptions are
        passed on."""
        began = time.monotonic()
        self.notify_stage_transition(None, None, name, message, **fields)
        status, said = "completed", None
        try:
            yield self
        except BaseException as error:
            # Scripts end with sys.exit(0) as well.
            if not (isinstance(error, SystemExit) and error.code in (None, 0)):
                status, said = "failed", _text(error)
            raise
        finally:
            fields["duration_ms"] = _whole_ms((time.monotonic() - began) * 1000)
            self.notify_stage_transition(None, None, name, said, status=status, **fields)

    @contextlib.contextmanager
    def tool(self, tool_name: str, input: Any = None, **fields: Any) -> Iterator[ToolCall]:
        """Reports that a tool is called and, at the end, its output or how it failed, and how long it took. Set `output` on the
        object that `with` returns. Exceptions are passed on."""
        call = ToolCall(_text(fields.pop("tool_use_id", None)) or "adwatch-" + secrets.token_hex(12))
        began = time.monotonic()
        self.send_tool_execution(tool_name, "pre", call.tool_use_id, input, **fields)
        try:
            yield call
        except BaseException as error:
            call.error = _text(error)
            raise
        finally:
            duration_ms = (time.monotonic() - began) * 1000
            output = call.error if call.output is None else call.output
            self.send_tool_execution(tool_name, "post", call.tool_use_id, None, output, duration_ms, error=call.error, **fields)

    def flush(self, timeout: float = 5.0) -> bool:
        """Waits until the server has everything, including what other processes left in the spool, for at most `timeout` seconds;
        returns whether it has."""
        return self._courier.flush(float(timeout or 0)) if self.enabled else True

    def close(self) -> None:
        """Waits for half a second at most, and not at all while the server is down. It is not needed at the end of a process, and
        the notifier can still be used afterwards."""
        if self.enabled:
            self._courier.close()

    def __getstate__(self) -> Dict[str, Any]:
        """The state that is pickled for another process, where events go through a courier of its own."""
        return {**self.__dict__, "_courier": (self._courier.url, self._courier.token)}

    def __setstate__(self, state: Dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._courier = _courier_for(*state["_courier"])

    def __enter__(self) -> Notifier:
        return self

    def __exit__(self, *exception: Any) -> None:
        self.close()

    def _send(self, kind: str, event_type: Optional[str], payload: Mapping[str, Any], fields: Dict[str, Any]) -> bool:
        """Records one event, and makes sure that no failure here reaches the workflow."""
        began = time.perf_counter_ns()
        try:
            if not self.enabled:
                return False
            adw_id = _text(fields.pop("adw_id", None)) or self.adw_id
            if not adw_id:
                _note("adw_id", "an event has no adw_id: pass it to Notifier(adw_id) or set ADWATCH_ADW_ID")
                return False
            data = {
                "adw_id": adw_id,
                "event_id": _name(fields.pop("event_id", None)) or self._courier.next_id(),
                "timestamp": _timestamp(fields.pop("timestamp", None)),
                "event_type": event_type,
                "agent": _name(fields.pop("agent", None) or self.agent),
                "run": fields.pop("run", None) or None,
                "session_id": _name(fields.pop("session_id", None) or self.session_id),
                "parent_tool_use_id": _name(fields.pop("parent_tool_use_id", None)),
                "payload": _said({**payload, **fields}),
            }
            line = _line({"type": kind, "data": _said(data)})
            self._courier.hand_over(_Event(adw_id, kind in _LOG_TYPES, line), began)
            return True
        except Exception as error:
            _note("hand-over", "could not record an event: %s", _text(error))
            return False


class ToolCall:
    """A tool call in progress."""

    def __init__(self, tool_use_id: str) -> None:
        self.tool_use_id = tool_use_id
        #: What the tool answered, if anything should be shown.
        self.output: Any = None
        #: How it failed; set by an exception, or by hand.
        self.error: Optional[str] = None


class WebSocketNotifier(Notifier):
    """The older notifier's name, constructor and further methods, so that only the import line has to change.

    The server is `ADWATCH_URL` if it is set, because older scripts name their own server in the code; otherwise
    `server_url` (`ws://` is read as `http://`, and a path is removed), unless older servers listened there on this machine
    (ports 8002 and 8500); otherwise adwatch's default. `DISABLE_WEBSOCKET_NOTIFICATIONS=true` is respected.
    """

    def __init__(
        self,
        adw_id: Optional[str] = None,
        server_url: Optional[str] = "http://localhost:8002",
        workflow_name: Optional[str] = None,
        *ignored: Any,
        **also_ignored: Any,
    ) -> None:
        known = {name: also_ignored.get(name) for name in ("agent", "session_id", "token")}
        super().__init__(adw_id, os.environ.get("ADWATCH_URL") or _of_older(server_url), workflow_name, **known)
        self.enabled = self.enabled and not _is_yes(os.environ.get("DISABLE_WEBSOCKET_NOTIFICATIONS"))
        self.logger = _log

    def send_status_update(
        self,
        workflow_name: Optional[str] = None,
        status: str = "in_progress",
        message: Optional[str] = None,
        progress_percent: Optional[float] = None,
        current_step: Optional[str] = None,
        **fields: Any,
    ) -> bool:
        """Like `Notifier`'s; a `current_step` of "Stage: Build" also starts that stage, as it used to."""
        prefix, _, stage = _text(current_step).partition("Stage: ")
        if stage and not prefix:
            self.notify_stage_transition(workflow_name, None, stage, message, **fields)
        return super().send_status_update(workflow_name, status, message, progress_percent, current_step, **fields)

    def send_log(self, workflow_name: Optional[str], message: Any, level: str = "INFO", **fields: Any) -> bool:
        """A log entry of a script."""
        payload = {"level": level, "message": message, "workflow_name": workflow_name or self.workflow_name}
        return self._send("agent_log_entry", "workflow_log", payload, fields)

    notify_log = send_log

    def notify_stage_event(self, event: Any, **fields: Any) -> bool:
        """A stage event, as a mapping or an object with `to_dict()`."""
        try:
            told = dict(event.to_dict() if hasattr(event, "to_dict") else event)
            kind = _plain(told.pop("event_type", "stage_started"))
        except Exception as error:
            _note("stage event", "could not read a stage event: %s", _text(error))
            return False
        return self._send(_text(kind), None, told, fields)

    def send_workflow_phase_transition(
        self,
        phase_from: Optional[str],
        phase_to: str,
        workflow_name: Optional[str] = None,
        metadata: Any = None,
        timeout: Any = None,
        **fields: Any,
    ) -> bool:
        """A stage starts."""
        return self.notify_stage_transition(workflow_name, phase_from, phase_to, metadata=metadata or None, **fields)

    def send_agent_output_chunk(
        self,
        agent_role: str,
        content: Any,
        line_number: Any = None,
        total_lines: Any = None,
        is_complete: bool = False,
        timeout: Any = None,
        **fields: Any,
    ) -> bool:
        """A piece of an agent's stream, kept unchanged."""
        payload = {"content": content, "line_number": line_number, "total_lines": total_lines, "is_complete": is_complete}
        return self._send("agent_output_chunk", None, payload, {"agent": agent_role, **fields})

    def send_screenshot_available(
        self, screenshot_path: Any, screenshot_type: str = "review", metadata: Any = None, timeout: Any = None, **fields: Any
    ) -> bool:
        """A picture was made."""
        payload = {"screenshot_path": screenshot_path, "screenshot_type": screenshot_type, "metadata": metadata}
        return self._send("screenshot_available", None, payload, fields)

    def send_spec_created(
        self, spec_path: Any, spec_type: str = "plan", metadata: Any = None, timeout: Any = None, **fields: Any
    ) -> bool:
        """A plan was made."""
        return self._send("spec_created", None, {"spec_path": spec_path, "spec_type": spec_type, "metadata": metadata}, fields)


class AdwState:
    """The state document of a workflow, `<agents_dir>/<adw_id>/adw_state.json`.

    `save` writes it atomically and keeps what others wrote meanwhile, then tells adwatch what changed, old and new. The file is
    the workflow's own memory: where it cannot be written, `save` raises OSError like any code that writes files.
    """

    def __init__(self, adw_id: str, agents_dir: Any = "agents", notifier: Optional[Notifier] = None) -> None:
        """Without a `notifier`, one is created when it is first needed."""
        self.adw_id = _text(adw_id)
        #: What is known of the document; change it here or by `update`.
        self.data: Dict[str, Any] = {"adw_id": self.adw_id}
        self._path = os.path.join(os.fspath(agents_dir), self.adw_id, "adw_state.json")
        self._notifier = notifier
        #: The document as this process last read or wrote it: what differs from it is this process's own change.
        self._known: Dict[str, Any] = {}

    @classmethod
    def load(
        cls, adw_id: str, logger: Any = None, agents_dir: Any = "agents", notifier: Optional[Notifier] = None
    ) -> Optional[AdwState]:
        """Reads the document; None if there is none. `logger` is the second argument of older versions; what was found is logged
        to it."""
        state = cls(adw_id, agents_dir, notifier)
        document = _read_document(state._path)
        if document is None:
            return None
        state._known = document
        state.data = {**_plain_copy(document), "adw_id": state.adw_id}
        if isinstance(logger, logging.Logger):
            logger.info("Found existing state from %s", state._path)
        return state

    def update(self, **fields: Any) -> AdwState:
        """Sets fields; nothing is written before `save`."""
        self.data.update(fields)
        return self

    def get(self, key: str, default: Any = None) -> Any:
        """A field; `default` also if the document says null, which is common."""
        value = self.data.get(key)
        return default if value is None else value

    def append_adw_id(self, adw_id: str) -> None:
        """Notes in `all_adws` that a script took part."""
        scripts = list(self.get("all_adws", []))
        if adw_id not in scripts:
            self.data["all_adws"] = [*scripts, adw_id]

    def save(self, workflow_step: Optional[str] = None) -> None:
        """Writes the document and reports what changed. `workflow_step` names who saves it."""
        mine = _plain_copy(self.data)
        folder = os.path.dirname(self._path)
        os.makedirs(folder, exist_ok=True)
        with _locked(folder):
            before = _read_document(self._path)
            merged = dict(self._known if before is None else before)
            for field in list(self._known):
                if field not in mine:
                    merged.pop(field, None)
            merged.update((field, value) for field, value in mine.items() if self._is_changed(field, value))
            merged.update(_joined(mine, before or {}))
            _write_document(self._path, merged)
        self._tell(before or {}, merged, workflow_step)
        self._known = merged
        self.data = _plain_copy(merged)

    def _is_changed(self, field: str, value: Any) -> bool:
        return field not in self._known or self._known[field] != value

    def _tell(self, before: Dict[str, Any], after: Dict[str, Any], workflow_step: Optional[str]) -> None:
        """Only what changed: other documents may belong to the same workflow's state."""
        changed = []
        for field in sorted({*before, *after}):
            if field not in after or field not in before or before[field] != after[field]:
                sides = {"old": before, "new": after}.items()
                changed.append({"field": field, **{side: of[field] for side, of in sides if field in of}})
        if changed:
            if self._notifier is None:
                self._notifier = Notifier(self.adw_id)
            payload = {"changed": changed, "source": workflow_step or "adw_state.json"}
            self._notifier._send("agent_state_update", "state_change", payload, {"adw_id": self.adw_id})


#: The older spelling.
ADWState = AdwState


class AdwLogHandler(logging.Handler):
    """Sends the records of Python's logging as log entries.

    A log that lies in a watched folder (`agents/<adw_id>/<script>/execution.log`) is read from there: give this handler to
    loggers that do not write to such a file, else each line is there twice. `extra={"adw_id": …, "agent": …}` names another
    workflow or agent for one record.
    """

    def __init__(
        self, notifier: Union[Notifier, str, None] = None, level: int = logging.NOTSET, agent: Optional[str] = None
    ) -> None:
        """`notifier` can also be an adw_id."""
        super().__init__(level)
        self.notifier = notifier if isinstance(notifier, Notifier) else Notifier(notifier)
        self.agent = agent

    def emit(self, record: logging.LogRecord) -> None:
        """Sends one record; called by logging."""
        # What adwatch itself has to say must not go around in a circle.
        if record.name.split(".")[0] == _log.name:
            return
        try:
            fields: Dict[str, Any] = {"logger": record.name, "location": "%s:%d" % (record.filename, record.lineno)}
            fields["agent"] = getattr(record, "agent", None) or self.agent
            fields["adw_id"] = getattr(record, "adw_id", None)
            self.notifier.send_agent_log_entry(
                self._message(record), record.levelname, timestamp=record.created, source=record.name, **fields
            )
        except Exception as error:
            _note("logging", "could not record a log entry: %s", _text(error))

    def _message(self, record: logging.LogRecord) -> str:
        """The formatter's text if one was set, otherwise the message, with the traceback below it.

        The one that `logging.basicConfig` gives every handler does not count: it repeats the level and the logger's name.
        """
        if self.formatter is not None and getattr(self.formatter, "_fmt", None) != logging.BASIC_FORMAT:
            return self.formatter.format(record)
        message = record.getMessage()
        if record.exc_info:
            message += "\n" + logging.Formatter().formatException(record.exc_info)
        return message


# From a call to a line of JSON.

_LOG_TYPES = {"agent_log_entry", "log_entry", "agent_log", "workflow_log"}
#: Deeper than anything readable, and well below what the server's parser takes.
_DEPTH = 48
#: The server refuses longer names.
_NAME_CHARS = 256


class _Event(NamedTuple):
    """An event as it is recorded."""

    adw_id: str
    is_log: bool
    line: bytes
    #: How many events it speaks of: a notice of drops stands for all that were dropped.
    weight: int = 1


def _line(item: Dict[str, Any]) -> bytes:
    """One line of JSON without secrets. What is JSON already is written by the C encoder and searched once."""
    try:
        text = _ENCODER.encode(item)
        if not _SUSPECT.search(text) and text.count("[") + text.count("{") <= _DEPTH:
            return text.encode() + b"\n"
    except Exception:
        pass  # Something in it is no JSON: the slow way mends it.
    return _ENCODER.encode(_plain(item)).encode() + b"\n"


def _plain(value: Any, above: Tuple[int, ...] = ()) -> Any:
    """The value as JSON without secrets, whatever it is."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, enum.Enum):
        return _plain(value.value, above)
    if isinstance(value, str):
        return _redacted(value.encode("utf-8", "replace").decode() if _SURROGATE.search(value) else str(value))
    if isinstance(value, int):
        return int(value) if value.bit_length() < 1000 else hex(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if id(value) in above:
        return "[refers to itself]"
    if len(above) >= _DEPTH:
        return _redacted(_text(value)[:1000])
    above = (*above, id(value))
    try:
        return _plain_whole(value, above)
    except Exception:
        return "[%s]" % type(value).__name__


def _plain_whole(value: Any, above: Tuple[int, ...]) -> Any:
    """A value that contains others, or one that JSON cannot represent."""
    if isinstance(value, Mapping):
        return {_plain_key(key): _plain_field(key, field, value, above) for key, field in list(value.items())}
    if isinstance(
        value,
        (list, tuple, range, collections.deque, collections.abc.KeysView, collections.abc.ValuesView, collections.abc.ItemsView),
    ):
        return [_plain(item, above) for item in [*value]]
    if isinstance(value, (set, frozenset)):
        return sorted((_plain(item, above) for item in list(value)), key=repr)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _redacted(bytes(value).decode("utf-8", "replace"))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name), above) for field in dataclasses.fields(value)}
    # Models of pydantic, which many ADWs keep their state in.
    if callable(getattr(value, "model_dump", None)) and not isinstance(value, type):
        return _plain(value.model_dump(), above)
    return _plain(_text(value), above)


def _plain_key(key: Any) -> str:
    known = {None: "null", True: "true", False: "false"}
    return known[key] if key is None or isinstance(key, bool) else _plain(_text(key))


def _plain_field(name: Any, value: Any, within: Mapping[Any, Any], above: Tuple[int, ...]) -> Any:
    """A picture's base64 holds no secret but may look like one; masking it would break the picture."""
    is_picture = name in ("data", "base64") and isinstance(value, str) and _PICTURE.match(value)
    return str(value) if is_picture else _plain(value, above)


def _text(value: Any) -> str:
    """A value as text; an exception with its type."""
    if value is None:
        return ""
    try:
        if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
            return value.isoformat()
        if isinstance(value, BaseException):
            return ": ".join(part for part in (type(value).__name__, str(value)) if part)
        return value if type(value) is str else str(value)
    except Exception:
        return "[%s]" % type(value).__name__


def _mapping(data: Any) -> Mapping[str, Any]:
    """A payload; any other value becomes a field of one."""
    if data is None or isinstance(data, Mapping):
        return data or {}
    return {"value": data}


def _name(value: Any) -> Optional[str]:
    return _text(value)[:_NAME_CHARS] or None


def _said(fields: Dict[str, Any]) -> Dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _whole_ms(duration: Any) -> Any:
    return round(duration) if isinstance(duration, float) and math.isfinite(duration) else duration


def _timestamp(given: Any = None) -> str:
    """RFC 3339 in UTC with milliseconds; a time without a zone is local, as Python's own are."""
    try:
        if isinstance(given, str) and given:
            return given
        if isinstance(given, datetime.datetime):
            moment = given.astimezone(datetime.timezone.utc)
        elif isinstance(given, (int, float)):
            moment = datetime.datetime.fromtimestamp(given, datetime.timezone.utc)
        else:
            moment = datetime.datetime.now(datetime.timezone.utc)
    except Exception:
        moment = datetime.datetime.now(datetime.timezone.utc)
    return moment.isoformat(timespec="milliseconds")[:23] + "Z"


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)
_SURROGATE = re.compile("[\ud800-\udfff]")


# Secrets: the rules of the server (src/domain/redaction.rs), so that none is ever written to the spool.

_MASK = "[redacted]"
_WORD, _ALPHANUMERIC, _TOKEN = "A-Za-z0-9_-", "A-Za-z0-9", "A-Za-z0-9_.~+/=-"
#: How a secret begins, how many characters follow at least, and which.
_RULES = [
    ("sk-ant-", 16, _WORD),
    ("sk-", 20, _WORD),
    *((prefix, 10, _ALPHANUMERIC) for prefix in ("sk_live_", "sk_test_", "rk_live_")),
    *((prefix, 20, _ALPHANUMERIC) for prefix in ("ghp_", "gho_", "ghu_", "ghs_", "ghr_")),
    ("github_pat_", 20, _WORD),
    ("glpat-", 16, _WORD),
    *((prefix, 10, _WORD) for prefix in ("xoxb-", "xoxp-", "xoxa-", "xapp-")),
    ("AKIA", 16, _ALPHANUMERIC),
    ("ASIA", 16, _ALPHANUMERIC),
    ("AIza", 30, _WORD),
    ("ya29.", 20, _WORD),
    ("npm_", 30, _ALPHANUMERIC),
    ("pypi-", 30, _WORD),
    ("hf_", 30, _ALPHANUMERIC),
    ("Bearer ", 20, _TOKEN),
]
#: What every secret holds: one look by which nearly all texts pass. The class in front is what makes it quick.
_SUSPECT = re.compile(
    r"[srgxAynphB-](?:k[-_]|k_live_|h[pousr]_|ithub_pat_|lpat-|ox[bpa]-|app-|KIA|SIA|Iza|a29\.|pm_|ypi-|f_|earer |----BEGIN )"
)
#: A random tail has a digit or a capital: `sk-learn-is-a-long-word-with-dashes` has none.
_SECRET = re.compile(
    "-----BEGIN |(?<![A-Za-z0-9])(?:%s)"
    % "|".join("(%s)(?=[%s]*[0-9A-Z])[%s]{%d,}" % (re.escape(begin), tail, tail, least) for begin, least, tail in _RULES)
)
_PICTURE = re.compile(r"(?:iVBORw0KGgo|/9j/|R0lGOD|UklGR)[A-Za-z0-9+/=\s]*\Z")
_PICTURE_URL = re.compile(r"data:image/[a-z+.-]+;base64,[A-Za-z0-9+/=]*\Z")


def _redacted(text: str) -> str:
    """The text with secrets masked; the prefix that identifies their kind stays."""
    if not _SUSPECT.search(text) or _PICTURE_URL.match(text):
        return text
    parts: List[str] = []
    copied = at = 0
    while True:
        found = _SECRET.search(text, at)
        if found is None:
            return "".join(parts) + text[copied:]
        kept, at = (found.end(found.lastindex), found.end()) if found.lastindex else _private_key(text, found.start())
        if kept:
            parts += (text[copied:kept], _MASK)
            copied = at


def _private_key(text: str, begin: int) -> Tuple[int, int]:
    """Where the label of a private key ends, and the key; one that was cut off goes to the end. (0, where to look on) if it is
    something else."""
    ends = [end for end in (text.find("\n", begin), text.find("\\n", begin)) if end >= 0]
    head = text[begin : (ends or [len(text)])[0]]
    if "PRIVATE KEY" not in head:
        return 0, begin + 1
    label = head.find("KEY-----")
    whole = head[: -len(_MASK)] if head.endswith(_MASK) else head
    kept = begin + (len(whole) if label < 0 else label + len("KEY-----"))
    end = text.find("-----END ", begin)
    return kept, max(kept, len(text) if end < 0 else end)


# The courier: one for each server and process, whatever the number of notifiers.

#: Together events are cheaper to send than one by one, and who reads does not see so short a wait.
_LINGER_S = 0.02
#: How often the spool is looked over for what others left.
_TICK_S = 1.0
_REPORT_S = 15.0
_CLOSE_S = 0.5
_BACKOFF_S, _LONGEST_BACKOFF_S = 0.25, 30.0
_LONGEST_RETRY_AFTER_S = 600.0
#: What is refused for what it is, and would be again.
_REFUSED = (400, 413, 415, 422)
_MEMORY_EVENTS, _MEMORY_BYTES = 10_000, 16 * 1024 * 1024
#: Workflows that one process counts for at a time.
_TALLIES = 1000

_couriers: Dict[Tuple[str, Optional[str], str], _Courier] = {}
_couriers_lock = threading.Lock()


def _courier_for(url: str, token: Optional[str]) -> _Courier:
    folder = os.path.join(_spool_folder(), _destination(url))
    with _couriers_lock:
        key = (url, token, folder)
        if key not in _couriers:
            _couriers[key] = _Courier(url, token, folder, _spool_bytes())
        return _couriers[key]


class _Tally:
    """What this process recorded for one workflow, and what became of it."""

    def __init__(self) -> None:
        self.handed_over = self.dropped = self.refused = 0
        #: `handed_over` as it was last told, and when.
        self.told = 0
        self.told_at = time.monotonic()


class _Courier:
    """Takes events and makes sure that they reach the server: now, later, or through another process."""

    def __init__(self, url: str, token: Optional[str], folder: str, bound: int) -> None:
        self.url, self.token, self.folder, self.bound = url, token, folder, bound
        self.begin()

    def begin(self) -> None:
        """Everything that belongs to one process; called again in the child after a fork."""
        self.pid = os.getpid()
        # Reentrant, because a signal's handler may hand over in the middle of a hand-over.
        self.lock = threading.RLock()
        self.spool = _Spool(self.folder, self.bound, self.lock)
        self.memory = _Memory()
        self.server = _Server(self.url, self.token)
        self.tallies: Dict[str, _Tally] = {}
        self.durations_ns: Deque[int] = collections.deque(maxlen=1024)
        self.ids = ("%s-%%d" % secrets.token_hex(8), itertools.count(1))
        self.thread: Optional[threading.Thread] = None
        self.wake, self.urgent = threading.Event(), threading.Event()
        self.failures = 0
        self.rest_until = 0.0
        #: Rounds of the thread: how many began, the last that left nothing unsent, the last that did.
        self.rounds = threading.Condition()
        self.begun = self.clean = self.unclean = 0

    def forget_parent(self) -> None:
        """In the child after a fork: the parent sends what it took itself, and its locks must not outlive it here."""
        self.spool.let_go()
        self.begin()

    def next_id(self) -> str:
        if os.getpid() != self.pid:
            self.forget_parent()
        form, count = self.ids
        return form % next(count)

    def hand_over(self, event: _Event, began_ns: int) -> None:
        if os.getpid() != self.pid:
            self.forget_parent()
        with self.lock:
            self._tally(event.adw_id).handed_over += 1
            self._keep(event)
            self._start()
        self.durations_ns.append(time.perf_counter_ns() - began_ns)
        if not self.wake.is_set():
            self.wake.set()

    def flush(self, timeout: float) -> bool:
        wanted = self._begin_round()
        with self.rounds:
            return self.rounds.wait_for(lambda: self.clean >= wanted, max(0.0, timeout))

    def close(self) -> None:
        """Reports what was recorded, and waits a little for the server if it is up."""
        if os.getpid() != self.pid or self.thread is None:
            return
        self._report(0.0)
        if self.failures == 0:
            wanted = self._begin_round()
            with self.rounds:
                self.rounds.wait_for(lambda: max(self.clean, self.unclean) >= wanted, _CLOSE_S)
        self.spool.tidy()

    def _begin_round(self) -> int:
        """Makes the thread start a round at once; returns its number."""
        if os.getpid() != self.pid:
            self.forget_parent()
        with self.lock:
            self._start()
        with self.rounds:
            wanted = self.begun + 1
        self.urgent.set()
        self.wake.set()
        return wanted

    def _start(self) -> None:
        if self.thread is None:
            thread = threading.Thread(target=self._run, name="adwatch", daemon=True)
            try:
                thread.start()
                self.thread = thread
            except RuntimeError:
                pass  # The interpreter is ending; the spool keeps the event for the next process.

    def _tally(self, adw_id: str) -> _Tally:
        tally = self.tallies.get(adw_id)
        if tally is None:
            if len(self.tallies) >= _TALLIES:
                self.tallies.pop(next(iter(self.tallies)))
            tally = self.tallies[adw_id] = _Tally()
        return tally

    def _keep(self, event: _Event) -> None:
        """Puts it into the spool, or into memory behind what already waits there."""
        with self.lock:
            if self.memory or not self.spool.append(event.line):
                self.memory.add(event)

    # Below, everything runs on the courier's own thread.

    def _run(self) -> None:
        while True:
            rest_s = self.rest_until - time.monotonic()
            if rest_s > 0:
                self.urgent.wait(min(rest_s, _TICK_S))
            elif self.wake.wait(_TICK_S):
                self.urgent.wait(_LINGER_S)
            if self.urgent.is_set():
                self.rest_until = self.spool.looked_at = 0.0
            self.urgent.clear()
            self.wake.clear()
            try:
                self._round()
            except Exception as error:
                _note("courier", "the sending thread failed and goes on: %r", error)
                self.rest_until = time.monotonic() + _TICK_S

    def _round(self) -> None:
        with self.rounds:
            self.begun += 1
            number = self.begun
        is_clean = False
        try:
            self._tend()
            is_clean = self._send_all()
        finally:
            with self.rounds:
                if is_clean:
                    self.clean = number
                else:
                    self.unclean = number
                self.rounds.notify_all()

    def _tend(self) -> None:
        """What has to be done whether or not the server is up."""
        self._report(_REPORT_S)
        self.spool.look()
        while self.spool.is_tight():
            dropped = self.spool.make_room()
            self._count_dropped(dropped)
            if not dropped:
                break  # What lies there is others'.
            self._move_to_spool()
        self._move_to_spool()
        with self.lock:
            dropped = self.memory.take_dropped()
            for adw_id, count in dropped.items():
                self._keep(_notice(adw_id, count, self.next_id()))
        self._count_dropped(dropped)
        if time.monotonic() < self.rest_until:
            self.spool.release()  # Others may try meanwhile.

    def _move_to_spool(self) -> None:
        """Moves what waits in memory to disk as soon as possible."""
        while self.memory:
            with self.lock:
                event = self.memory.oldest()
                if event is None or not self.spool.append(event.line):
                    return
                self.memory.take_oldest()

    def _count_dropped(self, dropped: Dict[str, int]) -> None:
        with self.lock:
            for adw_id, count in dropped.items():
                self._tally(adw_id).dropped += count
        if dropped:
            _note("dropped", "events were dropped because the spool was full")

    def _report(self, every_s: float) -> None:
        """Reports for each workflow what recording its events cost."""
        now = time.monotonic()
        with self.lock:
            due = [(adw_id, tally) for adw_id, tally in self.tallies.items() if tally.handed_over > tally.told]
        for adw_id, tally in due:
            if now - tally.told_at >= every_s:
                with self.lock:
                    tally.told, tally.told_at = tally.handed_over, now
                    self._keep(self._report_of(adw_id, tally, now))

    def _report_of(self, adw_id: str, tally: _Tally, now: float) -> _Event:
        durations_us = sorted(duration / 1000 for duration in list(self.durations_ns)) or [0.0]
        payload = {
            "publisher": "adwatch-python " + __version__,
            "pid": self.pid,
            "handed_over": tally.handed_over,
            "handover_p50_us": _at(durations_us, 0.5),
            "handover_p99_us": _at(durations_us, 0.99),
            "backlog_ms": round((now - min(self.spool.oldest_at(now), self.memory.oldest_at(now))) * 1000),
            "spooled_bytes": self.spool.own_bytes() + self.spool.elsewhere,
            "dropped": tally.dropped,
            "refused": tally.refused,
        }
        return _Event(adw_id, False, _own_line("publisher_report", adw_id, self.next_id(), payload))

    def _send_all(self) -> bool:
        """Sends what is in the spool; returns whether nothing was left at the last look."""
        while time.monotonic() >= self.rest_until:
            batch = self.spool.next_batch()
            if batch is not None:
                if not self._deliver(batch.lines):
                    self.spool.release()
                    return False
                self.spool.acknowledge(batch)
                continue
            with self.lock:
                events, last = self.memory.first()
            if not events:
                return not self.spool.has_left()
            if not self._deliver([event.line.rstrip(b"\n") for event in events]):
                return False
            with self.lock:
                self.memory.discard(last)
        return False

    def _deliver(self, lines: List[bytes]) -> bool:
        """Posts; True when every line was acknowledged or permanently refused."""
        if not lines:
            return True
        try:
            status, answer, retry_after_s = self.server.post(b"\n".join(lines) + b"\n")
        except (OSError, http.client.HTTPException, ValueError) as error:
            return self._failed(0.0, "%s does not answer (%s)", self.url, _text(error))
        if 200 <= status < 300:
            self.failures = 0
            self._count_refused(lines, answer)
            return True
        if status not in _REFUSED:
            return self._failed(retry_after_s, "%s answered with status %d", self.url, status)
        if len(lines) == 1:
            self.failures = 0
            self._refused(lines[0], answer[:200].decode("utf-8", "replace"))
            return True
        half = len(lines) // 2
        return self._deliver(lines[:half]) and self._deliver(lines[half:])

    def _failed(self, retry_after_s: float, message: str, *words: Any) -> bool:
        """Pauses for a random time, so that many publishers do not reconnect at once."""
        _note("away", message + "; events wait in the spool", *words)
        longest_s = min(_LONGEST_BACKOFF_S, _BACKOFF_S * 2 ** min(self.failures, 16))
        self.failures += 1
        self.rest_until = time.monotonic() + max(random.uniform(0, longest_s), retry_after_s)
        return False

    def _count_refused(self, lines: List[bytes], answer: bytes) -> None:
        if b'"refused":[]' in answer:
            return
        try:
            refused = json.loads(answer).get("refused") or []
            for item in refused:
                self._refused(lines[item["index"]], "%s: %s" % (item.get("field"), item.get("reason")))
        except Exception:
            pass  # It said 2xx, so the events are recorded; an unreadable answer changes nothing.

    def _refused(self, line: bytes, reason: str) -> None:
        read = _read_line(line)
        if read is None:
            return  # Torn: its call never returned.
        with self.lock:
            self._tally(read.adw_id).refused += 1
        _note("refused", "the server rejected an event as invalid: %s", reason)


def _at(ordered: List[float], part: float) -> float:
    """The value below which this part of the values lies."""
    return round(ordered[min(len(ordered) - 1, int(part * len(ordered)))], 1)


def _own_line(kind: str, adw_id: str, event_id: str, payload: Dict[str, Any], **fields: Any) -> bytes:
    data = {"adw_id": adw_id, "event_id": event_id, "timestamp": _timestamp(), **fields, "payload": payload}
    return _line({"type": kind, "data": data})


def _notice(adw_id: str, count: int, event_id: str) -> _Event:
    """A notice that events were dropped."""
    message = "%d events were dropped because the spool was full" % count
    payload = {"level": "WARNING", "message": message, "source": "adwatch", "dropped": count}
    line = _own_line("agent_log_entry", adw_id, event_id, payload, event_type="log_entry")
    return _Event(adw_id, True, line, count)


class _Read(NamedTuple):
    """What a line of the spool says about itself."""

    adw_id: str
    is_log: bool
    is_notice: bool
    weight: int


def _read_line(line: bytes) -> Optional[_Read]:
    """None if it is torn."""
    try:
        item = json.loads(line)
        payload = item["data"].get("payload") or {}
        count = payload.get("dropped") if payload.get("source") == "adwatch" else None
        weight = count if isinstance(count, int) else 1
        return _Read(str(item["data"]["adw_id"]), item["type"] in _LOG_TYPES, isinstance(count, int), weight)
    except Exception:
        return None


def _time_of(line: bytes) -> str:
    """The time a line says, if it can be compared; else nothing. A notice was written later than what stands around it."""
    try:
        data = json.loads(line)["data"]
        payload = data.get("payload")
        if isinstance(payload, dict) and "dropped" in payload and "source" in payload:
            return ""
        said = data["timestamp"]
        return said if said[10] == "T" and said.endswith("Z") else ""
    except Exception:
        return ""


class _Memory:
    """Where events wait while the spool cannot be written; bounded, and the oldest log entries go first."""

    def __init__(self) -> None:
        self.logs: Deque[Tuple[int, float, _Event]] = collections.deque()
        self.others: Deque[Tuple[int, float, _Event]] = collections.deque()
        self.bytes = 0
        self.count = itertools.count(1)
        self.dropped: Dict[str, int] = {}

    def __bool__(self) -> bool:
        return bool(self.logs or self.others)

    def add(self, event: _Event) -> None:
        (self.logs if event.is_log else self.others).append((next(self.count), time.monotonic(), event))
        self.bytes += len(event.line)
        while len(self.logs) + len(self.others) > _MEMORY_EVENTS or self.bytes > _MEMORY_BYTES:
            gone = (self.logs or self.others).popleft()[2]
            self.bytes -= len(gone.line)
            self.dropped[gone.adw_id] = self.dropped.get(gone.adw_id, 0) + gone.weight

    def take_dropped(self) -> Dict[str, int]:
        dropped, self.dropped = self.dropped, {}
        return dropped

    def _next(self) -> Optional[Deque[Tuple[int, float, _Event]]]:
        queues = [queue for queue in (self.logs, self.others) if queue]
        return min(queues, key=lambda queue: queue[0][0]) if queues else None

    def oldest(self) -> Optional[_Event]:
        queue = self._next()
        return queue[0][2] if queue else None

    def oldest_at(self, now: float) -> float:
        queue = self._next()
        return queue[0][1] if queue else now

    def take_oldest(self) -> None:
        queue = self._next()
        if queue:
            self.bytes -= len(queue.popleft()[2].line)

    def first(self) -> Tuple[List[_Event], int]:
        """The oldest events, as many as go into one request, and the number of the last."""
        merged = sorted([*itertools.islice(self.logs, _BATCH_EVENTS), *itertools.islice(self.others, _BATCH_EVENTS)])
        events: List[_Event] = []
        room, last = _BATCH_BYTES, 0
        for number, _, event in merged[:_BATCH_EVENTS]:
            room -= len(event.line)
            if events and room < 0:
                break
            events.append(event)
            last = number
        return events, last

    def discard(self, last: int) -> None:
        """Drops what was sent, up to a number."""
        for queue in (self.logs, self.others):
            while queue and queue[0][0] <= last:
                self.bytes -= len(queue.popleft()[2].line)


# The spool: files of lines, one for each process that writes. Whoever holds a file's lock owns it.

_BATCH_EVENTS, _BATCH_BYTES = 500, 1024 * 1024
#: A file that has grown so large is ended, and the next one begun.
_FILE_BYTES = 1024 * 1024
#: How much of a file of others is read at a time.
_BLOCK_BYTES = 64 * 1024
#: Files of others that are taken over at a time.
_ORPHANS = 64
_FILE_NAME = re.compile(r"(\d{13})-\d+-[0-9a-f]{8}\.ndjson")
_NEW = ".new-"
#: The notice of what was dropped takes room itself: for less than this nothing is dropped.
_LEAST_DROPPED_BYTES = 2048
#: A file that was begun and never named belongs to nobody after so long.
_NEW_S = 60.0


class _SpoolFile:
    """A file whose lock this process holds: its own, or that of a publisher that has ended."""

    def __init__(self, path: str, fd: int) -> None:
        self.path, self.fd = path, fd
        self.size = os.fstat(fd).st_size
        #: How much of it was acknowledged.
        self.sent = 0
        #: Own files only: when what stands from a place on was handed over, a mark every quarter of a second.
        self.marks: Deque[Tuple[int, float]] = collections.deque()

    @classmethod
    def begin(cls, folder: str, name: str) -> _SpoolFile:
        """It gets its name only once it is locked, so that nobody mistakes it for an orphan."""
        temporary = os.path.join(folder, "%s%d-%s" % (_NEW, os.getpid(), secrets.token_hex(4)))
        fd = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.rename(temporary, os.path.join(folder, name))
        except BaseException:
            os.close(fd)
            os.unlink(temporary)
            raise
        return cls(os.path.join(folder, name), fd)

    @classmethod
    def take(cls, path: str) -> Optional[_SpoolFile]:
        """Takes over a file that nobody holds; None if its publisher is alive, or another process was quicker."""
        try:
            fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return None
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file = cls(path, fd)
            if file.is_there():
                return file
        except OSError:
            pass
        os.close(fd)
        return None

    def is_there(self) -> bool:
        """Whether its name still refers to this file."""
        try:
            named, held = os.stat(self.path), os.fstat(self.fd)
        except OSError:
            return False
        return (named.st_dev, named.st_ino) == (held.st_dev, held.st_ino)

    def append(self, line: bytes) -> bool:
        """One write. False if it did not go in whole: then nothing may be appended any more, since what was torn has no end."""
        now = time.monotonic()
        try:
            written = os.write(self.fd, line)
        except OSError:
            return False
        if not self.marks or now - self.marks[-1][1] > 0.25:
            self.marks.append((self.size, now))
        self.size += written
        return written == len(line)

    def unsent(self, room: int) -> Tuple[List[bytes], int]:
        """The next lines, and where they end; at least one if there is a whole one, however long."""
        data = os.pread(self.fd, room, self.sent)
        while b"\n" not in data and len(data) >= room:
            more = os.pread(self.fd, room, self.sent + len(data))
            if not more:
                break
            data += more
        lines = data[: data.rfind(b"\n") + 1].split(b"\n")[:-1][:_BATCH_EVENTS]
        return lines, self.sent + sum(len(line) + 1 for line in lines)

    def process(self) -> str:
        """The process that wrote it, as its name says."""
        return os.path.basename(self.path).split("-")[1]

    def by_time(self, at: str) -> Iterator[_Timed]:
        """All unsent lines from `at` on, each with its time, and finally where the file ends; an incomplete last line is skipped."""
        end = self.sent
        data = b""
        while True:
            block = os.pread(self.fd, _BLOCK_BYTES, end + len(data))
            *lines, data = (data + block).split(b"\n")
            for line in lines:
                end += len(line) + 1
                at = max(at, _time_of(line))
                yield _Timed(at, self, end, line)
            if not block:
                yield _Timed(at, self, self.size, b"")
                return

    def acknowledge(self, end: int) -> None:
        self.sent = end
        while len(self.marks) > 1 and self.marks[1][0] <= end:
            self.marks.popleft()

    def close(self) -> None:
        """Also releases the lock."""
        os.close(self.fd)

    def delete(self) -> None:
        """Still locked, so that nobody takes it meanwhile."""
        with contextlib.suppress(OSError):
            if self.is_there():
                os.unlink(self.path)
        self.close()


class _Timed(NamedTuple):
    """A line of an orphan; the time is never before that of the line before it, so that a file keeps its order."""

    at: str
    file: _SpoolFile
    #: Where the line ends.
    end: int
    line: bytes


def _in_turn(files: List[_SpoolFile]) -> Iterator[_Timed]:
    """The files of one process, in their order whatever their times."""
    at = ""
    for file in files:
        for timed in file.by_time(at):
            at = timed.at
            yield timed


class _Batch(NamedTuple):
    lines: List[bytes]
    #: Which files the lines stand in, and up to where.
    pieces: Dict[_SpoolFile, int]


class _Spool:
    """The files of one destination. `append` runs on any thread, under the lock; all else on the courier's."""

    def __init__(self, folder: str, bound: int, lock: Any) -> None:
        self.folder, self.bound, self.lock = folder, bound, lock
        self.file_bytes = max(1024, min(_FILE_BYTES, bound // 16))
        #: Own files, the oldest first; only the last one may be the current.
        self.own: List[_SpoolFile] = []
        self.current: Optional[_SpoolFile] = None
        self.orphans: List[_SpoolFile] = []
        #: The lines of the orphans in their order, and the one that had no room in the last batch.
        self.merged: Optional[Iterator[_Timed]] = None
        self.next_timed: Optional[_Timed] = None
        #: What the files of others take, as it was last seen.
        self.elsewhere = 0
        self.last_number = 0
        self.looked_at = 0.0
        #: Whether something had no room.
        self.is_full = False
        #: Whether it is worth while to look for files without a publisher.
        self.may_have_orphans = True

    def append(self, line: bytes) -> bool:
        """Whether the line is in the spool."""
        if fcntl is None:
            return False
        with self.lock:
            if self.own_bytes() + self.elsewhere + len(line) > self.bound:
                self.is_full = True
                return False
            try:
                file = self.current or self._begin()
            except OSError as error:
                _note("spool", "cannot write the spool in %s (%s); events wait in memory", self.folder, error)
                return False
            is_whole = file.append(line)
            if not is_whole or file.size >= self.file_bytes:
                self.current = None
            if not is_whole:
                _note("spool full", "the spool in %s is full; events wait in memory", self.folder)
            return is_whole

    def _begin(self) -> _SpoolFile:
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        if os.geteuid() not in (0, os.stat(self.folder).st_uid):
            raise PermissionError("the folder belongs to another user")
        # A clock that jumps back must not put new events before older ones.
        self.last_number = max(self.last_number + 1, time.time_ns() // 1_000_000)
        name = "%013d-%d-%s.ndjson" % (self.last_number, os.getpid(), secrets.token_hex(4))
        self.current = _SpoolFile.begin(self.folder, name)
        self.own.append(self.current)
        return self.current

    def own_bytes(self) -> int:
        return sum(file.size for file in self.own)

    def oldest_at(self, now: float) -> float:
        """When the oldest event that was not acknowledged was handed over."""
        unsent = [file for file in self.own if file.sent < file.size and file.marks]
        return unsent[0].marks[0][1] if unsent else now

    def has_left(self) -> bool:
        """Whether something of its own waits."""
        with self.lock:
            return any(file.sent < file.size for file in self.own)

    def next_batch(self) -> Optional[_Batch]:
        """What comes next: what others left, then its own. None if there is nothing."""
        if not self.orphans and self.may_have_orphans:
            self._take_orphans()
        return self._batch_of_orphans() if self.orphans else self._batch_of_own()

    def _batch_of_orphans(self) -> _Batch:
        """By time over all files: the scripts of one workflow ran at the same time, and the last word must stay the last."""
        if self.merged is None:
            processes: Dict[str, List[_SpoolFile]] = collections.defaultdict(list)
            for file in self.orphans:
                processes[file.process()].append(file)
            self.merged = heapq.merge(*map(_in_turn, processes.values()), key=lambda timed: timed.at)
            self.next_timed = None
        batch, room = _Batch([], {}), _BATCH_BYTES
        while len(batch.lines) < _BATCH_EVENTS:
            timed = self.next_timed or next(self.merged, None)
            self.next_timed = None
            if timed is None:
                break
            room -= len(timed.line) + 1
            if batch.lines and room < 0:
                self.next_timed = timed
                break
            batch.lines.extend([timed.line] if timed.line.strip() else [])
            batch.pieces[timed.file] = timed.end
        return batch

    def _batch_of_own(self) -> Optional[_Batch]:
        with self.lock:
            own = [file for file in self.own if file.sent < file.size]
        for file in own:
            lines, end = file.unsent(_BATCH_BYTES)
            if lines:
                return _Batch(lines, {file: end})
            if file is not self.current:
                return _Batch([], {file: file.size})  # Torn: its event went into memory.
        return None

    def acknowledge(self, batch: _Batch) -> None:
        for file, end in batch.pieces.items():
            with self.lock:
                file.acknowledge(end)
                if file.sent < file.size:
                    continue
                if file is self.current:
                    self._empty(file)
                    continue
                files = self.orphans if file in self.orphans else self.own
                files.remove(file)
            file.delete()

    def _empty(self, file: _SpoolFile) -> None:
        """A small file that was acknowledged is used again, instead of a new one for each batch."""
        with contextlib.suppress(OSError):
            os.ftruncate(file.fd, 0)
            file.size = file.sent = 0
            file.marks.clear()

    def release(self) -> None:
        """Gives back what other processes left, so that others can try: it could not be sent."""
        for file in self.orphans:
            file.close()
        self.orphans, self.merged = [], None

    def look(self) -> None:
        """Measures how much others have in the spool, at most once per second."""
        now = time.monotonic()
        if fcntl is None or (self.looked_at and now - self.looked_at < _TICK_S):
            return
        self.looked_at = now
        with self.lock:
            if self.current is not None and not self.current.is_there():
                self.current = None  # Somebody removed it; what is in it can still be read and sent.
        self._others()
        self.may_have_orphans = True

    def _others(self) -> List[str]:
        """The files that are not held here, the oldest first."""
        held = {os.path.basename(file.path) for file in [*self.own, *self.orphans]}
        names: List[str] = []
        elsewhere = sum(file.size for file in self.orphans)
        with contextlib.suppress(OSError), os.scandir(self.folder) as entries:
            for entry in entries:
                if entry.name in held:
                    continue
                stat = entry.stat(follow_symlinks=False)
                elsewhere += stat.st_size
                if entry.name.startswith(_NEW) and time.time() - stat.st_mtime > _NEW_S:
                    self._delete_unnamed(entry.path)
                elif _FILE_NAME.fullmatch(entry.name):
                    names.append(entry.name)
        self.elsewhere = elsewhere
        return sorted(names)

    def _take_orphans(self) -> None:
        """Takes over what others left. Where somebody has a file of a process, the later ones of that process are left to him."""
        left: Set[str] = set()
        for name in self._others():
            if len(self.orphans) >= _ORPHANS:
                break
            process = name.split("-")[1]
            file = None if process in left else _SpoolFile.take(os.path.join(self.folder, name))
            if file is None:
                left.add(process)
            else:
                self.orphans.append(file)
        self.merged = None
        self.may_have_orphans = len(self.orphans) >= _ORPHANS

    @staticmethod
    def _delete_unnamed(path: str) -> None:
        file = _SpoolFile.take(path)
        if file:
            file.delete()

    def is_tight(self) -> bool:
        """Whether something did not fit, or soon will not."""
        return self.is_full or self.own_bytes() + self.elsewhere > self.bound - self.bound // 8

    def make_room(self) -> Dict[str, int]:
        """Drops down to three quarters of the bound: the oldest log entries first, then the oldest of all. Gives how many, by
        workflow; the spool tells of them itself."""
        self._take_orphans()
        with self.lock:
            self.current = None
            self.is_full = False
            files = sorted([*self.orphans, *self.own], key=lambda file: os.path.basename(file.path))
            excess = self.own_bytes() + self.elsewhere - (self.bound - self.bound // 4)
        dropped: Dict[str, int] = collections.Counter()
        for are_logs_enough in (True, False):
            for file in files:
                if excess <= _LEAST_DROPPED_BYTES:
                    break
                with contextlib.suppress(OSError):
                    before = file.size
                    for adw_id, count in self._thin(file, excess, are_logs_enough).items():
                        dropped[adw_id] += count
                    excess -= before - file.size
        return dropped

    def _thin(self, file: _SpoolFile, excess: int, are_logs_enough: bool) -> Dict[str, int]:
        """Writes a file anew without the oldest of its lines; a notice stands in their place, so that a kill cannot undo it.
        Gives what was dropped now: a notice speaks of what was dropped before as well."""
        kept: List[bytes] = []
        dropped: Dict[str, int] = collections.Counter()
        missing: Dict[str, int] = collections.Counter()
        data = os.pread(file.fd, file.size - file.sent, file.sent)
        for line in data[: data.rfind(b"\n") + 1].splitlines(keepends=True):
            read = _read_line(line) if excess > 0 else None
            if read is None or (are_logs_enough and not read.is_log):
                kept.append(line)
                continue
            excess -= len(line)
            missing[read.adw_id] += read.weight
            dropped[read.adw_id] += 0 if read.is_notice else 1
        notices = [_notice(adw_id, count, secrets.token_hex(12)).line for adw_id, count in missing.items()]
        whole = b"".join(notices + kept)
        if len(whole) >= len(data):
            return {}  # Notices alone would be no smaller.
        self._replace(file, whole)
        return dropped

    def _replace(self, file: _SpoolFile, whole: bytes) -> None:
        """Replaces the file under the same name, without ever unlocking it."""
        self.merged = None
        new = _SpoolFile.begin(self.folder, "%sthin-%s" % (_NEW, secrets.token_hex(4)))
        if not new.append(whole):
            new.delete()
            raise OSError("not enough space to rewrite it")
        os.rename(new.path, file.path)
        with self.lock:
            os.close(file.fd)
            file.fd, file.size, file.sent = new.fd, new.size, 0
            file.marks = collections.deque([(0, file.marks[0][1])] if file.marks else [])

    def tidy(self) -> None:
        """Removes its own files where all was acknowledged; a process that ends leaves nothing else behind."""
        with self.lock:
            for file in [file for file in self.own if file.sent >= file.size]:
                self.own.remove(file)
                self.current = None if file is self.current else self.current
                file.delete()

    def let_go(self) -> None:
        """Closes without unlocking: the parent of a fork holds the same files, and its lock is theirs together."""
        for file in [*self.own, *self.orphans]:
            with contextlib.suppress(OSError):
                os.close(file.fd)


# The way to the server.

_CONNECT_S, _REQUEST_S = 2.0, 10.0


class _Server:
    """Posts batches over one persistent connection."""

    def __init__(self, url: str, token: Optional[str]) -> None:
        self.url = urllib.parse.urlsplit(url)
        self.headers = {"content-type": "application/x-ndjson", "user-agent": "adwatch-python/" + __version__}
        if token:
            self.headers["authorization"] = "Bearer " + token
        self.connection: Optional[http.client.HTTPConnection] = None
        self.path = ""
        self.deadline = 0.0

    def post(self, body: bytes) -> Tuple[int, bytes, float]:
        """Status, body, and how many seconds to wait before the next attempt; raises what `http.client` raises."""
        is_reused = self.connection is not None
        try:
            return self._post(body)
        except (http.client.HTTPException, ConnectionError):
            self.close()
            if not is_reused:
                raise
        except BaseException:
            self.close()
            raise
        # The server may close a connection while nothing is said: only a new one can tell whether it is there.
        try:
            return self._post(body)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _post(self, body: bytes) -> Tuple[int, bytes, float]:
        self.deadline = time.monotonic() + _REQUEST_S
        if self.connection is None:
            self.connection = self._connect()
        connection = self.connection
        connection.sock.settimeout(_REQUEST_S)
        connection.request("POST", self.path, body, self.headers)
        response = connection.getresponse()
        answer = response.read(1024 * 1024)
        if not response.isclosed() or response.will_close:
            self.close()
        return response.status, answer, _retry_after_s(response.getheader("retry-after"))

    def _connect(self) -> http.client.HTTPConnection:
        host, is_tls = self.url.hostname or "127.0.0.1", self.url.scheme == "https"
        port = self.url.port or (443 if is_tls else 80)
        self.path = self.url.path.rstrip("/") + "/api/agent-state-update"
        proxy = _proxy_for(self.url.scheme, host, port)
        headers = _proxy_headers(proxy) if proxy else {}
        at = (proxy.hostname or "", proxy.port or 80) if proxy else (host, port)
        if is_tls:
            context = ssl.create_default_context()
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(*at, timeout=_CONNECT_S, context=context)
            if proxy:
                connection.set_tunnel(host, port, headers)
        else:
            connection = http.client.HTTPConnection(*at, timeout=_CONNECT_S)
            if proxy:
                self.path = "http://%s%s" % (self.url.netloc, self.path)
                self.headers.update(headers)
        connection.response_class = functools.partial(_Response, self)  # type: ignore[assignment]
        connection.connect()
        return connection


class _Response(http.client.HTTPResponse):
    """An answer that must be complete by a deadline: a socket timeout would start again with each byte."""

    def __init__(self, server: _Server, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        raw = self.fp.detach() if isinstance(self.fp, io.BufferedReader) else self.fp
        self.fp = io.BufferedReader(_Patient(raw, sock, server))


class _Patient(io.RawIOBase):
    def __init__(self, raw: Any, sock: Any, server: _Server) -> None:
        self.raw, self.sock, self.server = raw, sock, server

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Any:
        self.sock.settimeout(max(0.001, self.server.deadline - time.monotonic()))
        return self.raw.readinto(buffer)

    def close(self) -> None:
        self.raw.close()
        super().close()


def _retry_after_s(said: Optional[str]) -> float:
    """In seconds; a date is ignored, since the clocks may differ."""
    try:
        return min(_LONGEST_RETRY_AFTER_S, max(0.0, float(said or 0)))
    except ValueError:
        return 0.0


def _proxy_for(scheme: str, host: str, port: int) -> Optional[urllib.parse.SplitResult]:
    """The proxy from the environment; never for this machine."""
    if host == "localhost" or host == "::1" or host.startswith("127."):
        return None
    import urllib.request  # Slow to load, and most never need it.

    proxy = urllib.request.getproxies().get(scheme)
    if not proxy or urllib.request.proxy_bypass("%s:%d" % (host, port)):
        return None
    return urllib.parse.urlsplit(proxy if "://" in proxy else "http://" + proxy)


def _proxy_headers(proxy: urllib.parse.SplitResult) -> Dict[str, str]:
    if not proxy.username:
        return {}
    said = "%s:%s" % (urllib.parse.unquote(proxy.username), urllib.parse.unquote(proxy.password or ""))
    return {"Proxy-Authorization": "Basic " + base64.b64encode(said.encode()).decode()}


# Settings.


def _is_yes(said: Optional[str]) -> bool:
    return (said or "").strip().lower() in ("1", "true", "yes")


def _base_url(url: Optional[str]) -> str:
    """The server as `http://host:port`, perhaps with a path; the default if what was given is not an address."""
    said = _text(url).strip() or DEFAULT_URL
    try:
        parts = urllib.parse.urlsplit(said if "://" in said else "http://" + said)
        scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
        host, port = parts.hostname, parts.port
    except ValueError:
        scheme, host, port = "", None, None
    if scheme not in ("http", "https") or not host:
        _note("url", "%r is not a server address; using %s", said, DEFAULT_URL)
        return DEFAULT_URL
    path = parts.path.rstrip("/")
    path = path[: -len("/ws")] if path.endswith("/ws") else path
    return "%s://%s%s%s" % (scheme, "[%s]" % host if ":" in host else host, ":%d" % port if port else "", path)


def _of_older(server_url: Any) -> Optional[str]:
    """The server that an older constructor means: none if older servers listened there, since adwatch does not."""
    base = urllib.parse.urlsplit(_base_url(server_url))
    if base.hostname in ("localhost", "127.0.0.1", "0.0.0.0", "::1") and base.port in (8002, 8500):
        return None
    return "%s://%s" % (base.scheme, base.netloc)


def _destination(url: str) -> str:
    """The folder of the spool for a server; all publishers use the same name."""
    parts = urllib.parse.urlsplit(url)
    host = parts.hostname or ""
    host = "127.0.0.1" if host in ("localhost", "::1", "0.0.0.0") else host
    host = "[%s]" % host if ":" in host else host
    port = ":%d" % parts.port if parts.port else ""
    return re.sub(r"[^A-Za-z0-9.-]+", "_", "%s://%s%s%s" % (parts.scheme, host, port, parts.path.rstrip("/")))


def _spool_folder() -> str:
    """Where state that outlives a process belongs; without a home folder, the temporary folder, under a name of this user's."""
    said = {name: os.environ.get(name, "").strip() for name in ("ADWATCH_SPOOL", "XDG_STATE_HOME", "HOME")}
    if said["ADWATCH_SPOOL"]:
        return os.path.abspath(said["ADWATCH_SPOOL"])  # A process that changes its folder must not lose its spool.
    if os.path.isabs(said["XDG_STATE_HOME"]):
        return os.path.join(said["XDG_STATE_HOME"], "adwatch", "spool")
    if said["HOME"]:
        return os.path.join(said["HOME"], ".local", "state", "adwatch", "spool")
    user = os.geteuid() if hasattr(os, "geteuid") else 0
    return os.path.join(tempfile.gettempdir(), "adwatch-spool-%d" % user)


def _spool_bytes() -> int:
    try:
        return max(64 * 1024, int(os.environ["ADWATCH_SPOOL_BYTES"]))
    except (KeyError, ValueError):
        return 64 * 1024 * 1024


# The state document.


def _read_document(path: str) -> Optional[Dict[str, Any]]:
    """The document; None if there is none. Other tools truncate and then write, so half of one is read again."""
    for _ in range(5):
        try:
            with open(path, "rb") as file:
                document = json.loads(file.read())
            if isinstance(document, dict):
                return document
        except FileNotFoundError:
            return None
        except ValueError:
            pass
        time.sleep(0.01)
    return None


def _joined(mine: Dict[str, Any], theirs: Dict[str, Any]) -> Dict[str, Any]:
    """The scripts that took part, where two processes noted theirs at once: each only ever adds to the list."""
    known, own = theirs.get("all_adws"), mine.get("all_adws")
    if not isinstance(known, list) or not isinstance(own, list):
        return {}
    return {"all_adws": known + [name for name in own if name not in known]}


def _write_document(path: str, document: Dict[str, Any]) -> None:
    """Beside it and then in its place, with the mode it had: no reader sees half of it."""
    mode = None
    with contextlib.suppress(OSError):
        mode = os.stat(path).st_mode & 0o7777
    temporary = "%s/.%s.%d-%s.tmp" % (os.path.dirname(path), os.path.basename(path), os.getpid(), secrets.token_hex(4))
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(document, file, indent=2, ensure_ascii=False)
        if mode is not None:
            os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


@contextlib.contextmanager
def _locked(folder: str) -> Iterator[None]:
    """Keeps other `AdwState`s out while one reads, merges and writes; who holds on for a second is not waited for."""
    fd = os.open(folder, os.O_RDONLY) if fcntl is not None else -1
    try:
        for _ in range(100 if fd >= 0 else 0):
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                time.sleep(0.01)
        yield
    finally:
        if fd >= 0:
            os.close(fd)


def _plain_copy(document: Dict[str, Any]) -> Dict[str, Any]:
    """A document of its own as JSON has it. Nothing is masked: it is the workflow's memory, and does not leave the machine."""
    copy: Dict[str, Any] = json.loads(_ENCODER_OF_STATE.encode(_whole(document)))
    return copy


def _whole(value: Any, above: Tuple[int, ...] = ()) -> Any:
    """Like `_plain`, and leaves secrets."""
    if isinstance(value, Mapping) and id(value) not in above and len(above) < _DEPTH:
        return {_text(key): _whole(field, (*above, id(value))) for key, field in value.items()}
    if isinstance(value, (list, tuple)) and id(value) not in above and len(above) < _DEPTH:
        return [_whole(item, (*above, id(value))) for item in value]
    if isinstance(value, str):
        return str(value) if not _SURROGATE.search(value) else value.encode("utf-8", "replace").decode()
    return value if value is None or isinstance(value, (bool, int)) else _plain(value, above)


_ENCODER_OF_STATE = json.JSONEncoder(ensure_ascii=False)


# Its own troubles: told once each, to the logger "adwatch", which prints nothing unless the program asks for it.

_noted: Set[str] = set()


def _note(trouble: str, message: str, *words: Any) -> None:
    if trouble in _noted:
        return
    _noted.add(trouble)
    with contextlib.suppress(Exception):
        _log.warning("adwatch: " + message, *words)


def _close_all() -> None:
    for courier in list(_couriers.values()):
        with contextlib.suppress(Exception):
            courier.close()


def _after_fork() -> None:
    global _couriers_lock
    _couriers_lock = threading.Lock()
    for courier in _couriers.values():
        courier.forget_parent()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
