"""What apps get wrong when boxes, and the points of faces, are taken back to the photo."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_runtime.contract import ClipBoxes, FindFaces, MapBoxes, NamePoints
from edge_runtime.doctor.hypotheses import Hypothesis
from edge_runtime.results import Faces

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from edge_runtime.doctor.replay import Make, Trial

    Move = Callable[[float, float, Trial], tuple[float, float]]

MAP = (MapBoxes,)
FACES = (NamePoints, FindFaces)


def moved(move: Move) -> Make:
    """Each corner and point goes elsewhere than to its pixel of the photo."""

    def make(trial: Trial) -> Any:
        rows = []
        for row in trial.given.rows:
            pairs = [move(x, y, trial) for x, y in zip(row[::2], row[1::2], strict=True)]
            rows.append([value for pair in pairs for value in pair])
        return replace(trial.given, rows=rows)

    return make


def _times_photo(x: float, y: float, trial: Trial) -> tuple[float, float]:
    high, wide = trial.view.rgb.shape[:2]
    return x * wide, y * high


def _times_input(x: float, y: float, trial: Trial) -> tuple[float, float]:
    high, wide = trial.view.size_hw
    return x * wide, y * high


def _times_sides_swapped(x: float, y: float, trial: Trial) -> tuple[float, float]:
    high, wide = trial.view.rgb.shape[:2]
    return x * high, y * wide


def _without_offset(x: float, y: float, trial: Trial) -> tuple[float, float]:
    """Scaled as the letterbox is, but its borders are not taken away."""
    matrix = trial.view.placement.matrix if trial.view.placement else np.eye(2, 3)
    return x * float(matrix[0, 0]), y * float(matrix[1, 1])


def _mirrored(x: float, y: float, trial: Trial) -> tuple[float, float]:
    if trial.view.placement is None:
        return x, y
    at_x, at_y = trial.view.placement.pixel(x, y)
    return trial.view.rgb.shape[1] - at_x, at_y


def _stays(x: float, y: float, trial: Trial) -> tuple[float, float]:
    del trial
    return x, y


def not_clipped(trial: Trial) -> Any:
    """The boxes as they are."""
    return trial.given


def faces_changed(change: Callable[[NDArray[Any], Trial], NDArray[Any]]) -> Make:
    """Every corner and point [..., 2] of the faces goes elsewhere."""

    def make(trial: Trial) -> Any:
        faces = []
        for face in trial.right().faces:
            corners = change(np.array(face.box_xyxy).reshape(2, 2), trial).ravel().tolist()
            points = change(np.array(list(face.points.values())), trial).tolist()
            named = dict(zip(face.points, map(tuple, points), strict=True))
            faces.append(replace(face, box_xyxy=tuple(corners), points=named))
        return Faces(faces=tuple(faces))

    return make


def _parts_of_photo(xy: NDArray[Any], trial: Trial) -> NDArray[Any]:
    high, wide = trial.view.rgb.shape[:2]
    return xy / (wide, high)


def left_is_right(trial: Trial) -> Any:
    """The points on the other side of the face."""
    faces = []
    for face in trial.right().faces:
        other = {
            name.replace("left_", "right_")
            if name.startswith("left_")
            else name.replace("right_", "left_"): at
            for name, at in face.points.items()
        }
        faces.append(replace(face, points={name: other[name] for name in face.points}))
    return Faces(faces=tuple(faces))


_BACK = "take corners and points to the photo by the placement of `resize` (undo the letterbox)"

HYPOTHESES = (
    *(
        Hypothesis(name=name, kinds=MAP, says=says, do=_BACK, make=moved(move))
        for name, says, move in (
            ("not-mapped", "leaves boxes in 0..1 of the input", _stays),
            ("input-pixels", "leaves boxes in pixels of the input", _times_input),
            ("letterbox-not-undone", "spreads the input over the photo", _times_photo),
            (
                "letterbox-not-undone",
                "does not take the letterbox's border away",
                _without_offset,
            ),
            ("sides-swapped", "swaps the photo's width and height", _times_sides_swapped),
            ("boxes-mirrored", "mirrors the boxes", _mirrored),
        )
    ),
    Hypothesis(
        name="boxes-not-clipped",
        kinds=(ClipBoxes,),
        says="lets boxes reach outside the photo",
        do="end boxes at the photo's border",
        make=not_clipped,
    ),
    Hypothesis(
        name="left-right-swapped",
        kinds=FACES,
        says="takes the left points of a face for the right ones",
        do="name the points in the order of the step name-points: the person's right eye first",
        make=left_is_right,
    ),
    Hypothesis(
        name="points-yx",
        kinds=FACES,
        says="swaps x and y of boxes and points",
        do="x comes first",
        make=faces_changed(lambda xy, _: xy[:, ::-1]),
    ),
    Hypothesis(
        name="not-mapped",
        kinds=FACES,
        says="leaves faces in 0..1 of the photo",
        do="multiply by the photo's width and height",
        make=faces_changed(_parts_of_photo),
    ),
    Hypothesis(
        name="boxes-mirrored",
        kinds=FACES,
        says="mirrors the faces",
        do="leave x as it is: mirror only what is shown",
        make=faces_changed(lambda xy, t: (t.view.rgb.shape[1], 0) - xy * (1, -1)),
    ),
)
