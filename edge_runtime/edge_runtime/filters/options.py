"""What ``edge-run filter`` can be told; loads nothing that draws."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser


def add_options(parser: ArgumentParser) -> None:
    """The options of the command, but for those of the models and the server."""
    parser.add_argument(
        "photos", nargs="*", type=Path, metavar="PHOTO", help="photos, or folders of photos"
    )
    parser.add_argument(
        "-o", "--out", type=Path, help="a .png, .jpg or .webp, or a folder for many photos"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--preset", metavar="NAME", default="mood", help="a filter (mood)")
    what.add_argument("--recipe", type=Path, metavar="FILE.json", help="a filter of your own")
    what.add_argument("--list", action="store_true", help="print the presets")
    what.add_argument("--schema", action="store_true", help="print the schema of recipes")
    what.add_argument("--tables", action="store_true", help="print what other runtimes need")
    parser.add_argument(
        "--server", metavar="URL", help="a PocketLens server for depths; see POCKETLENS_KEY"
    )
