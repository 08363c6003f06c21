"""The words by which a result is found: labels, lines of text, captions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_KEYS = frozenset({"label", "labels", "text", "caption", "scene"})
_MOST = 500
_MOST_CHARACTERS = 200


def words_of_answer(answer: bytes) -> tuple[str, ...]:
    """The texts that stand under such names, anywhere in the JSON."""
    return tidy(_texts(msgspec.json.decode(answer)))


def tidy(texts: Iterable[str]) -> tuple[str, ...]:
    """In small letters, each once, sorted; none empty or very long, and not too many."""
    cleaned = (" ".join(text.replace("\0", " ").casefold().split()) for text in texts)
    return tuple(sorted({text[:_MOST_CHARACTERS] for text in cleaned if text}))[:_MOST]


def _texts(value: Any) -> Iterator[str]:
    """Breadth first: an answer may be deep."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, dict):
            for name, inner in one.items():
                yield from _named(name, inner)
                waiting.append(inner)


def _named(name: str, value: Any) -> Iterator[str]:
    if name in _KEYS:
        listed = value if isinstance(value, list) else [value]
        yield from (text for text in listed if isinstance(text, str))
