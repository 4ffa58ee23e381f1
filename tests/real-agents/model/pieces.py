"""What the wires share."""

import json


def cut(text: str, size: int = 40) -> list[str]:
    """A text as it streams: in pieces."""
    return [text[at : at + size] for at in range(0, len(text), size)] or [""]


def words(content) -> str:
    """The words of a message's content, whatever shape it has."""
    return content if isinstance(content, str) else json.dumps(content)


def turns(speakers: list[bool]) -> int:
    """How often the model has spoken: runs of its items count once."""
    return sum(mine and not before for before, mine in zip([False, *speakers], speakers))
