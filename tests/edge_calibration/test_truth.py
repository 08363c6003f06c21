from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge_calibration.photos.truth import (
    BoxesTruth,
    ClassTruth,
    MaskTruth,
    SmileTruth,
    labels_of,
)
from edge_runtime.errors import PhotoUnreadable

BOXES = BoxesTruth(
    boxes_xyxy=np.zeros((2, 4), np.float32),
    labels=("dog", "cat"),
    ignored=np.zeros(2, np.bool_),
)


@pytest.mark.parametrize(
    ("truth", "labels"),
    [
        (None, ()),
        (ClassTruth(label="cat"), ("cat",)),
        (BOXES, ("dog", "cat")),
        (SmileTruth(smiling=True), ()),
    ],
)
def test_labels_are_those_a_model_has_to_know(truth: object, labels: tuple[str, ...]) -> None:
    assert labels_of(truth) == labels


def test_a_mask_that_is_none_says_what_to_give(tmp_path: Path) -> None:
    path = tmp_path / "m.png"
    path.write_bytes(b"no picture")
    with pytest.raises(PhotoUnreadable, match="m.png is not a mask .*: give a PNG"):
        MaskTruth(path=path).read()
