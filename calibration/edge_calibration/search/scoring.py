"""How good a file of a model is, by the task's own metrics, against its float32 file.

The photos are those that a search may see; the committed reports evaluate on others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from edge_calibration.exams.table import exam_of, metric_of
from edge_calibration.search.versions import MILD, VERSIONS, versions
from edge_calibration.stages import prepare_by_spec
from edge_runtime.errors import SpecError
from edge_runtime.interpreter import Session
from edge_runtime.postprocess import Scene
from edge_runtime.spec import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edge_calibration.exams import View
    from edge_calibration.metrics import Metric
    from edge_runtime.pipeline import Lens
    from edge_runtime.spec import Limit, ModelSpec, Tensor

    Pixels: TypeAlias = NDArray[np.uint8]
    Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]

QUICK_VIEWS = 12
MOST_VIEWS = 48
FINDS_SMALL_THINGS = {"face-detection", "object-detection"}
SLOW_VIEWS = 6  # of what reports too look at few photos, for it takes long
SLOW_PHOTOS = 26
SURE = 1.645  # standard errors below which a mean lies in 95 % of all cases
SCORES_FROM = 0.1


class Scored(Record, frozen=True, kw_only=True):
    """``used``: the share of the accuracy gates that is used up; ``metrics``: means over
    the views; ``loss``: mean squared difference of the outputs, over their spans squared;
    ``max_abs``, ``mean_abs``: the worst difference of a view, over the output's span."""

    used: float
    metrics: dict[str, float]
    loss: float
    max_abs: float
    mean_abs: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """A view as the model gets it, and what the float32 file makes of it."""

    inputs: Arrays
    scene: Scene
    outputs: Arrays
    result: Any


