"""Which accelerators were chosen, and which were being tried when everything ended.

One file a choice, in ``canary`` of the user's cache (``$POCKETLENS_CACHE``, else
``$XDG_CACHE_HOME/pocketlens``, else ``~/.cache/pocketlens``).  A damaged file counts as none
and is written again; a folder that cannot be written costs only that the choice is measured
again next time.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from edge_runtime.errors import PocketLensError
from edge_runtime.outputs import write_bytes
from edge_runtime.record import Record
from edge_runtime.trial import Verdict  # noqa: TC001  msgspec reads it at run time
from edge_runtime.typed_reading import from_json

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator


class Key(Record, frozen=True, kw_only=True):
    """What a choice holds for: a model's files (backend, its version, accelerator and the
    file's SHA-256 of each candidate), CPU threads, and this device with its drivers."""

    model: str
    candidates: tuple[str, ...]
    threads: int
    device: str

    @property
    def name(self) -> str:
        """Short and unique: the model, and a hash of the rest."""
        digest = hashlib.sha256(msgspec.json.encode(self)).hexdigest()
        return f"{self.model}-{digest[:16]}"


class Choice(Record, frozen=True, kw_only=True):
    """The backend and accelerator that run a model, and what was seen of each;
    ``remembered`` says that an earlier start had tried them."""

    model: str
    backend: str
    accelerator: str
    verdicts: tuple[Verdict, ...]
    remembered: bool = False


class _Kept(Record, frozen=True, kw_only=True):
    key: Key
    choice: Choice


class Choices:
    """The choices in a folder; several processes may use it at a time."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or cache_folder() / "canary"

    def read(self, key: Key) -> Choice | None:
        """The choice that was kept; none where there is none, or the file is damaged."""
        try:
            kept = from_json(self._path(key).read_bytes(), _Kept)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None
        if kept.key != key:
            return None
        return msgspec.structs.replace(kept.choice, remembered=True)

    def write(self, key: Key, choice: Choice) -> None:
        """Keep a choice; where that fails, an earlier one stays."""
        content = msgspec.json.encode(_Kept(key=key, choice=choice))
        with contextlib.suppress(PocketLensError):
            write_bytes(self._path(key), msgspec.json.format(content) + b"\n")

    @contextlib.contextmanager
    def alone(self, key: Key) -> Iterator[None]:
        """One process at a time tries a model's accelerators; the next finds the choice.

        So a mark that is found in here was left by a process that died.
        """
        with contextlib.ExitStack() as stack:
            if sys.platform != "win32":
                with contextlib.suppress(OSError):
                    self.folder.mkdir(parents=True, exist_ok=True)
                    file = stack.enter_context(self._path(key, ".lock").open("wb"))
                    fcntl.flock(file, fcntl.LOCK_EX)  # closing it unlocks
            yield

    @contextlib.contextmanager
    def attempting(self, key: Key, what: str) -> Iterator[None]:
        """Leaves a mark meanwhile, which only the end of the process does not clear."""
        mark = self._mark(key, what)
        with contextlib.suppress(PocketLensError):
            write_bytes(mark, b"")
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                mark.unlink()

    def was_cut_short(self, key: Key, what: str) -> bool:
        """Whether a process ended while it was attempting that."""
        return self._mark(key, what).exists()

    def clear_marks(self, key: Key) -> None:
        """Let everything be tried again."""
        for mark in self.folder.glob(f"{key.name}.*.trying"):
            with contextlib.suppress(OSError):
                mark.unlink()

    def _mark(self, key: Key, what: str) -> Path:
        return self._path(key, f".{what.replace(' ', '-')}.trying")

    def _path(self, key: Key, suffix: str = ".json") -> Path:
        return self.folder / f"{key.name}{suffix}"


def cache_folder() -> Path:
    """Where files are kept that can be made again."""
    if chosen := os.environ.get("POCKETLENS_CACHE"):
        return Path(chosen)
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "pocketlens"
