"""Many photos: which they are, and where the picture of each is written."""

from __future__ import annotations

from collections import Counter
from itertools import chain, count
from typing import TYPE_CHECKING

from edge_runtime.errors import PocketLensError
from edge_runtime.outputs import SUFFIXES, check_suffix

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_PICTURES = {
    *SUFFIXES,
    *(".jpe", ".jfif", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".jp2", ".j2k"),
    *(".ppm", ".pgm", ".pnm", ".apng"),
    # No decoder here reads these: opening one says so, leaving it out would not.
    *(".heic", ".heif"),
}
_NOTES_OF_MACOS = "._"  # beside a photo, with its name, on disks that are not a Mac's


def expand(paths: Sequence[Path]) -> list[Path]:
    """The photos meant: a folder stands for the pictures in it, in alphabetical order.

    What is not there, or holds no picture, stays in the list: opening it says why.
    """
    return [photo for path in paths for photo in _inside(path) or [path]]


def _inside(path: Path) -> list[Path]:
    try:
        found = sorted(path.iterdir()) if _is_dir(path) else []
    except OSError:
        return []
    return [file for file in found if _is_picture(file) and file.is_file()]


def _is_picture(file: Path) -> bool:
    named = file.suffix.lower() in _PICTURES
    return named and not file.name.startswith(_NOTES_OF_MACOS)


def is_folder(out: Path, given: Sequence[Path]) -> bool:
    """Whether OUT is meant as a folder: it is one, has no suffix, or the photos do."""
    many = len(given) > 1 or any(_is_dir(path) for path in given)
    return _is_dir(out) or not out.suffix or (many and out.suffix.lower() not in SUFFIXES)


def _is_dir(path: Path) -> bool:
    """Also where it may not be looked at, or no such name can be: opening it says so."""
    try:
        return path.is_dir()
    except OSError:
        return False


def targets(photos: Sequence[Path], folder: Path, suffix: str | None) -> list[Path]:
    """Where each photo's picture goes: its name kept, in ``folder``.

    The suffix is the photo's own where it can be written, else ``.png``, or ``suffix``
    for all.  Two photos that would meet keep their old suffix before the new one, and a
    number if that does not part them.
    """
    named = [photo.stem + _suffix(photo, suffix) for photo in photos]
    meeting = Counter(named)
    chosen: dict[str, None] = {}
    for photo, name in zip(photos, named, strict=True):
        alone = meeting[name] == 1 or name == photo.name
        kept = name if alone else photo.name + _suffix(photo, suffix)
        free = (f"{number}-{kept}" for number in count(2))
        chosen[next(n for n in chain([kept], free) if n not in chosen)] = None
    return [folder / name for name in chosen]


def _suffix(photo: Path, suffix: str | None) -> str:
    own = photo.suffix if photo.suffix.lower() in SUFFIXES else ".png"
    return suffix or own


def check_target(photo: Path, target: Path, *, transparent: bool) -> None:
    """Raise where a picture cannot be written under that name or would replace its photo."""
    check_suffix(target, transparent=transparent)
    if same_file(photo, target):
        raise PocketLensError(f"{target} is the photo itself: choose another place with -o")


def same_file(one: Path, other: Path) -> bool:
    """Whether both names are there and are the same file."""
    try:
        return one.samefile(other)
    except OSError:  # what is wrong with a name is said when it is opened
        return False
