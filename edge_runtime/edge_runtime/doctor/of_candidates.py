"""What apps get wrong about candidates: which are kept, what their numbers mean."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from edge_runtime.contract import Nms, SelectCandidates, WeightedNms
from edge_runtime.doctor.hypotheses import Hypothesis
from edge_runtime.geometry import nms
from edge_runtime.postprocess.candidates import Candidates

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from edge_runtime.doctor.replay import Make, Trial

    Corners = Callable[[NDArray[Any]], NDArray[Any]]

SELECT = (SelectCandidates,)
SUPPRESS = (Nms, WeightedNms)
_IOUS = (0.1, 0.2, 0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8, 0.9, 0.95)
_THRESHOLDS = (0.01, 0.05, 0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.75,
               0.8, 0.9)  # fmt: skip


def boxes_as(corners: Corners) -> Make:
    """The graph's boxes [..., 4] are taken for something else."""

    def make(trial: Trial) -> Any:
        outputs = dict(trial.given)
        outputs[trial.step.boxes] = corners(np.asarray(outputs[trial.step.boxes]))
        return trial.right(outputs)

    return make


def _from_centre(boxes: NDArray[Any]) -> NDArray[Any]:
    """x0, y0, x1, y1 taken for centre x, centre y, width, height."""
    x, y, w, h = np.moveaxis(boxes, -1, 0)
    return np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], axis=-1)


def _from_corner(boxes: NDArray[Any]) -> NDArray[Any]:
    """x0, y0, x1, y1 taken for left, top, width, height."""
    x, y, w, h = np.moveaxis(boxes, -1, 0)
    return np.stack([x, y, x + w, y + h], axis=-1)


def _to_size(boxes: NDArray[Any]) -> NDArray[Any]:
    """Left, top, width, height are passed on as if they were corners."""
    x0, y0, x1, y1 = np.moveaxis(boxes, -1, 0)
    return np.stack([x0, y0, x1 - x0, y1 - y0], axis=-1)


