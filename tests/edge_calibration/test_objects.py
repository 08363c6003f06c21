from __future__ import annotations

import pytest

from edge_calibration.exams.objects import ObjectExam, found
from edge_runtime.results import DetectedObject, Objects


def objects(*things: tuple[str, float, float]) -> Objects:
    """Things of 10 px: class, score, x."""
    return Objects(
        objects=tuple(
            DetectedObject(label=label, score=score, box_xyxy=(x, 0, x + 10, 10))
            for label, score, x in things
        )
    )


@pytest.mark.parametrize(
    ("made", "wanted", "hits"),
    [
        (objects(("cat", 0.9, 0)), objects(("cat", 0.8, 1)), [True]),
        (objects(("cat", 0.9, 0)), objects(("cat", 0.8, 6)), [False]),
        (objects(("cat", 0.9, 0)), objects(("dog", 0.8, 0)), [False]),
        # The surer of two takes the one that is wanted; the other finds nothing left.
        (objects(("cat", 0.5, 0), ("cat", 0.9, 1)), objects(("cat", 0.8, 0)), [True, False]),
        (objects(), objects(("cat", 0.8, 0)), []),
    ],
)
def test_what_was_made_finds_what_was_wanted(
    made: Objects, wanted: Objects, hits: list[bool]
) -> None:
    seen = found(made, wanted)
    assert seen is not None
    assert seen.hits.tolist() == hits
    assert seen.wanted.tolist() == [thing.label for thing in wanted.objects]
    assert seen.scores.tolist() == sorted((o.score for o in made.objects), reverse=True)


def test_a_photo_without_objects_says_nothing() -> None:
    assert found(objects(), objects()) is None


def test_the_metric_is_average_precision() -> None:
    (metric,) = ObjectExam(0.4).metrics
    wanted = objects(("cat", 0.9, 0), ("cat", 0.8, 40))
    assert metric.over([metric.compare(wanted, wanted)]) == 1
    half = metric.over([metric.compare(objects(("cat", 0.9, 0)), wanted)])
    assert half == pytest.approx(51 / 101)


def test_faint_objects_find_but_are_not_wanted() -> None:
    (metric,) = ObjectExam(0.4).metrics
    sure, faint = objects(("cat", 0.41, 0)), objects(("cat", 0.39, 0))
    assert metric.over([metric.compare(faint, sure)]) == 1
    seen = metric.compare(sure, faint)
    assert seen.wanted.size == 0
