"""Folders of photos: just so, or one folder a class, as ImageNet has it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edge_calibration.photos.truth import ClassTruth
from edge_calibration.sources import Listing, PhotoItem, named, photo_files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SYNSETS = "LOC_synset_mapping.txt"
_SYNSET = re.compile(r"^(n\d{8})\s+(.+?)\s*$", re.MULTILINE)


def read_folder(folder: Path) -> Listing:
    """The photos that lie in a folder; nothing is known of them."""
    found = named(photo_files(folder), folder)
    return Listing(items=tuple(PhotoItem(name=name, path=path) for name, path in found))


def read_class_folders(folder: Path) -> Listing:
    """The photos of every folder in ``folder``, whose name is their class.

    Where ImageNet's ``LOC_synset_mapping.txt`` lies in it or above it, the words stand for
    the numbers of the synsets.
    """
    table = next(
        (up / SYNSETS for up in (folder, folder.parent) if (up / SYNSETS).is_file()), None
    )
    words = _words(table) if table else {}
    items = [
        PhotoItem(name=name, path=path, truth=ClassTruth(label=words.get(at.name, at.name)))
        for at in class_folders(folder)
        for name, path in named(photo_files(at), folder)
    ]
    return Listing(items=tuple(items), tables=(table,) if table else ())


def class_folders(folder: Path) -> list[Path]:
    """The folders in a folder that hold photos."""
    return sorted(at for at in folder.iterdir() if at.is_dir() and photo_files(at))


def _words(table: Path) -> Mapping[str, str]:
    return dict(_SYNSET.findall(table.read_text(encoding="utf-8")))
