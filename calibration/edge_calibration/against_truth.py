"""A model and its file against what the photos are known to show.

Each kind of task has its own measure for each kind of truth; photos without a truth, or with
one that says nothing of the task, are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from edge_calibration.evaluation import Pipeline
from edge_calibration.exams.objects import found
from edge_calibration.metrics import Metric, average_precision, mask_iou
from edge_calibration.photos.truth import (
    BoxesTruth,
    ClassTruth,
    LandmarksTruth,
    MaskTruth,
    SmileTruth,
)
from edge_calibration.photos.truth_metrics import in_top, landmark_nme, roc_auc
from edge_calibration.reports.report import Against
from edge_calibration.verdict import interval
from edge_runtime.contract import NameExpressions, step_of
from edge_runtime.results import DetectedObject, Objects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edge_calibration.evaluation import Look
    from edge_calibration.photos.truth import Truth
    from edge_runtime.spec import ModelSpec

FEWEST = 2


class TruthBook:
    """Collects, view by view, what float network and files say where the truth is known."""

    def __init__(
        self, spec: ModelSpec, truths: Mapping[str, Truth], runs: Sequence[str]
    ) -> None:
        """``truths`` by photo; ``runs`` are the names of the files."""
        self._metrics = _metrics(spec)
        self._truths = truths
        self._samples: dict[str, dict[str, list[tuple[Any, Any]]]] = {
            run: {name: [] for name in self._metrics} for run in runs
        }
        self._seen: set[str] = set()

    def see(self, look: Look) -> None:
        """The first view of a photo: a truth is of the photo's one face."""
        truth = self._truths.get(look.view.photo)
        if truth is None or look.view.photo in self._seen:
            return
        self._seen.add(look.view.photo)
        fitting = {n: m for n, (kind, m) in self._metrics.items() if isinstance(truth, kind)}
        for run, samples in self._samples.items():
            for name, metric in fitting.items():
                reference = metric.compare(look.result(Pipeline()), truth)
                made = metric.compare(look.result(Pipeline(run=run)), truth)
                if reference is not None and made is not None:
                    samples[name].append((reference, made))

    def findings(self, run: str, seed: int) -> tuple[Against, ...]:
        """What a file lost against the truth, in every measure that there was one for."""
        return tuple(
            _against(self._metrics[name][1], pairs, seed)
            for name, pairs in self._samples[run].items()
            if len(pairs) >= FEWEST
        )


def _against(metric: Metric, pairs: Sequence[tuple[Any, Any]], seed: int) -> Against:
    sign = 1.0 if metric.better == "more" else -1.0

    def lost(chosen: Sequence[Any]) -> float:
        one, other = zip(*chosen, strict=True)
        return sign * (metric.over(one) - metric.over(other))

    reference, made = zip(*pairs, strict=True)
    return Against(
        metric=metric.name,
        title=metric.title,
        unit=metric.unit,
        reference=interval(reference, metric.over, seed),
        variant=interval(made, metric.over, seed),
        lost=interval(pairs, lost, seed),
    )


def _metrics(spec: ModelSpec) -> dict[str, tuple[type, Metric]]:
    """The measures of a kind of task, by name, each with the kind of truth it needs."""
    made: list[tuple[type, Metric]] = []
    if spec.kind == "image-classification":
        made = [(ClassTruth, _top(1)), (ClassTruth, _top(5))]
    elif spec.kind == "face-expression":
        made = [(SmileTruth, _smile(step_of(spec.program, NameExpressions).smile))]
    else:
        made = list(_OTHERS.get(spec.kind, ()))
    return {metric.name: (kind, metric) for kind, metric in made}


def _top(count: int) -> Metric:
    def right(made: Any, truth: ClassTruth) -> float:
        return float(in_top([label.label for label in made.labels], truth.label, count))

    return Metric(
        name=f"top{count}",
        title=f"photos whose label is among the best {count}" if count > 1 else "right labels",
        unit="share",
        better="more",
        compare=right,
        shares=True,
    )


def _smile(label: str) -> Metric:
    return Metric(
        name="smile_auc",
        title="area under the ROC curve of a smile",
        unit="",
        better="more",
        compare=lambda made, truth: (made[label], truth.smiling),
        over=_auc,
    )


def _auc(samples: Sequence[tuple[float, bool]]) -> float:
    """0.5 where a resampling has photos of one kind only: nothing is told apart then."""
    area = roc_auc(*zip(*samples, strict=True))
    return 0.5 if np.isnan(area) else area


def _objects(made: Objects, truth: BoxesTruth) -> Any:
    wanted = tuple(
        DetectedObject(label=label, score=1.0, box_xyxy=tuple(box.tolist()))
        for box, label, free in zip(truth.boxes_xyxy, truth.labels, truth.ignored, strict=True)
        if not free
    )
    return found(made, Objects(objects=wanted))


def _person(made: Any, truth: MaskTruth) -> float | None:
    wanted = truth.read()
    return mask_iou(made.probability >= 0.5, wanted == 1)


def _points(made: Any, truth: LandmarksTruth) -> float | None:
    if made.points is None or len(made.points) != len(truth.points_xy):
        return None
    return landmark_nme(made.points[:, :2], truth.points_xy)


_OTHERS: Mapping[str, Sequence[tuple[type, Metric]]] = {
    "object-detection": (
        (
            BoxesTruth,
            Metric(
                name="ap50",
                title="average precision at IoU 0.5",
                unit="",
                better="more",
                compare=_objects,
                over=average_precision,
            ),
        ),
    ),
    "portrait-segmentation": (
        (
            MaskTruth,
            Metric(
                name="person_iou",
                title="overlap with the person's mask",
                unit="",
                better="more",
                compare=_person,
            ),
        ),
    ),
    "face-landmarks": (
        (
            LandmarksTruth,
            Metric(
                name="landmark_nme",
                title="normalised mean error of the points",
                unit="",
                better="less",
                compare=_points,
            ),
        ),
    ),
}
