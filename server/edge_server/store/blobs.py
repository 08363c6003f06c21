"""Bytes by the SHA-256 of their content: in a folder, or in an object store by its URL."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, kw_only=True)
class BlobSeen:
    """A blob that lies there; ``size`` in bytes, ``modified`` in seconds since 1970."""

    sha256: str
    size: int
    modified: float


class Blobs(Protocol):
    """Where blobs lie.  Each method may raise ``StorageFull`` or ``StorageUnavailable``."""

    def put(self, sha256: str, content: bytes) -> None:
        """Keep these bytes; they are whole and on the disk when this returns."""
        ...

    def get(self, sha256: str) -> bytes | None:
        """The bytes; None where there are none of that name."""
        ...

    def has(self, sha256: str) -> bool:
        """Whether they are there."""
        ...

    def delete(self, sha256: str) -> None:
        """Take them away, if they are there."""
        ...

    def seen(self) -> Iterator[BlobSeen]:
        """Every blob, in no order."""
        ...


def open_blobs(url: str) -> Blobs:
    """By a URL such as ``s3://bucket/prefix``, or by the path of a folder."""
    if "://" in url and not url.startswith("file://"):
        from edge_server.store.object_blobs import ObjectBlobs

        return ObjectBlobs.at(url)
    from edge_server.store.folder_blobs import FolderBlobs

    return FolderBlobs(Path(url.removeprefix("file://")))


def place(sha256: str) -> str:
    """Where it lies, below the root: not too many in one folder."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