class Scorer:
    """Holds files of one model against ``float_file`` on ``photos`` and other versions of
    them; ``lens`` finds the faces in them.

    Raises ``SpecError`` where no photo shows what the model looks for.
    """

    def __init__(
        self,
        lens: Lens,
        spec: ModelSpec,
        float_file: Path,
        photos: Sequence[tuple[str, Pixels]],
    ) -> None:
        self._lens = lens
        self._spec = spec
        self._exam = exam_of(spec)
        self._photos = photos
        self._float = Session(float_file)

    @property
    def ways(self) -> tuple[str, ...]:
        """What is made of each photo."""
        return VERSIONS if self._spec.kind in FINDS_SMALL_THINGS else MILD

    @cached_property
    def views(self) -> tuple[Seen, ...]:
        """What is looked at, by chance among the photos and their versions."""
        every = list(self._looks())
        if not every:
            raise SpecError(f"no photo shows what {self._spec.id} looks for: name other --data")
        slow = self._exam.most_photos <= SLOW_PHOTOS
        count = min(SLOW_VIEWS if slow else MOST_VIEWS, len(every))
        chosen = Random(0).sample(every, count)  # noqa: S311  nothing secret depends on it
        return tuple(self._seen(rgb, view) for rgb, view in chosen)

    def quick(self, path: Path) -> float:
        """The mean squared difference on the first views: what sensitivity is told by."""
        session = Session(path)
        few = self.views[:: max(2, -(-len(self.views) // QUICK_VIEWS))]
        return float(np.mean([self._squared(session, seen) for seen in few]))

    def full(self, path: Path) -> Scored:
        """Everything, on every view."""
        session = Session(path)
        outputs = [session.run(seen.inputs) for seen in self.views]
        differences = [
            difference(tensor, made[tensor.name], seen.outputs)
            for made, seen in zip(outputs, self.views, strict=True)
            for tensor in self._spec.outputs
        ]
        results = [
            self._exam.decode(made, seen.scene)
            for made, seen in zip(outputs, self.views, strict=True)
        ]
        used, metrics = self._judged(results)
        squared, worst, mean = zip(*differences, strict=True)
        return Scored(
            used=used,
            metrics=metrics,
            loss=float(np.mean(squared)),
            max_abs=max(worst),
            mean_abs=max(mean),
        )

    def _judged(self, results: Sequence[Any]) -> tuple[float, dict[str, float]]:
        shares, metrics = [0.0], {}
        for limit in self._spec.gates.accuracy:
            metric = metric_of(self._exam, limit.metric)
            pairs = zip(results, (seen.result for seen in self.views), strict=True)
            compared = (metric.compare(made, wanted) for made, wanted in pairs)
            samples = [sample for sample in compared if sample is not None]
            if samples:
                metrics[metric.name] = round(metric.over(samples), 5)
                shares.append(used_up(metric, limit, cautious(metric, samples)))
        return round(max(shares), 4), metrics

    def _squared(self, session: Session, seen: Seen) -> float:
        made = session.run(seen.inputs)
        squared = [difference(t, made[t.name], seen.outputs)[0] for t in self._spec.outputs]
        return float(np.mean(squared))

    def _looks(self) -> Iterator[tuple[Pixels, View]]:
        wanted = [
            (name, rgb)
            for name, rgb in self._photos
            if not self._exam.tags or self._lens_finds_a_face(rgb)
        ]
        for name, rgb in versions(wanted, self.ways):
            for view in self._exam.views(self._lens, name, rgb):
                yield rgb, view

    def _lens_finds_a_face(self, rgb: Pixels) -> bool:
        """Photos of a search need no tags: who asks for people gets photos with a face."""
        from edge_runtime.images import Photo  # noqa: PLC0415

        return bool(self._lens.faces(Photo(rgb=rgb)).value.faces)

    def _seen(self, rgb: Pixels, view: View) -> Seen:
        image = self._spec.image
        pixels, placement = prepare_by_spec(
            rgb, self._spec.program, image.size_hw, view.placement
        )
        inputs = {image.name: pixels, **view.vectors}
        height, width = rgb.shape[:2]
        labels = self._lens.bundle.labels(self._spec)
        scene = Scene(self._spec.program, labels, placement, (width, height))
        outputs = self._float.run(inputs)
        result = self._exam.decode(outputs, scene)
        return Seen(inputs=inputs, scene=scene, outputs=outputs, result=result)


def difference(
    output: Tensor, made: NDArray[np.float32], wanted: Arrays
) -> tuple[float, float, float]:
    """How far one output is off: mean of squares, largest, mean; over the output's span.

    Where the output has scores beside it, only candidates that score in ``wanted`` count.
    """
    off = np.abs(made.astype(np.float64) - wanted[output.name]) / output.span
    if output.where:
        scores = wanted[output.where].reshape(off.shape[0], off.shape[1], -1).max(axis=2)
        off = off[scores >= SCORES_FROM]
    if not off.size:
        return 0.0, 0.0, 0.0
    return float(np.mean(off**2)), float(off.max()), float(off.mean())


def cautious(metric: Metric, samples: Sequence[Any]) -> float:
    """The metric, but for chance: with these photos its mean is no worse in 95 % of all
    cases (by the standard error; metrics that are no means of numbers are as they are)."""
    value = float(metric.over(samples))
    numbers = all(isinstance(sample, float | int | np.number) for sample in samples)
    if not numbers or len(samples) < 2:
        return value
    error = SURE * float(np.std(samples, ddof=1)) / math.sqrt(len(samples))
    return value - error if metric.better == "more" else value + error


def used_up(metric: Metric, limit: Limit, value: float) -> float:
    """The share of what a limit allows that is used up: 0 is perfect, 1 just passes.

    Decibels are turned into amplitudes, so that half of the error is half of the share.
    """
    if limit.most is not None:
        return value / limit.most
    least = limit.least if limit.least is not None else 0.0
    if metric.unit == "dB":
        return float(10 ** ((least - value) / 20))
    return (1 - value) / (1 - least)
