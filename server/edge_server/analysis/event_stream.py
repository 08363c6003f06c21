"""Server-sent events (the HTML standard, section 9.2): names, JSON, and signs of life."""

from __future__ import annotations

from typing import Any

import msgspec

EVENTS = "text/event-stream"
# Proxies give up a connection on which nothing comes for a minute or so.
SILENCE_SECONDS = 15.0
STILL_THERE = b": still working\n\n"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Vary": "Accept"}


def event(name: str, data: Any, number: int | None = None) -> bytes:
    """One event; ``number`` is its id, by which a client that comes back goes on."""
    text = msgspec.json.encode(data)  # has no line breaks of its own
    sign = b"" if number is None else f"id: {number}\n".encode()
    return sign + f"event: {name}\n".encode() + b"data: " + text + b"\n\n"
