"""Google's Gemini API."""

import re

from model.pieces import cut, turns, words
from script import Call, Say, Think

CALL = "call"
WRITES_CACHE = False


def is_asked(path: str) -> bool:
    return "enerateContent" in path


def asked(request: dict, path: str, make):
    spoken = request.get("contents", [])
    opening = " ".join(words(said.get("parts", "")) for said in spoken if said.get("role") == "user")
    tools = {
        declared.get("name", "")
        for tool in request.get("tools") or []
        for declared in tool.get("functionDeclarations", [])
    }
    model = re.search(r"models/([^:]+):", path)
    mine = turns([said.get("role") == "model" for said in spoken])
    return make(opening, mine, tools, "streamGenerateContent" in path, model.group(1) if model else "")


def trouble(wrong):
    return {"error": {"code": wrong.status, "status": wrong.kind, "message": wrong.message}}


def _usage(said) -> dict:
    tokens = said.tokens
    return {
        "promptTokenCount": tokens.input,
        "cachedContentTokenCount": tokens.cached,
        "candidatesTokenCount": tokens.output - tokens.thought,
        "thoughtsTokenCount": tokens.thought,
        "totalTokenCount": tokens.input + tokens.output,
    }


def _answer(said, parts: list, reason=None) -> dict:
    candidate = {"content": {"role": "model", "parts": parts}, "index": 0}
    answer = {"candidates": [candidate], "modelVersion": said.asked.model, "responseId": said.name("resp")}
    if reason:
        candidate["finishReason"] = reason
        answer["usageMetadata"] = _usage(said)
    return answer


def whole(said) -> dict:
    return _answer(said, [{"text": block.text} for block in said.blocks if isinstance(block, Say)], "STOP")


def stream(said):
    ids = iter(said.ids)
    for block in said.blocks:
        if isinstance(block, Think):
            yield None, _answer(said, [{"text": block.text, "thought": True}])
        elif isinstance(block, Say):
            for text in cut(block.text):
                yield None, _answer(said, [{"text": text}])
        elif isinstance(block, Call):
            call = {"name": block.tool, "args": block.input, "id": next(ids)}
            yield None, _answer(said, [{"functionCall": call}])
    yield None, _answer(said, [{"text": ""}], "STOP")
