"""How much of what separates a notebook from a phone each stage has.

The walk begins at a training script's pipeline and ends at the app's; each step swaps one
stage and nothing else, in the order in which a photo goes through them.  The cost of a
step is how much the agreement with the training script falls by it, so that the costs sum
to the whole.  A step may win something back: its cost is negative then.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from edge_calibration.evaluation import FLOAT, Pipeline, compare_all
from edge_calibration.verdict import Interval, interval
from edge_runtime.spec import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edge_calibration.evaluation import Look, Samples
    from edge_calibration.exams import Exam
    from edge_calibration.metrics import Metric

START = Pipeline(decoder="pillow", resizer="antialiased", run=FLOAT, reading="plain")


class Step(Record, frozen=True, kw_only=True):
    """What one stage costs, in the exam's first metric."""

    stage: str
    cost: Interval


class Waterfall(Record, frozen=True, kw_only=True):
    """The steps from a training script's pipeline to the app's; their costs sum to
    ``whole``, which is how far the two lie apart."""

    metric: str
    unit: str
    photos: int
    steps: tuple[Step, ...]
    whole: float


def pipelines(converted: str | None, variant: str) -> tuple[tuple[str, Pipeline], ...]:
    """The walk: what each step swaps, and the pipeline after it.

    ``converted`` is the run of the float32 file, if there is one; without it conversion
    and quantisation are one step.
    """
    at = START
    walk = []
    for stage, change in (
        ("JPEG decoding", {"decoder": "ffmpeg"}),
        ("resizing", {"resizer": "spec"}),
        ("conversion", {"run": converted} if converted else None),
        ("quantisation" if converted else "conversion and quantisation", {"run": variant}),
        ("postprocessing", {"reading": "app"}),
    ):
        if change is not None:
            at = replace(at, **change)  # type: ignore[arg-type]
            walk.append((stage, at))
    return tuple(walk)


def waterfall(
    looks: Iterator[Look], exam: Exam, converted: str | None, variant: str, seed: int = 0
) -> Waterfall:
    """Walk from a training script to the app on every view."""
    walk = pipelines(converted, variant)
    pairs = {stage: (pipeline, START) for stage, pipeline in walk}
    pairs[""] = (START, START)
    found = {name: samples[0] for name, samples in compare_all(looks, pairs, exam).items()}
    metric = exam.metrics[0]
    order = [found[""], *(found[stage] for stage, _ in walk)]
    photos = sorted(set.intersection(*(set(samples.by_photo) for samples in order)))
    columns = [_column(samples, photos) for samples in order]
    steps = tuple(
        Step(stage=stage, cost=_cost(metric, before, after, seed))
        for (stage, _), (before, after) in zip(walk, pairwise(columns), strict=True)
    )
    whole = _cost(metric, columns[0], columns[-1], seed).value
    return Waterfall(
        metric=metric.name, unit=metric.unit, photos=len(photos), steps=steps, whole=whole
    )


def _column(samples: Samples, photos: Sequence[str]) -> list[Any]:
    per_photo = samples.per_photo
    return [per_photo[photo] for photo in photos]


def _cost(metric: Metric, before: list[Any], after: list[Any], seed: int) -> Interval:
    """How much worse the number is after the step."""
    sign = 1.0 if metric.better == "more" else -1.0

    def worse(pairs: Sequence[Any]) -> float:
        first, second = zip(*pairs, strict=True)
        return sign * (metric.over(first) - metric.over(second))

    return interval(list(zip(before, after, strict=True)), worse, seed)
