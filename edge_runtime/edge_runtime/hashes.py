"""SHA-256 of what a bundle holds: a file, or a folder such as an ``.mlpackage``."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def content_sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, or of a folder's (see :func:`tree_sha256`)."""
    return tree_sha256(path) if path.is_dir() else file_sha256(path)


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in lower-case hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def tree_sha256(folder: Path) -> str:
    """The SHA-256 of a folder: that of one ``<sha256>  <path>`` line a file.

    Paths are relative, with forward slashes; the lines are sorted by path and each ends
    in a newline, as ``sha256sum`` writes them.  Times, owners and empty folders do not
    count.
    """
    digest = hashlib.sha256()
    for name, path in tree_files(folder):
        digest.update(f"{file_sha256(path)}  {name}\n".encode())
    return digest.hexdigest()


def tree_files(folder: Path) -> list[tuple[str, Path]]:
    """Every file below a folder as (relative path with forward slashes, path), sorted."""
    return sorted(
        (path.relative_to(folder).as_posix(), path)
        for path in folder.rglob("*")
        if path.is_file()
    )


def content_bytes(path: Path) -> int:
    """The size of a file, or of all files below a folder together."""
    if path.is_dir():
        return sum(file.stat().st_size for _, file in tree_files(path))
    return path.stat().st_size
