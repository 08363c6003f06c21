from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime.contract import Resize
from edge_runtime.geometry import (
    Placement,
    iou,
    nms,
    plan,
    slope,
    square_around,
    weighted_nms,
)

UNIT = np.array([0.0, 0.0, 1.0, 1.0])
sides = st.integers(1, 3000)
coordinates = st.floats(-500, 500, width=32)
unit = st.floats(0, 1, width=32)


@st.composite
def boxes(draw: st.DrawFn) -> np.ndarray:
    count = draw(st.integers(0, 12))
    numbers = st.lists(unit, min_size=4 * count, max_size=4 * count)
    corners = np.array(draw(numbers)).reshape(-1, 2, 2)
    return np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)


@st.composite
def scored_boxes(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    made = draw(boxes())
    score = st.floats(1 / 64, 1, width=32)
    return made, np.array(draw(st.lists(score, min_size=len(made), max_size=len(made))))


def test_a_region_takes_the_unit_square_to_its_corners() -> None:
    placement = Placement.region(10, 20, 110, 70)
    np.testing.assert_allclose(placement.boxes_xyxy(UNIT), [10, 20, 110, 70])
    np.testing.assert_allclose(placement.points(np.array([0.5, 0.5])), [60, 45])
    assert placement.side == 100


@pytest.mark.parametrize(
    ("angle", "top_left", "top_right"),
    [
        (0.0, (0, 0), (10, 0)),
        (math.pi / 2, (10, 0), (10, 10)),
        (math.pi, (10, 10), (0, 10)),
        (-math.pi / 2, (0, 10), (0, 0)),
    ],
)
def test_a_square_turns_clockwise(angle: float, top_left: object, top_right: object) -> None:
    placement = Placement.square((5, 5), 10, angle)
    upper = placement.points(np.array([(0, 0), (1, 0), (0.5, 0.5)]))
    np.testing.assert_allclose(upper, [top_left, top_right, (5, 5)], atol=1e-9)
    assert placement.side == pytest.approx(10)


@given(coordinates, coordinates, st.floats(0.5, 900), st.floats(-math.pi, math.pi))
def test_points_come_back(x: float, y: float, side: float, angle: float) -> None:
    placement = Placement.square((x, y), side, angle)
    uv = np.array([(0, 0), (0.25, 0.75), (1, 1), (-0.5, 2)])
    np.testing.assert_allclose(placement.inverse_points(placement.points(uv)), uv, atol=1e-6)


def test_boxes_of_a_turned_input_hold_the_turned_box() -> None:
    placement = Placement.square((0, 0), 2, math.pi / 4)
    half = math.sqrt(2)
    np.testing.assert_allclose(placement.boxes_xyxy(UNIT), [-half, -half, half, half])
    many = np.tile(UNIT, (2, 3, 1))
    assert placement.boxes_xyxy(many).shape == (2, 3, 4)
    assert placement.boxes_xyxy(np.zeros((0, 4))).shape == (0, 4)


@pytest.mark.parametrize(
    ("fit", "source", "target", "covered"),
    [
        ("stretch", (0, 0, 640, 480), (0, 0, 128, 128), (0, 0, 640, 480)),
        ("letterbox", (0, 0, 640, 480), (0, 16, 128, 96), (0, -80, 640, 560)),
        ("crop", (80, 0, 480, 480), (0, 0, 128, 128), (80, 0, 560, 480)),
    ],
)
def test_the_three_rules_on_a_640x480_photo(
    fit: str, source: object, target: object, covered: object
) -> None:
    how = plan((640, 480), (128, 128), Resize(fit=fit, halve_from=100))  # type: ignore[arg-type]
    assert (how.source, how.target, how.halvings) == (source, target, 0)
    np.testing.assert_allclose(how.placement.boxes_xyxy(UNIT), covered)


@pytest.mark.parametrize(
    ("size_wh", "halvings", "source"),
    [
        ((511, 512), 0, (0, 0, 511, 512)),
        ((512, 512), 1, (0, 0, 512, 512)),
        ((513, 515), 1, (0, 0, 512, 514)),
        ((1023, 4000), 1, (0, 0, 1022, 4000)),
        ((1027, 4000), 2, (0, 0, 1024, 4000)),
        ((100, 9000), 0, (0, 0, 100, 9000)),
    ],
)
def test_halving_goes_on_while_both_sides_are_four_times_their_target(
    size_wh: tuple[int, int], halvings: int, source: object
) -> None:
    how = plan(size_wh, (128, 128), Resize(fit="stretch"))
    assert (how.halvings, how.source) == (halvings, source)
    np.testing.assert_allclose(how.placement.boxes_xyxy(UNIT), source)


@given(
    st.tuples(sides, sides), st.tuples(st.integers(1, 400), st.integers(1, 400)),
    st.sampled_from(["stretch", "letterbox", "crop"]), st.integers(2, 5),
)  # fmt: skip
def test_every_plan_stays_inside_and_its_placement_fits_it(
    size_wh: tuple[int, int], size_hw: tuple[int, int], fit: str, halve_from: int
) -> None:
    how = plan(size_wh, size_hw, Resize(fit=fit, halve_from=halve_from))  # type: ignore[arg-type]
    for (x, y, w, h), (wide, high) in [(how.source, size_wh), (how.target, size_hw[::-1])]:
        assert min(x, y) >= 0
        assert min(w, h) >= 1
        assert x + w <= wide
        assert y + h <= high
    assert all(side % (1 << how.halvings) == 0 for side in how.source[2:])
    x, y, w, h = how.target
    in_input = np.array([x, y, x + w, y + h]) / np.tile(size_hw[::-1], 2)
    x, y, w, h = how.source
    np.testing.assert_allclose(
        how.placement.boxes_xyxy(in_input), [x, y, x + w, y + h], atol=1e-6 * max(size_wh)
    )


def test_a_square_around_a_box_has_its_longer_side() -> None:
    placement = square_around((10, 20, 30, 60), 1.5)
    np.testing.assert_allclose(placement.boxes_xyxy(UNIT), [-10, 10, 50, 70])


@pytest.mark.parametrize(
    ("end", "angle"),
    [((2, 1), 0.0), ((1, 2), math.pi / 2), ((0, 1), math.pi), ((1, 0), -math.pi / 2)],
)
def test_slope_is_clockwise_from_the_right(end: tuple[float, float], angle: float) -> None:
    assert slope((1, 1), end) == pytest.approx(angle)


def test_iou_by_hand() -> None:
    others = np.array([(0, 0, 2, 2), (1, 1, 3, 3), (2, 2, 3, 3), (5, 5, 5, 5), (1, 0, 2, 2)])
    np.testing.assert_allclose(iou(others[0], others), [1, 1 / 7, 0, 0, 0.5])
    assert iou(others[3], others[3:4]).tolist() == [0]


def test_nms_keeps_the_best_of_each_heap() -> None:
    made = np.array([(0, 0, 10, 10), (1, 0, 11, 10), (50, 50, 60, 60), (0, 0, 10, 9.0)])
    kept = nms(made, np.array([0.5, 0.9, 0.3, 0.8]), 0.5)
    assert kept.tolist() == [1, 2]


@given(scored_boxes(), unit)
def test_what_nms_keeps_does_not_overlap_and_covers_the_rest(
    scored: tuple[np.ndarray, np.ndarray], threshold: float
) -> None:
    made, scores = scored
    kept = nms(made, scores, threshold)
    assert np.all(np.diff(scores[kept]) <= 0)
    for position, index in enumerate(kept):
        assert np.all(iou(made[index], made[kept[position + 1 :]]) <= threshold)
    for index in set(range(len(made))) - set(kept.tolist()):
        rivals = kept[scores[kept] >= scores[index]]
        assert np.any(iou(made[index], made[rivals]) > threshold)


def test_weighted_nms_takes_the_mean_by_score() -> None:
    rows = [[0, 0, 10, 10, 5], [2, 0, 12, 10, 9], [50, 50, 60, 60, 1]]
    (mean, best), (other, second) = weighted_nms(rows, [0.75, 0.25, 0.5], 0.3)
    assert mean == pytest.approx([0.5, 0, 10.5, 10, 6])
    assert other == pytest.approx(rows[2])
    assert (best, second) == (0.75, 0.5)


def test_weighted_nms_of_nothing_is_nothing() -> None:
    assert weighted_nms([], [], 0.3) == []


@given(scored_boxes(), unit)
def test_weighted_means_stay_among_the_boxes_and_start_as_nms_does(
    scored: tuple[np.ndarray, np.ndarray], threshold: float
) -> None:
    made, scores = scored
    found = weighted_nms(made.tolist(), scores.tolist(), threshold)
    kept = nms(made, scores, threshold)
    np.testing.assert_allclose([score for _, score in found], scores[kept])
    for mean, _ in found:
        assert np.all(mean >= made.min(axis=0) - 1e-6)
        assert np.all(mean <= made.max(axis=0) + 1e-6)


@given(coordinates, coordinates, st.floats(0.5, 900), st.floats(-math.pi, math.pi))
def test_one_point_is_placed_as_many_are(x: float, y: float, side: float, angle: float) -> None:
    placement = Placement.square((x, y), side, angle)
    uv = np.array([(0.25, 0.75), (-0.5, 2)])
    one_by_one = [placement.pixel(*point) for point in uv.tolist()]
    np.testing.assert_allclose(one_by_one, placement.points(uv))
    np.testing.assert_allclose(
        one_by_one, (placement.matrix @ np.column_stack([uv, [1, 1]]).T).T, atol=1e-9
    )
