"""``edge-run doctor``: read a dump, examine it, say what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from edge_runtime.bundle import Bundle
from edge_runtime.doctor.dump import read_dump
from edge_runtime.doctor.examination import examine
from edge_runtime.doctor.reporting import text
from edge_runtime.errors import PhotoNotFound
from edge_runtime.images import open_photo
from edge_runtime.terminal import answer

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path


def run_doctor(args: Namespace) -> int:
    """Print the report on a dump; 0 where it is healthy, 1 where something was found."""
    report = examine(
        Bundle.open(args.folder),
        read_dump(args.dump),
        _bytes(args.photo) if args.photo else None,
        open_photo(args.style_image) if args.style_image else None,
    )
    answer(msgspec.json.encode(report).decode() if args.json else text(report))
    return 0 if report.healthy else 1


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PhotoNotFound(f"{path} cannot be read ({error.strerror}): check it") from None
