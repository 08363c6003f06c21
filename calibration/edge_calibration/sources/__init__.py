"""Sets of photos as people have them on disk: one file a layout.

Each reads a place into a :class:`Listing`, in alphabetical order, without opening a photo.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from edge_calibration.photos.truth import Truth

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"})


@dataclass(frozen=True, kw_only=True)
class PhotoItem:
    """A photo of a set: its name there, its file, the tags of what is on it, and what it is
    known to show, where that is known."""

    name: str
    path: Path
    tags: frozenset[str] = frozenset()
    truth: Truth | None = None


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What a place holds; ``tables`` are the files that the truth was read from."""

    items: tuple[PhotoItem, ...]
    tables: tuple[Path, ...] = ()


def photo_files(folder: Path) -> list[Path]:
    """The files in a folder that are named as photos are, in alphabetical order."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
    )


def named(paths: list[Path], root: Path) -> list[tuple[str, Path]]:
    """Names for photos: the path below ``root`` without its suffix, or with it where two
    differ in nothing else."""
    short = [path.relative_to(root).with_suffix("").as_posix() for path in paths]
    return [
        (name if short.count(name) == 1 else path.relative_to(root).as_posix(), path)
        for name, path in zip(short, paths, strict=True)
    ]
