"""OpenAI's Responses API, as Codex asks it."""

import json

from model.pieces import cut, turns, words
from script import Call, Say, Think

CALL = "call"
WRITES_CACHE = False
MINE = {"reasoning", "function_call", "custom_tool_call", "local_shell_call"}


def is_asked(path: str) -> bool:
    return path.split("?")[0].endswith("/responses")


def asked(request: dict, path: str, make):
    items = request.get("input")
    items = items if isinstance(items, list) else [{"role": "user", "content": items or ""}]
    opening = " ".join(words(item.get("content", "")) for item in items if item.get("role") == "user")
    is_mine = [item.get("type") in MINE or item.get("role") == "assistant" for item in items]
    tools = {tool.get("name") or tool.get("type", "") for tool in request.get("tools") or []}
    return make(opening, turns(is_mine), tools, bool(request.get("stream")), request.get("model", ""))


def trouble(wrong):
    return {"error": {"type": wrong.kind, "code": wrong.kind, "message": wrong.message}}


def _response(said, status: str, output: list) -> dict:
    response = {"id": said.name("resp"), "object": "response", "status": status, "model": said.asked.model}
    if status == "completed":
        tokens = said.tokens
        response["usage"] = {
            "input_tokens": tokens.input,
            "input_tokens_details": {"cached_tokens": tokens.cached},
            "output_tokens": tokens.output,
            "output_tokens_details": {"reasoning_tokens": tokens.thought},
            "total_tokens": tokens.input + tokens.output,
        }
    return response | {"output": output}


def _item(said, index: int, block, call_id: str) -> dict:
    item = {"id": f"{said.name('item')}_{index}"}
    match block:
        case Think(text):
            return item | {"type": "reasoning", "summary": [{"type": "summary_text", "text": text}]}
        case Say(text):
            content = [{"type": "output_text", "text": text, "annotations": []}]
            return item | {"type": "message", "role": "assistant", "status": "completed", "content": content}
        case Call(free=str(text)):
            named = {"type": "custom_tool_call", "call_id": call_id, "name": block.tool, "input": text}
        case Call():
            given = json.dumps(block.input)
            named = {"type": "function_call", "call_id": call_id, "name": block.tool, "arguments": given}
    return item | {"status": "completed"} | named


def whole(said) -> dict:
    return _response(said, "completed", [item for item, _ in _items(said)])


def _items(said):
    ids = iter(said.ids)
    for index, block in enumerate(said.blocks):
        yield _item(said, index, block, next(ids) if isinstance(block, Call) else ""), block


def stream(said):
    events = iter(range(10_000))

    def event(kind, **fields):
        return kind, {"type": kind, "sequence_number": next(events), **fields}

    yield event("response.created", response=_response(said, "in_progress", []))
    done = []
    for index, (item, block) in enumerate(_items(said)):
        place = {"item_id": item["id"], "output_index": index}
        blank = {key: [] if key in ("summary", "content") else value for key, value in item.items()}
        yield event("response.output_item.added", output_index=index, item=blank)
        if isinstance(block, Think):
            part = {"type": "summary_text", "text": ""}
            yield event("response.reasoning_summary_part.added", **place, summary_index=0, part=part)
            for piece in cut(block.text):
                yield event("response.reasoning_summary_text.delta", **place, summary_index=0, delta=piece)
            yield event("response.reasoning_summary_text.done", **place, summary_index=0, text=block.text)
        elif isinstance(block, Say):
            for piece in cut(block.text):
                yield event("response.output_text.delta", **place, content_index=0, delta=piece)
            yield event("response.output_text.done", **place, content_index=0, text=block.text)
        elif block.free is None:
            yield event("response.function_call_arguments.done", **place, arguments=item["arguments"])
        done.append(item)
        yield event("response.output_item.done", output_index=index, item=item)
    yield event("response.completed", response=_response(said, "completed", done))
