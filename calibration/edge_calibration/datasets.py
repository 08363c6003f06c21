"""Sets of photos: a folder under ``calibration/data`` with a ``SOURCE.md`` that lists them.

``evaluation`` is what models are evaluated on, ``samples`` what they are shown and verified
on, ``calibration`` what static quantisation sees.  No photo is in two of them.  The table of
``SOURCE.md`` gives origin, licence, tags and SHA-256 of every photo; a photo that is not the
one listed is refused.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from edge_runtime.errors import BundleTampered, UnknownName
from edge_runtime.hashes import file_sha256
from edge_runtime.images import open_photo

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from edge_runtime.images import Photo

DATA = Path(__file__).parents[1] / "data"
SAMPLES = "samples"
CALIBRATION = "calibration"
EVALUATION = "evaluation"
_ROW = re.compile(
    r"^\| (?P<file>[\w.-]+\.(?:jpg|png)) \|.*\| (?P<sha256>[0-9a-f]{64}) \|$", re.MULTILINE
)
_TAGS = re.compile(
    r"^\| (?P<file>[\w.-]+)\.(?:jpg|png) \|.*\|.*\| (?P<tags>[a-z ]+) \| [0-9a-f]{64} \|$",
    re.MULTILINE,
)


def photo_paths(
    dataset: str, data: Path = DATA, tags: Collection[str] = ()
) -> Mapping[str, Path]:
    """The photos of a set by their names without suffix, in alphabetical order.

    With ``tags``, only the photos that have all of them.  Raises ``UnknownName`` for a set
    that does not exist or a tag that no photo of it has, and ``BundleTampered`` where a
    photo is missing, is not listed or is not the one listed.
    """
    folder = data / dataset
    listed = _listed(folder, dataset, data)
    there = {path.name for path in folder.iterdir() if path.suffix in {".jpg", ".png"}}
    strange = sorted(there ^ listed.keys())
    if strange:
        raise BundleTampered(
            f"the set {dataset!r} and its SOURCE.md differ in {', '.join(strange)}: add the"
            " row, or bring back the photo"
        )
    for name, sha256 in listed.items():
        if file_sha256(folder / name) != sha256:
            raise BundleTampered(
                f"{folder / name} is not the photo that SOURCE.md lists (SHA-256 differs)"
            )
    files = {Path(name).stem: folder / name for name in listed}
    return {name: files[name] for name in sorted(_tagged(dataset, data, tags))}


def photo_tags(dataset: str, data: Path = DATA) -> Mapping[str, frozenset[str]]:
    """What is on the photos of a set, by their names without suffix.

    A photo whose row has no tags has none.  Raises ``UnknownName`` as ``photo_paths``.
    """
    table = _table(data / dataset, dataset, data)
    tags = {row["file"]: frozenset(row["tags"].split()) for row in _TAGS.finditer(table)}
    names = sorted(Path(row["file"]).stem for row in _ROW.finditer(table))
    return {name: tags.get(name, frozenset()) for name in names}


def photos(dataset: str, data: Path = DATA) -> Iterator[tuple[str, Photo]]:
    """Each photo of a set with its name, upright and in sRGB."""
    for name, path in photo_paths(dataset, data).items():
        yield name, open_photo(path)


def _tagged(dataset: str, data: Path, wanted: Collection[str]) -> set[str]:
    tags = photo_tags(dataset, data)
    known = {tag for found in tags.values() for tag in found}
    for tag in wanted:
        if tag not in known:
            raise UnknownName(f"tag of the set {dataset!r}", tag, known)
    return {name for name, found in tags.items() if found.issuperset(wanted)}


def _listed(folder: Path, dataset: str, data: Path) -> dict[str, str]:
    rows = _ROW.finditer(_table(folder, dataset, data))
    return {row["file"]: row["sha256"] for row in rows}


def _table(folder: Path, dataset: str, data: Path) -> str:
    source = folder / "SOURCE.md"
    if not source.is_file():
        sets = {path.parent.name for path in data.glob("*/SOURCE.md")}
        raise UnknownName("set of photos", dataset, sets)
    return source.read_text(encoding="utf-8")
