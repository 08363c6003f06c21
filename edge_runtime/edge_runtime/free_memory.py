"""How much memory can be taken before the system ends the process."""

from __future__ import annotations

import re
from pathlib import Path

from edge_runtime.errors import PocketLensError

_MACHINE = Path("/proc/meminfo")
_CONTAINER = Path("/sys/fs/cgroup")


def free_bytes() -> int | None:
    """Of the machine, or of the container where that has less; None where neither is told, as
    on macOS and Windows."""
    known = [free for free in (_of_machine(), _of_container()) if free is not None]
    return min(known, default=None)


def check_fits(needed: int, what: str, instead: str) -> None:
    """Raise ``PocketLensError`` where ``needed`` bytes are not there: ``what`` takes them, and
    ``instead`` is what to do."""
    free = free_bytes()
    if free is not None and needed > free:
        raise PocketLensError(
            f"{what} takes about {needed / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are "
            f"free: {instead}"
        )


def _of_machine() -> int | None:
    found = re.search(r"^MemAvailable:\s+(\d+) kB$", _text(_MACHINE), re.MULTILINE)
    return 1024 * int(found[1]) if found else None


def _of_container() -> int | None:
    """By version 2 of Linux's control groups; files that are only kept count as free."""
    most, used = _text(_CONTAINER / "memory.max"), _text(_CONTAINER / "memory.current")
    if not (most.strip().isdecimal() and used.strip().isdecimal()):
        return None
    kept = re.search(r"^inactive_file (\d+)$", _text(_CONTAINER / "memory.stat"), re.MULTILINE)
    return max(0, int(most) - int(used) + (int(kept[1]) if kept else 0))


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return ""
