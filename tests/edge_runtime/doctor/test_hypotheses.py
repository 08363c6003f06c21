"""Hypotheses by kind of step, and how pictures are changed wherever they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edge_runtime import contract as c
from edge_runtime.doctor.hypotheses import of_step, on_picture, shape_of
from edge_runtime.results import Mask, Picture


def flipped(pixels: np.ndarray) -> np.ndarray:
    return pixels[::-1]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (np.array([[[1, 2, 3]], [[4, 5, 6]]]), [4, 5, 6, 1, 2, 3]),
        ({"image": np.array([[[1, 2, 3]], [[4, 5, 6]]], np.uint8)}, [4, 5, 6, 1, 2, 3]),
        ({"image": np.ones((1, 2, 1, 3)) * [[[1]], [[2]]]}, [2, 2, 2, 1, 1, 1]),
        ({"style": np.array([[1, 2, 3]])}, [1, 2, 3]),
        ({"points": np.array([[[[1, 2]], [[3, 4]]]])}, [1, 2, 3, 4]),
        (Mask(probability=np.array([[1.0], [2.0]])), [2, 1]),
        (Picture(pixels=np.array([[[1, 2, 3]], [[4, 5, 6]]])), [4, 5, 6, 1, 2, 3]),
    ],
)
def test_a_picture_is_changed_and_nothing_else(value: Any, wanted: list[float]) -> None:
    made = on_picture(value, flipped)
    if isinstance(made, dict):
        (made,) = made.values()
    for field in ("probability", "pixels"):
        made = getattr(made, field, made)
    assert made.ravel().tolist() == wanted


@pytest.mark.parametrize(
    ("step", "least"),
    [
        (c.DecodePhoto(), 15),
        (c.Resize(fit="stretch"), 15),
        (c.CropSquare(scale=1.5), 15),
        (c.WriteTensor(), 15),
        (c.Run(), 25),
        (c.SelectCandidates(boxes="b", scores="s", threshold=0.5), 15),
        (c.Nms(iou_threshold=0.5, most=9), 10),
        (c.MapBoxes(), 5),
        (c.UpsampleMask(output="p"), 8),
        (c.TopLabels(output="p", most=5), 8),
        (c.MapPoints(output="p"), 5),
        (c.ResizePicture(), 3),
    ],
)
def test_most_steps_can_be_done_wrongly(step: Any, least: int) -> None:
    found = of_step(step)
    assert len(found) >= least
    for hypothesis in found:
        assert hypothesis.says
        assert hypothesis.do
        assert hypothesis.name.replace("-", "").replace("+", "").isalnum()


def test_shapes() -> None:
    assert shape_of({"a": np.zeros((2, 3))}, "a") == (2, 3)
    assert shape_of(None, "a") == shape_of({}, "a") == ()
