"""An app's arrays become what steps take, or nothing where they cannot."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edge_runtime.doctor.values import (
    candidates_of,
    faces_of,
    pixels_of,
    result_arrays,
    tensors_of,
)

PIXELS = np.arange(12.0).reshape(2, 2, 3)


@pytest.mark.parametrize(
    ("array", "usable"),
    [
        (PIXELS, True),
        (PIXELS.astype(np.uint8), True),
        (PIXELS + 0.5, False),
        (PIXELS - 1, False),
        (PIXELS * 255, False),
        (PIXELS * np.nan, False),
        (PIXELS[..., :2], False),
        (PIXELS[0], False),
        (PIXELS[:0], False),
    ],
)
def test_pixels(array: np.ndarray, usable: bool) -> None:
    found = pixels_of({"values": array})
    assert (found is not None) == usable
    if found is not None:
        assert found.dtype == np.uint8
        assert np.array_equal(found, array)


def test_tensors_are_taken_by_their_bytes() -> None:
    planes = np.arange(12.0).reshape(1, 3, 2, 2)
    found = tensors_of({"image": planes, "more": planes}, {"image": (1, 2, 2, 3)})
    assert found is not None
    assert found["image"].ravel().tolist() == planes.ravel().tolist()
    assert tensors_of({"image": planes[..., :1]}, {"image": (1, 2, 2, 3)}) is None
    assert tensors_of({}, {"image": (1, 2, 2, 3)}) is None


@pytest.mark.parametrize(
    ("arrays", "count"),
    [
        ({"rows": np.ones((2, 4)), "scores": np.ones(2), "classes": np.zeros(2)}, 2),
        ({"rows": np.ones((2, 4)), "scores": np.ones(2)}, 2),
        ({"rows": np.ones(0), "scores": np.ones(0)}, 0),
        ({"rows": np.ones((2, 4)), "scores": np.ones(3)}, None),
        ({"rows": np.ones(2), "scores": np.ones(2)}, None),
        ({"rows": np.ones((2, 4)), "scores": np.ones(2), "classes": np.ones(1)}, None),
        ({"scores": np.ones(2)}, None),
    ],
)
def test_candidates(arrays: Any, count: int | None) -> None:
    found = candidates_of(arrays)
    assert (None if found is None else len(found.rows)) == count


def test_faces() -> None:
    arrays = {
        "boxes": np.array([[1.0, 2, 3, 4]]),
        "points": np.array([[[5.0, 6], [7, 8]]]),
        "scores": np.array([0.9]),
    }
    found = faces_of(arrays, ("right_eye", "left_eye"))
    assert found is not None
    assert found.faces[0].box_xyxy == (1, 2, 3, 4)
    assert found.faces[0].points == {"right_eye": (5, 6), "left_eye": (7, 8)}
    assert faces_of(arrays, ("right_eye",)) is None
    assert faces_of({**arrays, "scores": np.ones(2)}, ("right_eye", "left_eye")) is None
    assert faces_of({"boxes": arrays["boxes"]}, ("right_eye", "left_eye")) is None


def test_a_result_in_any_order_of_keys() -> None:
    one = {"objects": [{"label": "cup", "score": 0.5, "box": [1, 2, 3, 4]}]}
    other = {"objects": [{"box": [1, 2, 3, 4], "score": 0.5, "label": "cup"}]}
    for name, array in result_arrays(one).items():
        assert np.array_equal(array, result_arrays(other)[name])
    assert result_arrays(one)["pixels"].tolist() == [1, 2, 3, 4]
    assert result_arrays(one)["scores"].tolist() == [0.5]
    assert "cup" in result_arrays(one)["names"]
    assert result_arrays(None)["names"].tolist() == ["None"]
