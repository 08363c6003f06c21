from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from edge_runtime import Lens, open_photo
from edge_runtime.geometry import iou
from edge_runtime.video.tracking import FaceTracker, Track


def overlaps(tracks: tuple[Track, ...], boxes: list[Any]) -> list[float]:
    tracked = np.array([track.face.box_xyxy for track in tracks])
    return [float(iou(np.array(box), tracked).max()) for box in boxes]


def test_tracked_boxes_are_where_a_detector_sees_them_on_every_frame(
    lens: Lens, cropped: Callable[..., np.ndarray], portrait_view: Callable[..., Any]
) -> None:
    tracker, numbers = FaceTracker(lens, every=15), set()
    for number in range(40):
        frame = cropped("obama.jpg", portrait_view(number, 0.08))
        tracks = tracker.follow(frame, number / 30)
        (found,) = lens.predictor("face-detection-short", object).predict(frame).value.faces
        assert overlaps(tracks, [found.box_xyxy])[0] > 0.8, number
        numbers |= {track.number for track in tracks}
        side = found.box_xyxy[2] - found.box_xyxy[0]
        for name, point in found.points.items():
            away = np.hypot(*np.subtract(tracks[0].face.points[name], point))
            assert away < 0.15 * side, (number, name)
    assert numbers == {0}
    assert tracker.detections == 3  # frames 0, 15 and 30


def two_faces(left: np.ndarray | None, right: np.ndarray | None) -> np.ndarray:
    canvas = np.full((240, 640, 3), 90, np.uint8)
    for place, face in ((0, left), (320, right)):
        if face is not None:
            canvas[:, place : place + 320] = face
    return canvas


def test_faces_keep_their_numbers_when_others_come_and_go(
    lens: Lens, moving: list[np.ndarray], cropped: Callable[..., np.ndarray], view: Any
) -> None:
    other = cropped("obama3.jpg", view(0.535, 0.2, 3.0))
    tracker = FaceTracker(lens, every=4)
    film = [
        *[(moving[n], None) for n in range(3)],
        *[(moving[n], other) for n in range(3, 10)],
        *[(None, other) for _ in range(3)],
    ]
    seen = [
        tuple(track.number for track in tracker.follow(two_faces(*pair), n / 30))
        for n, pair in enumerate(film)
    ]
    assert seen[0] == seen[2] == (0,)
    assert seen[9] == (0, 1)
    assert seen[10:] == [(1,)] * 3


def test_a_lost_face_is_searched_for_at_once_and_a_cut_forgets(
    lens: Lens, cropped: Callable[..., np.ndarray], view: Any, moving: list[np.ndarray]
) -> None:
    tracker = FaceTracker(lens, every=1000)
    here, there = (cropped("obama.jpg", view(x, 0.36, 2.8)) for x in (0.62, 0.38))
    assert len(tracker.follow(here, 0.0)) == 1
    jumped = tracker.follow(there, 1 / 30)
    (found,) = lens.faces(_photo(there)).value.faces
    assert overlaps(jumped, [found.box_xyxy])[0] > 0.7
    tracker.reset()
    assert tracker.follow(moving[0], 2 / 30)[0].number > 0


def test_nobody_is_nobody(
    lens: Lens, cropped: Callable[..., np.ndarray], view: Any, moving: list[np.ndarray]
) -> None:
    tracker = FaceTracker(lens, every=8)
    empty = cropped("china.jpg", view(0.5, 0.5, 1.3))
    assert [tracker.follow(empty, n / 30) for n in range(6)] == [()] * 6
    later = [len(tracker.follow(moving[n], 1 + n / 30)) for n in range(8)]
    assert later[-1] == 1


def test_an_arm_that_was_taken_for_a_face_is_not_followed(lens: Lens, root: Path) -> None:
    rgb = open_photo(root / "calibration/data/evaluation/three-men.jpg").rgb
    assert len(lens.landmarks(_photo(rgb)).value.faces) == 4
    tracker = FaceTracker(lens, every=2)
    for number in range(4):
        tracks = tracker.follow(rgb, number / 30)
        assert [track.number for track in tracks] == [0, 1, 2], number
        assert all(track.face.box_xyxy[3] < rgb.shape[0] / 2 for track in tracks)


def _photo(rgb: np.ndarray) -> Any:
    from edge_runtime.images import Photo

    return Photo(rgb)
