"""Anthropic's Messages API."""

import json

from model.pieces import cut, words
from script import Call, Redacted, Say, Think

CALL = "toolu"
WRITES_CACHE = True
SIGNATURE = "bm8gcmVhbCBzaWduYXR1cmU="


def is_asked(path: str) -> bool:
    return path.split("?")[0].endswith(("/messages", "/messages/count_tokens"))


def asked(request: dict, path: str, make):
    spoken = request.get("messages", [])
    opening = next((words(said["content"]) for said in spoken if said["role"] == "user"), "")
    return make(
        opening,
        sum(said["role"] == "assistant" for said in spoken),
        {tool.get("name", "") for tool in request.get("tools") or []},
        bool(request.get("stream")),
        request.get("model", ""),
    )


def trouble(wrong):
    return {"type": "error", "error": {"type": wrong.kind, "message": wrong.message}}


def _usage(said, output: int) -> dict:
    return {
        "input_tokens": said.tokens.fresh,
        "cache_creation_input_tokens": said.tokens.written,
        "cache_read_input_tokens": said.tokens.cached,
        "output_tokens": output,
    }


def _message(said, content: list, stop, output: int) -> dict:
    return {
        "id": said.name("msg"),
        "type": "message",
        "role": "assistant",
        "model": said.asked.model,
        "content": content,
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": _usage(said, output),
    }


def _content(said) -> list[dict]:
    ids = iter(said.ids)
    shapes = {
        Say: lambda block: {"type": "text", "text": block.text},
        Think: lambda block: {"type": "thinking", "thinking": block.text, "signature": SIGNATURE},
        Redacted: lambda _: {"type": "redacted_thinking", "data": "bm90aGluZyB0byBzZWU="},
        Call: lambda block: {"type": "tool_use", "id": next(ids), "name": block.tool, "input": block.input},
    }
    return [shapes[type(block)](block) for block in said.blocks]


def _stop(said) -> str:
    return "tool_use" if said.calls else "end_turn"


def whole(said) -> dict:
    return _message(said, _content(said), _stop(said), said.tokens.output)


def stream(said):
    # As the real one does, the start tells one token of output; only `message_delta` knows them all.
    yield "message_start", {"type": "message_start", "message": _message(said, [], None, 1)}
    if said.breaks:
        yield from _block(0, {"type": "text", "text": "This breaks off"}, is_whole=False)
        yield "error", {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
        return
    for index, block in enumerate(_content(said)):
        yield from _block(index, block)
    ended = {"stop_reason": _stop(said), "stop_sequence": None}
    yield "message_delta", {"type": "message_delta", "delta": ended, "usage": _usage(said, said.tokens.output)}
    yield "message_stop", {"type": "message_stop"}


def _block(index: int, block: dict, is_whole: bool = True):
    match block["type"]:
        case "text":
            empty, deltas = {"text": ""}, [("text_delta", "text", piece) for piece in cut(block["text"])]
        case "thinking":
            empty = {"thinking": "", "signature": ""}
            deltas = [("thinking_delta", "thinking", piece) for piece in cut(block["thinking"])]
            deltas.append(("signature_delta", "signature", block["signature"]))
        case "tool_use":
            empty = {"input": {}}
            deltas = [("input_json_delta", "partial_json", piece) for piece in cut(json.dumps(block["input"]), 60)]
        case _:
            empty, deltas = {}, []
    start = {"type": "content_block_start", "index": index, "content_block": block | empty}
    yield "content_block_start", start
    for kind, field, piece in deltas:
        delta = {"type": kind, field: piece}
        yield "content_block_delta", {"type": "content_block_delta", "index": index, "delta": delta}
    if is_whole:
        yield "content_block_stop", {"type": "content_block_stop", "index": index}
