"""Files appear under their name whole, or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = ".building-"


@contextmanager
def workshop(folder: Path) -> Iterator[Path]:
    """A temporary folder inside ``folder``, so that a rename out of it is one step.

    What a killed run left behind is swept away first; it never had a real name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(f"{PREFIX}*"):
        if not _alive(left.name.removeprefix(PREFIX).partition("-")[0]):
            shutil.rmtree(left, ignore_errors=True)
    prefix = f"{PREFIX}{os.getpid()}-"
    try:
        with tempfile.TemporaryDirectory(prefix=prefix, dir=folder) as place:
            yield Path(place)
    finally:
        with suppress(OSError):  # there is something in it
            folder.rmdir()


def put(made: Path, target: Path) -> None:
    """Move a finished file or folder to its name, over what was there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        old = made.with_name(f"{made.name}.old")
        target.rename(old)
    made.replace(target)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file by way of a temporary one beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=PREFIX, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _alive(process: str) -> bool:
    return process.isdigit() and Path("/proc", process).exists()
