from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge_convert.models.object_detection import NUMBERS, SPEC, UNUSED, _boxes, _classes
from edge_convert.reference import recorded


@pytest.fixture
def labels(root: Path) -> list[str]:
    return (root / "mobile_assets" / "labels" / SPEC.labels).read_text().splitlines()


# Where the things are, by eye: x0, y0, x1, y1 as parts of the photo.
@pytest.mark.parametrize(
    ("photo", "label", "box"),
    [
        ("astronaut", "person", (0.0, 0.0, 0.75, 1.0)),
        ("coffee", "cup", (0.28, 0.05, 0.68, 0.6)),
        ("motorcycle", "motorcycle", (0.13, 0.14, 0.92, 0.88)),
    ],
)
def test_the_best_box_and_its_label_are_right(
    labels: list[str], photo: str, label: str, box: tuple[float, ...]
) -> None:
    outputs = recorded(SPEC)[photo][1]
    anchor, best = divmod(int(outputs["scores"][0].argmax()), len(labels))
    assert labels[best] == label
    assert outputs["boxes_xyxy"][0, anchor] == pytest.approx(box, abs=0.06)


def test_labels_are_eighty_and_differ(labels: list[str]) -> None:
    assert len(labels) == len(set(labels)) == NUMBERS - len(UNUSED) == 80


def test_filters_are_taken_and_sorted_by_what_they_stand_for() -> None:
    two_anchors = np.arange(2 * NUMBERS, dtype=np.float32)
    kept = _classes(two_anchors)
    assert kept[[0, 11, 12, 79]].tolist() == [1, 13, 14, 90]
    assert kept[80] == NUMBERS + 1
    filters = np.arange(8, dtype=np.float32)[:, None] + np.zeros((8, 3), np.float32)
    assert _boxes(filters)[:, 0].tolist() == [1, 0, 3, 2, 5, 4, 7, 6]
