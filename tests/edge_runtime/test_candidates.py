from __future__ import annotations

import numpy as np
import pytest

from edge_runtime import contract as c
from edge_runtime.geometry import Placement
from edge_runtime.postprocess import Scene
from edge_runtime.postprocess.candidates import (
    Candidates,
    clip,
    melt,
    select,
    suppress,
    to_photo,
)

SCENE = Scene((), (), Placement.region(10, 0, 110, 50), (100, 50))
BOX = [0.0, 0.0, 0.5, 0.5]


def outputs(scores: list) -> dict[str, np.ndarray]:
    array = np.array([scores], np.float32)
    boxes = np.arange(4 * array.shape[1], dtype=np.float32).reshape(1, -1, 4)
    points = -np.arange(4 * array.shape[1], dtype=np.float32).reshape(1, -1, 2, 2)
    return {"scores": array, "boxes": boxes, "points": points}


def step(**fields: float) -> c.SelectCandidates:
    return c.SelectCandidates(
        boxes="boxes",
        scores="scores",
        threshold=0.5,
        **fields,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("scores", "most", "first", "classes"),
    [
        ([0.1, 0.2], 0, [], []),
        ([0.5, 0.9, 0.4, 0.5], 0, [4, 0, 12], [0, 0, 0]),
        ([0.5, 0.9, 0.4, 0.5], 2, [4, 0], [0, 0]),
        ([[0.1, 0.6], [0.7, 0.6]], 0, [4, 0, 4], [0, 1, 1]),
    ],
)
def test_the_best_come_first_and_of_equals_the_earlier(
    scores: list, most: int, first: list[float], classes: list[int]
) -> None:
    found = select(step(most=most), outputs(scores), SCENE)
    assert [row[0] for row in found.rows] == first
    assert found.classes == classes
    assert found.scores == sorted(found.scores, reverse=True)


def test_points_follow_the_box() -> None:
    found = select(
        c.SelectCandidates(boxes="boxes", scores="scores", points="points", threshold=0.5),
        outputs([0.1, 0.9]),
        SCENE,
    )
    assert found.rows == [[4, 5, 6, 7, -4, -5, -6, -7]]


def candidates(*scored: tuple[list[float], float, int]) -> Candidates:
    rows, scores, classes = zip(*scored, strict=True) if scored else ((), (), ())
    return Candidates(rows=list(rows), scores=list(scores), classes=list(classes))


def test_what_overlaps_melts() -> None:
    near = [0.1, 0.0, 0.6, 0.5]
    found = melt(
        c.WeightedNms(iou_threshold=0.3), candidates((BOX, 0.75, 0), (near, 0.25, 0)), SCENE
    )
    assert found.rows[0] == pytest.approx([0.025, 0, 0.525, 0.5])
    assert found.scores == [0.75]


def test_only_the_same_class_suppresses_and_most_counts_all() -> None:
    given = candidates((BOX, 0.9, 1), (BOX, 0.8, 0), (BOX, 0.7, 1), ([0.6, 0, 1, 1], 0.6, 1))
    kept = suppress(c.Nms(iou_threshold=0.5, most=9), given, SCENE)
    assert (kept.scores, kept.classes) == ([0.9, 0.8, 0.6], [1, 0, 1])
    assert suppress(c.Nms(iou_threshold=0.5, most=2), given, SCENE).scores == [0.9, 0.8]
    assert suppress(c.Nms(iou_threshold=0.5, most=2), candidates(), SCENE).rows == []


def test_boxes_and_points_go_to_the_photo_and_only_boxes_end_there() -> None:
    placed = to_photo(c.MapBoxes(), candidates(([-0.5, 0, 1, 1.5, 2, 2], 0.9, 0)), SCENE)
    assert placed.rows == [[-40, 0, 110, 75, 210, 100]]
    assert clip(c.ClipBoxes(), placed, SCENE).rows == [[0, 0, 100, 50, 210, 100]]
