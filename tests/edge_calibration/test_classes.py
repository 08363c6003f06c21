from __future__ import annotations

import pytest

from edge_calibration.exams.classes import ClassExam
from edge_runtime.results import Label, Labels


def labels(*found: tuple[str, float]) -> Labels:
    return Labels(labels=tuple(Label(label=name, score=score) for name, score in found))


@pytest.mark.parametrize(
    ("made", "wanted", "expected"),
    [
        (labels(("cat", 0.9), ("dog", 0.1)), labels(("cat", 0.7), ("cow", 0.2)), (1, 1, 0.2)),
        (labels(("dog", 0.5), ("cat", 0.4)), labels(("cat", 0.5), ("dog", 0.4)), (0, 1, 0.0)),
        (labels(("dog", 0.5), ("cow", 0.4)), labels(("cat", 0.6), ("dog", 0.4)), (0, 0, 0.1)),
    ],
)
def test_labels_are_compared(made: Labels, wanted: Labels, expected: tuple) -> None:
    found = tuple(metric.compare(made, wanted) for metric in ClassExam().metrics)
    assert found == pytest.approx(expected)
