"""COCO: a JSON of boxes beside a folder of photos (https://cocodataset.org/#format-data)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from edge_calibration.photos.truth import BoxesTruth
from edge_calibration.sources import Listing, PhotoItem
from edge_runtime.errors import DatasetError
from edge_runtime.typed_reading import from_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


class _Image(msgspec.Struct):
    id: int
    file_name: str


class _Category(msgspec.Struct):
    id: int
    name: str


class _Annotation(msgspec.Struct):
    image_id: int
    category_id: int
    bbox: tuple[float, float, float, float]
    iscrowd: int = 0


class _Instances(msgspec.Struct):
    images: list[_Image]
    annotations: list[_Annotation]
    categories: list[_Category]


def read_coco(table: Path) -> Listing:
    """The photos of an ``instances`` JSON with their boxes.

    The photos lie in a folder beside the JSON or beside its folder: ``images``, one named
    as the JSON is (``instances_val2017.json``: ``val2017``), or the JSON's own.  Raises
    ``DatasetError`` for a JSON of something else.
    """
    try:
        content = from_json(table.read_bytes(), _Instances)
    except msgspec.DecodeError as error:
        raise DatasetError(
            f"{table} is not a COCO file of detections ({error}): name an instances JSON"
        ) from None
    labels = {category.id: category.name for category in content.categories}
    boxes = defaultdict(list)
    for annotation in content.annotations:
        boxes[annotation.image_id].append(annotation)
    folder = _photos(table, [image.file_name for image in content.images])
    items = [
        PhotoItem(
            name=image.file_name.rpartition(".")[0],
            path=folder / image.file_name,
            truth=_truth(boxes[image.id], labels, table),
        )
        for image in sorted(content.images, key=lambda image: image.file_name)
    ]
    return Listing(items=tuple(items), tables=(table,))


def _photos(table: Path, names: Sequence[str]) -> Path:
    split = table.stem.partition("_")[2] or table.stem
    beside = (table.parent, table.parent.parent)
    places = [up / name for up in beside for name in ("images", split, f"images/{split}")]
    places.append(table.parent)
    holding = (at for at in places if any((at / name).is_file() for name in names[:8]))
    return next(holding, table.parent)


def _truth(found: Sequence[_Annotation], labels: Mapping[int, str], table: Path) -> BoxesTruth:
    strange = sorted({one.category_id for one in found} - labels.keys())
    if strange:
        raise DatasetError(
            f"{table} has boxes of a category {strange[0]} that it does not list"
        )
    xywh = np.array([one.bbox for one in found], np.float32).reshape(-1, 4)
    return BoxesTruth(
        boxes_xyxy=np.concatenate([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]], axis=1),
        labels=tuple(labels[one.category_id] for one in found),
        ignored=np.array([bool(one.iscrowd) for one in found], np.bool_),
    )
