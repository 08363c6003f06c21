"""What apps get wrong about labels, and about points that are taken back to the photo."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from edge_runtime import contract as c
from edge_runtime.doctor.hypotheses import Hypothesis
from edge_runtime.doctor.of_runs import sigmoid, softmax

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from edge_runtime.doctor.replay import Make, Trial
    from edge_runtime.results import Labels

    Plane = NDArray[Any]

LABELLED = (c.TopLabels, c.LabelBoxes, c.NameExpressions)
COCO_GAPS = (12, 26, 29, 30, 45, 66, 68, 69, 71, 83)
"""Numbers of 1..90 that COCO's annotations leave out, so that 80 classes are left."""


def points_by(move: Callable[[NDArray[Any], Trial], NDArray[Any]]) -> Make:
    """The points [N, 3] of the input elsewhere than at their pixels."""

    def make(trial: Trial) -> Any:
        points = np.asarray(trial.given[trial.step.output][0], np.float64)
        return move(points, trial).astype(np.float32)

    return make


def _upright(points: NDArray[Any], trial: Trial) -> NDArray[Any]:
    """By the square, as if it were not turned."""
    placement = trial.view.placement
    if placement is None:
        return points
    side = placement.side
    centre = np.array([*placement.pixel(0.5, 0.5), 0.0])
    return np.asarray((points - (0.5, 0.5, 0)) * side + centre)


def _by_photo(points: NDArray[Any], trial: Trial) -> NDArray[Any]:
    high, wide = trial.view.rgb.shape[:2]
    return points * (wide, high, wide)


def _by_input(points: NDArray[Any], trial: Trial) -> NDArray[Any]:
    high, wide = trial.view.size_hw
    return points * (wide, high, wide)


def _flat(points: NDArray[Any], trial: Trial) -> NDArray[Any]:
    """z stays in parts of the square."""
    placed = np.array(trial.right(), np.float64)
    placed[:, 2] = points[:, 2]
    return placed


def labelled(names: Callable[[tuple[str, ...]], tuple[str, ...]]) -> Make:
    """With other names for the classes."""

    def make(trial: Trial) -> Any:
        own = trial.view.labels
        other = names(own)
        if other == own:
            return None
        trial.view.labels = (*other, *("" for _ in own[len(other) :]))
        return trial.right()

    return make


def from_another_file(trial: Trial) -> Any:
    """With the labels of another model of the bundle."""
    bundle, own = trial.replay.lens.bundle, trial.replay.spec
    for entry in bundle.manifest.models:
        if entry.spec.labels and entry.spec.labels != own.labels:
            other = bundle.labels(entry.spec)
            if len(other) >= len(trial.view.labels):
                trial.view.labels = other
                return trial.right()
    return None


def _with_gaps(own: tuple[str, ...]) -> tuple[str, ...]:
    """COCO's list of 90 names, of which ten are of no class of the model."""
    if len(own) != 90 - len(COCO_GAPS):
        return own
    left = iter(own)
    return tuple("" if n in COCO_GAPS else next(left) for n in range(1, 91))


def squashed(squash: Callable[[Plane], Plane]) -> Make:
    """The probabilities are squashed once more before the best are taken."""

    def make(trial: Trial) -> Any:
        name = trial.step.output
        return trial.right({**trial.given, name: squash(np.asarray(trial.given[name]))})

    return make


def fewer(trial: Trial) -> Any:
    """As many labels as the app has."""
    scores = (trial.seen or {}).get("scores")
    if scores is None or not scores.size or scores.size == trial.step.most:
        return None
    return trial.right(step=msgspec.structs.replace(trial.step, most=int(scores.size)))


def unsorted(trial: Trial) -> Any:
    """The first labels instead of the best."""
    right: Labels = trial.right()
    by_score = sorted(right.labels, key=lambda one: trial.view.labels.index(one.label))
    return replace(right, labels=tuple(by_score))


_POINTS = "take x and y to the photo by the placement of crop-square, z times its side"
_LABELS = "the first line of the model's label file is class 0: no background line"
_ENDS = "use the probabilities as they are"

HYPOTHESES = (
    *(
        Hypothesis(name=name, kinds=(c.MapPoints,), says=says, do=_POINTS, make=points_by(move))
        for name, says, move in (
            ("not-mapped", "leaves the points in 0..1 of the square", lambda p, _: p),
            ("input-pixels", "leaves the points in pixels of the input", _by_input),
            ("crop-not-undone", "spreads the square over the photo", _by_photo),
            ("turn-not-undone", "does not turn the points back", _upright),
            ("depth-not-scaled", "leaves z in parts of the square", _flat),
        )
    ),
    *(
        Hypothesis(name=name, kinds=LABELLED, says=says, do=_LABELS, make=labelled(names))
        for name, says, names in (
            (
                "labels-shifted",
                "takes the label before the right one",
                lambda own: ("background", *own[:-1]),
            ),
            (
                "labels-shifted",
                "takes the label after the right one",
                lambda own: (*own[1:], ""),
            ),
            ("labels-coco-90", "has COCO's list of 90 labels with gaps", _with_gaps),
            (
                "labels-other-order",
                "has the labels sorted by their names",
                lambda own: tuple(sorted(own)),
            ),
            (
                "labels-other-order",
                "has the labels from the last to the first",
                lambda own: own[::-1],
            ),
        )
    ),
    Hypothesis(
        name="labels-other-file",
        kinds=LABELLED,
        says="has the labels of another model",
        do="load the label file that the model's spec names",
        make=from_another_file,
    ),
    Hypothesis(
        name="softmax-twice",
        kinds=(c.TopLabels, c.NameExpressions),
        says="applies a softmax to probabilities",
        do=_ENDS,
        make=squashed(softmax),
    ),
    Hypothesis(
        name="sigmoid-twice",
        kinds=(c.TopLabels, c.NameExpressions),
        says="applies a sigmoid to probabilities",
        do=_ENDS,
        make=squashed(sigmoid),
    ),
    Hypothesis(
        name="other-count",
        kinds=(c.TopLabels,),
        says="keeps another number of labels",
        do="keep the step's `most`",
        make=fewer,
    ),
    Hypothesis(
        name="unsorted",
        kinds=(c.TopLabels,),
        says="does not sort the labels by their probability",
        do="sort them, the best first",
        make=unsorted,
    ),
)
