"""Chat completions as OpenAI and many others speak them; opencode asks in this way."""

import json

from model.pieces import cut, words
from script import Call, Say, Think

CALL = "call"
WRITES_CACHE = False


def is_asked(path: str) -> bool:
    return path.split("?")[0].endswith("/chat/completions")


def asked(request: dict, path: str, make):
    spoken = request.get("messages", [])
    opening = next((words(said.get("content", "")) for said in spoken if said["role"] == "user"), "")
    tools = {tool.get("function", {}).get("name", "") for tool in request.get("tools") or []}
    mine = sum(said["role"] == "assistant" for said in spoken)
    return make(opening, mine, tools, bool(request.get("stream")), request.get("model", ""))


def trouble(wrong):
    return {"error": {"type": wrong.kind, "code": wrong.kind, "message": wrong.message}}


def _usage(said) -> dict:
    tokens = said.tokens
    return {
        "prompt_tokens": tokens.input,
        "completion_tokens": tokens.output,
        "total_tokens": tokens.input + tokens.output,
        "prompt_tokens_details": {"cached_tokens": tokens.cached},
        "completion_tokens_details": {"reasoning_tokens": tokens.thought},
    }


def _answer(said, kind: str, choices: list, **more) -> dict:
    return {"id": said.name("chat"), "object": kind, "created": 0, "model": said.asked.model, "choices": choices} | more


def whole(said) -> dict:
    text = "".join(block.text for block in said.blocks if isinstance(block, Say))
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return _answer(said, "chat.completion", [choice], usage=_usage(said))


def stream(said):
    def piece(delta, reason=None):
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return None, _answer(said, "chat.completion.chunk", [choice])

    yield piece({"role": "assistant", "content": ""})
    for block in said.blocks:
        if isinstance(block, Think):
            yield piece({"reasoning_content": block.text})
        elif isinstance(block, Say):
            for text in cut(block.text):
                yield piece({"content": text})
    calls = [block for block in said.blocks if isinstance(block, Call)]
    for index, (call_id, block) in enumerate(zip(said.ids, calls)):
        function = {"name": block.tool, "arguments": json.dumps(block.input)}
        yield piece({"tool_calls": [{"index": index, "id": call_id, "type": "function", "function": function}]})
    yield piece({}, "tool_calls" if calls else "stop")
    yield None, _answer(said, "chat.completion.chunk", [], usage=_usage(said))
    yield None, "[DONE]"
