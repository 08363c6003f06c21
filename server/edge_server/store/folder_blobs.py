"""Blobs in a folder.

Each is written beside its name, forced to the disk and renamed: a power cut leaves it whole
or not there, which the libraries for object stores do not promise of a folder.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from edge_server.store.blobs import BlobSeen, place
from edge_server.store.faults import blob_faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAME = re.compile(r"[0-9a-f]{64}")
_UNFINISHED = ".part"


@dataclass(frozen=True)
class FolderBlobs:
    """Blobs below ``root``, which is made when something is put there."""

    root: Path

    def put(self, sha256: str, content: bytes) -> None:
        """Keep these bytes."""
        path = self.root / place(sha256)
        part = path.with_name(f"{uuid4().hex}{_UNFINISHED}")
        with blob_faults():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                _write(part, content)
                part.replace(path)
            except OSError:
                with suppress(OSError):
                    part.unlink()
                raise
            _sync_folder(path.parent)

    def get(self, sha256: str) -> bytes | None:
        """The bytes; None where there are none of that name."""
        with blob_faults():
            try:
                return (self.root / place(sha256)).read_bytes()
            except FileNotFoundError:
                return None

    def has(self, sha256: str) -> bool:
        """Whether they are there."""
        with blob_faults():
            return (self.root / place(sha256)).is_file()

    def delete(self, sha256: str) -> None:
        """Take them away, if they are there."""
        with blob_faults():
            (self.root / place(sha256)).unlink(missing_ok=True)

    def seen(self) -> Iterator[BlobSeen]:
        """Every blob; a link, or a file of another name, is none."""
        with blob_faults():
            for path in self.root.glob("??/??/*"):
                status = _status(path) if _NAME.fullmatch(path.name) else None
                if status is not None and not path.is_symlink():
                    yield BlobSeen(
                        sha256=path.name, size=status.st_size, modified=status.st_mtime
                    )

    def sweep_parts(self, before: float) -> int:
        """Take away what a killed process had not finished before that time: how many."""
        parts = ((path, _status(path)) for path in self.root.glob(f"??/??/*{_UNFINISHED}"))
        old = [path for path, status in parts if status and status.st_mtime < before]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)


def _status(path: Path) -> os.stat_result | None:
    """None for a file that is gone since the folder was listed."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """The name is on the disk too; Windows cannot open a folder, and needs it not."""
    with suppress(PermissionError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
