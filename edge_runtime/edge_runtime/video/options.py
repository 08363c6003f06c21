"""The options of ``edge-run video``."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

TASKS = ("background", "faces", "landmarks", "smile", "segment", "filter")


def add_options(parser: argparse.ArgumentParser, positive: Callable[[str], int]) -> None:
    """What to read, where to write, what to do; ``positive`` reads a whole number."""
    parser.add_argument(
        "video", nargs="?", metavar="VIDEO", help="a video, or an address such as rtsp://..."
    )
    parser.add_argument("--camera", type=int, metavar="N", help="the camera of that number")
    parser.add_argument(
        "-o", "--out", type=Path, required=True, help="a .mp4, .mov, .mkv or .webm"
    )
    parser.add_argument(
        "--task", choices=TASKS, default="background", help="what is done (background)"
    )
    parser.add_argument(
        "--background",
        metavar="WHAT",
        help="blur, a CSS colour, a picture's path, or words such as rainbow,texture (blur)",
    )
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--preset", metavar="NAME", help="the filter of --task filter")
    chosen.add_argument(
        "--recipe", type=Path, metavar="FILE.json", help="a filter of your own, likewise"
    )
    parser.add_argument("--model", metavar="ID", help="another model for the mask")
    parser.add_argument(
        "--seconds", type=_seconds, metavar="S", help="stop after so much of the video"
    )
    parser.add_argument("--no-audio", action="store_true", help="leave the sound out")
    parser.add_argument("--raw", action="store_true", help="do not steady masks and faces")
    parser.add_argument(
        "--detect-every",
        type=positive,
        default=15,
        metavar="N",
        help="frames between two searches for new faces (15)",
    )


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time in seconds, such as 2.5")
    return seconds
