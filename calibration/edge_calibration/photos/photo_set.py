"""A set of photos with what they are known to show: one of ours, or a user's own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from edge_calibration.datasets import DATA, photo_paths, photo_tags
from edge_calibration.photos.truth import SmileTruth, labels_of
from edge_calibration.sources import Listing, PhotoItem
from edge_calibration.sources.coco import read_coco
from edge_calibration.sources.csv_table import read_csv
from edge_calibration.sources.folders import class_folders, read_class_folders, read_folder
from edge_calibration.sources.voc import is_voc, read_voc
from edge_runtime.errors import DatasetError, PhotoError, UnknownName
from edge_runtime.hashes import file_sha256
from edge_runtime.images import open_photo

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

MOST_SKIPPED = 0.1
"""Of the photos, those that may be unreadable before the set is refused."""
NAMED = 3
"""How many of many a message names."""


@dataclass(frozen=True, kw_only=True)
class PhotoSet:
    """Photos in alphabetical order; ``sha256`` is of their bytes, names and labels;
    ``skipped`` says of each photo that could not be read why."""

    name: str
    sha256: str
    items: tuple[PhotoItem, ...]
    skipped: tuple[str, ...] = ()


def open_photos(where: str | Path, tags: Collection[str] = (), data: Path = DATA) -> PhotoSet:
    """A committed set by its name, or a user's: a folder of photos or of class folders, a
    VOC folder, a COCO JSON or a CSV.

    With ``tags``, only the photos that have all of them.  Every photo of a user's set is
    decoded once to see that it can be; those of ours are checked by their hash.  Raises
    ``UnknownName`` for a set or tag that does not exist, and ``DatasetError`` for a set
    that is empty or of which more than a tenth cannot be read.
    """
    ours = next(
        (at for at in (data / where, Path(where)) if (at / "SOURCE.md").is_file()), None
    )
    if ours:
        return _checked(ours.name, _committed(ours.name, tags, ours.parent), ())
    listing = _listing(Path(where), data)
    if tags:
        raise UnknownName(f"tag of {where}, whose photos have none:", min(tags), ())
    if not listing.items:
        raise DatasetError(f"there is no photo in {where}: name a folder that has some")
    readable, skipped = _readable(listing.items)
    if len(skipped) > MOST_SKIPPED * len(listing.items):
        raise DatasetError(
            f"{len(skipped)} of {len(listing.items)} photos of {where} cannot be read"
            f" ({'; '.join(skipped[:NAMED])}): mend them or take them out"
        )
    kept = Listing(items=readable, tables=listing.tables)
    return _checked(str(where), kept, skipped)


def photos_sha256(paths: Iterable[tuple[str, Path]], tables: Sequence[Path] = ()) -> str:
    """Of the lines ``<sha256>  <name>`` of all photos, and of the files with the labels."""
    lines = [f"{file_sha256(path)}  {name}" for name, path in sorted(paths)]
    lines += [f"{file_sha256(path)}  {path.name}" for path in tables]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def check_labels(photos: PhotoSet, known: Collection[str]) -> None:
    """Raises ``DatasetError`` where photos have labels that a model does not know; it names
    the first few, each with the known label that is nearest."""
    strange = sorted(
        {label for item in photos.items for label in labels_of(item.truth)} - set(known)
    )
    if not strange:
        return
    named = "; ".join(_with_nearest(label, known) for label in strange[:NAMED])
    raise DatasetError(
        f"{len(strange)} labels of {photos.name} are not the model's ({named}): rename them,"
        " or take those photos out"
    )


def _with_nearest(label: str, known: Collection[str]) -> str:
    near = get_close_matches(label, list(known), n=1)
    return f"{label!r}, did you mean {near[0]!r}?" if near else repr(label)


def _committed(name: str, tags: Collection[str], data: Path) -> Listing:
    of = photo_tags(name, data)
    return Listing(
        items=tuple(
            PhotoItem(name=photo, path=path, tags=of[photo], truth=_smile(of[photo]))
            for photo, path in photo_paths(name, data, tags).items()
        )
    )


def _smile(tags: frozenset[str]) -> SmileTruth | None:
    """Of a group nothing is said: one may smile and another not."""
    if "portrait" not in tags or not tags & {"smile", "neutral"}:
        return None
    return SmileTruth(smiling="smile" in tags)


def _listing(where: Path, data: Path) -> Listing:
    if where.is_file() and where.suffix.lower() == ".json":
        return read_coco(where)
    if where.is_file() and where.suffix.lower() == ".csv":
        return read_csv(where)
    if where.is_file():
        raise DatasetError(
            f"{where} is not a set of photos: name a folder, a COCO JSON or a CSV"
        )
    if not where.is_dir():
        sets = {path.parent.name for path in data.glob("*/SOURCE.md")}
        raise UnknownName("folder or set of photos", str(where), sets)
    if is_voc(where):
        return read_voc(where)
    plain = read_folder(where)
    return read_class_folders(where) if not plain.items and class_folders(where) else plain


def _readable(items: Iterable[PhotoItem]) -> tuple[tuple[PhotoItem, ...], tuple[str, ...]]:
    kept, skipped = [], []
    for item in items:
        try:
            open_photo(item.path)
        except PhotoError as error:
            skipped.append(str(error))
        else:
            kept.append(item)
    return tuple(kept), tuple(skipped)


def _checked(name: str, listing: Listing, skipped: tuple[str, ...]) -> PhotoSet:
    if not listing.items:
        raise DatasetError(f"no photo of {name} has all of these tags: ask for fewer")
    paths = [(item.name, item.path) for item in listing.items]
    sha256 = photos_sha256(paths, listing.tables)
    return PhotoSet(name=name, sha256=sha256, items=listing.items, skipped=skipped)
