"""A CSV of photos and what they show: ``image`` and one of the columns below.

| column | what it says |
|---|---|
| ``label`` | the photo's class |
| ``mask`` | a picture of classes, one pixel each |
| ``smile`` | yes or no |
| ``x0``, ``y0``, ``x1``, ``y1``, ... | landmarks, in pixels |
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np

from edge_calibration.photos.truth import ClassTruth, LandmarksTruth, MaskTruth, SmileTruth
from edge_calibration.sources import Listing, PhotoItem
from edge_runtime.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from edge_calibration.photos.truth import Truth

    Row = Mapping[str, str]

YES, NO = {"yes", "true", "1"}, {"no", "false", "0"}
COLUMNS = "image and one of label, mask, smile or x0,y0,x1,y1,..."


def read_csv(table: Path) -> Listing:
    """The rows of a CSV with a header; paths are relative to the CSV.

    Raises ``DatasetError`` for columns that say nothing, a row that cannot be understood
    or a photo named twice.
    """
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = tuple(reader.fieldnames or ())
            rows = [
                {key: (value or "").strip() for key, value in row.items() if key}
                for row in reader
            ]
    except (csv.Error, UnicodeDecodeError) as error:
        raise DatasetError(f"{table} is not a CSV ({error}): save it as UTF-8") from None
    truth = _reader(columns, table)
    items = [_item(row, table, line, truth) for line, row in enumerate(rows, start=2)]
    names = [item.name for item in items]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DatasetError(f"{table} names {twice[0]} twice: keep one row of each photo")
    return Listing(items=tuple(sorted(items, key=lambda item: item.name)), tables=(table,))


def _item(row: Row, table: Path, line: int, truth: Callable[[Row, Path], Truth]) -> PhotoItem:
    try:
        known = truth(row, table.parent)
    except ValueError as error:
        raise DatasetError(f"{table}, line {line}: {error}") from None
    if not row["image"]:
        raise DatasetError(f"{table}, line {line}: name the photo in the column image")
    return PhotoItem(name=row["image"], path=table.parent / row["image"], truth=known)


def _reader(columns: tuple[str, ...], table: Path) -> Callable[[Row, Path], Truth]:
    known = [READERS[name] for name in columns if name in READERS]
    if "image" not in columns or len(known) != 1:
        raise DatasetError(f"{table} has the columns {', '.join(columns)}: give {COLUMNS}")
    return known[0]


def _label(row: Row, _: Path) -> Truth:
    if not row["label"]:
        raise ValueError("the label is empty: give one or leave the row away")
    return ClassTruth(label=row["label"])


def _mask(row: Row, folder: Path) -> Truth:
    if not (folder / row["mask"]).is_file():
        raise ValueError(f"there is no mask {row['mask']!r}: check the path")
    return MaskTruth(path=folder / row["mask"])


def _smile(row: Row, _: Path) -> Truth:
    said = row["smile"].lower()
    if said not in YES | NO:
        raise ValueError(f"smile is {said!r}: say yes or no")
    return SmileTruth(smiling=said in YES)


def _landmarks(row: Row, _: Path) -> Truth:
    count = sum(name[:1] == "x" and name[1:].isdigit() for name in row)
    try:
        points = [[float(row[f"{axis}{index}"]) for axis in "xy"] for index in range(count)]
    except (KeyError, ValueError):
        raise ValueError("the landmarks are not x0,y0,x1,y1,... in numbers") from None
    return LandmarksTruth(points_xy=np.array(points, np.float32))


READERS: Mapping[str, Callable[[Row, Path], Truth]] = {
    "label": _label,
    "mask": _mask,
    "smile": _smile,
    "x0": _landmarks,
}
