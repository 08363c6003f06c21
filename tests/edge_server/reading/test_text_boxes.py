from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge_server.reading.text_boxes import BoxRule, boxes_of, detector_size, in_order


@pytest.mark.parametrize(
    ("size_hw", "longest", "seen"),
    [
        ((191, 384), 2048, (736, 1472)),  # small pages are enlarged
        ((1000, 1000), 2048, (992, 992)),
        ((3000, 4000), 2048, (1536, 2048)),  # large ones shrunk
        ((100, 3000), 2048, (64, 2048)),  # a strip is never longer than allowed
        ((3, 3000), 2048, (32, 2048)),
        ((1, 1), 320, (320, 320)),
    ],
)
def test_what_the_detector_sees(
    size_hw: tuple[int, int], longest: int, seen: tuple[int, int]
) -> None:
    assert detector_size(size_hw, longest) == seen


def drawn(degrees: float, centre: tuple[int, int] = (200, 150)) -> np.ndarray:
    """A map with one core of 100 x 10."""
    rectangle = cv2.boxPoints((centre, (100.0, 10.0), degrees))
    core = np.zeros((300, 400), np.uint8)
    cv2.fillPoly(core, [rectangle.round().astype(np.int32)], 1)
    return core.astype(np.float32) * np.float32(0.9)


@pytest.mark.parametrize("degrees", [0, 5, 30, -30, 44, 60, 90])
def test_a_core_grows_to_the_line_around_it(degrees: float) -> None:
    (box,) = boxes_of(drawn(degrees), (300, 400))
    # 100 x 10 with 1.6 areas by perimeter: 7.3 more on each side.
    height, width = np.linalg.norm(box.quad[[3, 1]] - box.quad[0], axis=1)
    longer, thicker = (width, height) if width > height else (height, width)
    assert longer == pytest.approx(115, abs=5)
    assert thicker == pytest.approx(25, abs=5)
    np.testing.assert_allclose(box.quad.mean(axis=0), (200, 150), atol=1.5)
    assert 0.7 < box.score <= 0.9  # the rim of the core counts


def test_boxes_are_in_the_photos_pixels_and_inside_it() -> None:
    (box,) = boxes_of(drawn(0, (60, 8)), (600, 1200))
    np.testing.assert_allclose(box.quad[:, 0], [8, 350, 350, 8], atol=8)
    np.testing.assert_allclose(box.quad[:, 1], [0, 0, 42, 42], atol=4)
    assert box.quad.min() >= 0


@pytest.mark.parametrize(
    "rule",
    [
        BoxRule(core=0.95),  # nothing is sure enough
        BoxRule(score=0.95),
        BoxRule(thinnest=40),
        BoxRule(most=0),
    ],
)
def test_what_is_no_line_is_left_out(rule: BoxRule) -> None:
    assert boxes_of(drawn(0), (300, 400), rule) == ()


def test_the_highest_are_taken_where_there_are_too_many() -> None:
    probability = np.zeros((300, 400), np.float32)
    for top in range(10, 290, 20):
        probability[top : top + 8, 50:300] = 1
    boxes = boxes_of(probability, (300, 400), BoxRule(most=3))
    assert sorted(round(float(box.quad[:, 1].mean())) for box in boxes) == [14, 34, 54]


@pytest.mark.parametrize(
    ("degrees", "first"),
    [(0, (-20, -5)), (20, None), (-20, None), (80, None)],
)
def test_corners_go_clockwise_from_the_left_above(
    degrees: float, first: tuple[float, float] | None
) -> None:
    for roll in range(4):
        corners = np.roll(cv2.boxPoints(((0, 0), (40.0, 10.0), degrees)), roll, axis=0)
        ordered = in_order(corners)
        edge = ordered[1] - ordered[0]
        assert abs(edge[1]) <= edge[0] + 1e-4
        down = ordered[2] - ordered[1]
        assert edge[0] * down[1] - edge[1] * down[0] == pytest.approx(400, rel=1e-3)
        if first is not None:
            np.testing.assert_allclose(ordered[0], first, atol=1e-3)


def test_no_text_is_no_box() -> None:
    assert boxes_of(np.zeros((64, 64), np.float32), (640, 640)) == ()
