"""What was found out before a command was stopped: one JSON object a line, only appended.

A line that was cut off in the middle is not read, so that a run that was killed loses at
most the one number that it was writing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from edge_runtime.spec import Record
from edge_runtime.typed_reading import from_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Value = TypeVar("Value")


class _Line(Record, frozen=True, kw_only=True):
    key: str
    value: msgspec.Raw


class Journal:
    """Numbers by key, kept in a file; ``path`` and its folder are made where missing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, bytes] = {}
        if path.exists():
            self._read(path.read_bytes())
        path.parent.mkdir(parents=True, exist_ok=True)

    def __len__(self) -> int:
        return len(self._known)

    def remembered(self, key: str, kind: type[Value], work: Callable[[], Value]) -> Value:
        """What is known under the key, else what ``work`` finds, which is known then."""
        if key not in self._known:
            self._keep(key, msgspec.json.encode(work()))
        return from_json(self._known[key], kind)

    def _keep(self, key: str, value: bytes) -> None:
        line = msgspec.json.encode(_Line(key=key, value=msgspec.Raw(value)))
        with self._path.open("ab") as file:
            file.write(line + b"\n")
        self._known[key] = value

    def _read(self, content: bytes) -> None:
        whole = content[: content.rfind(b"\n") + 1]
        for text in whole.splitlines():
            try:
                line = from_json(text, _Line)
            except msgspec.DecodeError:  # cut off by a kill, and written on by the next run
                continue
            self._known[line.key] = bytes(line.value)
        if whole != content:  # or the next line would be glued to half a one
            with self._path.open("ab") as file:
                file.write(b"\n")