def _to_centre(boxes: NDArray[Any]) -> NDArray[Any]:
    x0, y0, x1, y1 = np.moveaxis(boxes, -1, 0)
    return np.stack([(x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0], axis=-1)


def _y_first(boxes: NDArray[Any]) -> NDArray[Any]:
    return boxes[..., [1, 0, 3, 2]]


def points_y_first(trial: Trial) -> Any:
    """x and y of each point swapped."""
    if not trial.step.points:
        return None
    outputs = dict(trial.given)
    outputs[trial.step.points] = np.asarray(outputs[trial.step.points])[..., ::-1]
    return trial.right(outputs)


def threshold(value: float) -> Make:
    """Another threshold."""

    def make(trial: Trial) -> Any:
        if value == trial.step.threshold:
            return None
        return trial.right(step=msgspec.structs.replace(trial.step, threshold=value))

    return make


def threshold_as_seen(trial: Trial) -> Any:
    """The lowest score that the app kept, as the threshold."""
    scores = (trial.seen or {}).get("scores")
    if scores is None or not scores.size:
        return None
    least = float(scores.min())
    changed = msgspec.structs.replace(trial.step, threshold=least * (1 - 1e-6))
    return trial.right(step=changed)


def unsorted(trial: Trial) -> Any:
    """The candidates in the order of the anchors."""
    right: Candidates = trial.right()
    step = trial.step
    flat = np.asarray(trial.given[step.scores])[0].reshape(-1)
    likely = np.flatnonzero(flat >= step.threshold)
    if likely.size != len(right.scores):
        return None
    order = np.argsort(np.argsort(-flat[likely], kind="stable"), kind="stable").tolist()
    return _picked(right, order)


def classes_off(by: int) -> Make:
    """Class numbers that are counted from elsewhere."""

    def make(trial: Trial) -> Any:
        right = trial.right()
        return replace(right, classes=[label + by for label in right.classes])

    return make


def not_suppressed(trial: Trial) -> Any:
    """All candidates stay."""
    return trial.given


def overlap(value: float) -> Make:
    """Another overlap passes."""

    def make(trial: Trial) -> Any:
        if value == trial.step.iou_threshold:
            return None
        return trial.right(step=msgspec.structs.replace(trial.step, iou_threshold=value))

    return make


def best_of_each(trial: Trial) -> Any:
    """Plain suppression where boxes are to be melted."""
    if not isinstance(trial.step, WeightedNms) or not trial.given.rows:
        return None
    found = trial.given
    boxes = np.array([row[:4] for row in found.rows])
    kept = nms(boxes, np.array(found.scores), trial.step.iou_threshold).tolist()
    return replace(_picked(found, kept), classes=[0] * len(kept))


def across_classes(trial: Trial) -> Any:
    """A box suppresses those of other classes too."""
    if not isinstance(trial.step, Nms) or not trial.given.rows:
        return None
    found = trial.given
    boxes = np.array([row[:4] for row in found.rows])
    kept = nms(boxes, np.array(found.scores), trial.step.iou_threshold).tolist()
    return _picked(found, kept[: trial.step.most])


def _picked(found: Candidates, kept: list[int]) -> Candidates:
    return Candidates(
        rows=[found.rows[i] for i in kept],
        scores=[found.scores[i] for i in kept],
        classes=[found.classes[i] for i in kept],
    )


_ORDER = "the graph gives x0, y0, x1, y1: left, top, right, bottom"

HYPOTHESES = (
    *(
        Hypothesis(name=name, kinds=SELECT, says=says, do=_ORDER, make=boxes_as(corners))
        for name, says, corners in (
            ("boxes-yxyx", "takes the boxes for y0, x0, y1, x1", _y_first),
            ("boxes-xywh", "takes corners for left, top, width, height", _from_corner),
            ("boxes-cxcywh", "takes corners for a centre and a size", _from_centre),
            ("boxes-xywh", "makes left, top, width, height of the corners", _to_size),
            ("boxes-cxcywh", "makes a centre and a size of the corners", _to_centre),
        )
    ),
    Hypothesis(
        name="points-yx",
        kinds=SELECT,
        says="swaps x and y of the points",
        do="the graph gives x, then y",
        make=points_y_first,
    ),
    Hypothesis(
        name="classes-shifted",
        kinds=SELECT,
        says="counts the classes from 1",
        do="the first class is 0: there is no background class in the output",
        make=classes_off(1),
    ),
    Hypothesis(
        name="classes-shifted",
        kinds=SELECT,
        says="skips the first class, as if it were the background",
        do="the first class is 0: there is no background class in the output",
        make=classes_off(-1),
    ),
    *(
        Hypothesis(
            name="threshold",
            kinds=SELECT,
            says=f"keeps candidates from a score of {value} on",
            do="take the `threshold` of the step select-candidates",
            make=threshold(value),
        )
        for value in _THRESHOLDS
    ),
    Hypothesis(
        name="threshold",
        kinds=SELECT,
        says="keeps candidates from another score on",
        do="take the `threshold` of the step select-candidates",
        make=threshold_as_seen,
    ),
    Hypothesis(
        name="unsorted",
        kinds=SELECT,
        says="does not sort the candidates by their score",
        do="sort the candidates, the best first",
        make=unsorted,
    ),
    Hypothesis(
        name="nms-missing",
        kinds=SUPPRESS,
        says="keeps all candidates: nothing suppresses those that overlap",
        do="suppress overlapping candidates as the program's NMS step says",
        make=not_suppressed,
    ),
    Hypothesis(
        name="nms-not-weighted",
        kinds=SUPPRESS,
        says="keeps the best box instead of the mean weighted by score",
        do="melt candidates as the step weighted-nms says",
        make=best_of_each,
    ),
    Hypothesis(
        name="nms-across-classes",
        kinds=SUPPRESS,
        says="lets a box suppress those of other classes",
        do="suppress among candidates of one class only",
        make=across_classes,
    ),
    *(
        Hypothesis(
            name="nms-overlap",
            kinds=SUPPRESS,
            says=f"suppresses from an intersection over union of {value} on",
            do="take the step's `iou_threshold`",
            make=overlap(value),
        )
        for value in _IOUS
    ),
)
