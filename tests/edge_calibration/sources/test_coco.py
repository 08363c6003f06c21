from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edge_calibration.sources.coco import read_coco
from edge_runtime.errors import DatasetError

Photo = Callable[..., Path]

CONTENT = {
    "info": {"year": 2017},
    "images": [
        {"id": 7, "file_name": "b.png", "width": 12, "height": 8},
        {"id": 3, "file_name": "a.png", "width": 12, "height": 8},
    ],
    "annotations": [
        {"id": 1, "image_id": 7, "category_id": 18, "bbox": [1, 2, 3, 4], "area": 12},
        {"id": 2, "image_id": 7, "category_id": 1, "bbox": [0, 0, 5, 5], "iscrowd": 1},
    ],
    "categories": [{"id": 1, "name": "person"}, {"id": 18, "name": "dog"}],
}


def written(path: Path, content: object = CONTENT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


@pytest.mark.parametrize(
    ("table", "photos"),
    [
        ("instances.json", "."),
        ("instances.json", "images"),
        ("annotations/instances_val2017.json", "val2017"),
        ("annotations/instances_val2017.json", "images/val2017"),
        ("val/val.json", "images"),
    ],
)
def test_boxes_come_with_the_photos_wherever_these_lie(
    table: str, photos: str, photo: Photo, tmp_path: Path
) -> None:
    made = [photo(f"{photos}/{name}") for name in ("a.png", "b.png")]
    listing = read_coco(written(tmp_path / table))
    assert [item.path.resolve() for item in listing.items] == [path.resolve() for path in made]
    a, b = (item.truth for item in listing.items)
    assert a.labels == ()
    assert a.boxes_xyxy.shape == (0, 4)
    assert b.labels == ("dog", "person")
    assert np.array_equal(b.boxes_xyxy, [[1, 2, 4, 6], [0, 0, 5, 5]])
    assert b.ignored.tolist() == [False, True]


def test_another_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="is not a COCO file of detections"):
        read_coco(written(tmp_path / "x.json", {"images": []}))


def test_a_box_of_an_unlisted_category_is_refused(tmp_path: Path) -> None:
    content = CONTENT | {"categories": [{"id": 1, "name": "person"}]}
    with pytest.raises(DatasetError, match="a category 18 that it does not list"):
        read_coco(written(tmp_path / "x.json", content))
