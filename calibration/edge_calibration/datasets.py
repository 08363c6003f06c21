"""Sets of photos: a folder under ``calibration/data`` with a ``SOURCE.md`` that lists them.

``samples`` are what models are shown, verified and evaluated on; ``calibration`` is what
static quantisation sees.  No photo is in both.  The table of ``SOURCE.md`` gives origin,
licence and SHA-256 of every photo; a photo that is not the one listed is refused.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from edge_runtime.errors import BundleTampered, UnknownName
from edge_runtime.hashes import file_sha256
from edge_runtime.images import open_photo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from edge_runtime.images import Photo

DATA = Path(__file__).parents[1] / "data"
SAMPLES = "samples"
CALIBRATION = "calibration"
_ROW = re.compile(
    r"^\| (?P<file>[\w.-]+\.(?:jpg|png)) \|.*\| (?P<sha256>[0-9a-f]{64}) \|$", re.MULTILINE
)


def photo_paths(dataset: str, data: Path = DATA) -> Mapping[str, Path]:
    """The photos of a set by their names without suffix, in alphabetical order.

    Raises ``UnknownName`` for a set that does not exist and ``BundleTampered`` where a
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
    return {Path(name).stem: folder / name for name in sorted(listed)}


def photos(dataset: str, data: Path = DATA) -> Iterator[tuple[str, Photo]]:
    """Each photo of a set with its name, upright and in sRGB."""
    for name, path in photo_paths(dataset, data).items():
        yield name, open_photo(path)


def _listed(folder: Path, dataset: str, data: Path) -> dict[str, str]:
    source = folder / "SOURCE.md"
    if not source.is_file():
        sets = {path.parent.name for path in data.glob("*/SOURCE.md")}
        raise UnknownName("set of photos", dataset, sets)
    rows = _ROW.finditer(source.read_text(encoding="utf-8"))
    return {row["file"]: row["sha256"] for row in rows}
