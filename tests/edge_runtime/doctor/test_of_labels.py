"""Each hypothesis on other labels and points does not give what the contract gives."""

from __future__ import annotations

from typing import Any

import pytest

from edge_runtime.doctor.hypotheses import Hypothesis
from edge_runtime.doctor.of_labels import HYPOTHESES

RUNS = (
    ("image-classification", "coffee.png"),
    ("face-landmarks", "portrait-exif6.jpg"),
)
# These change nothing in such a run, or need something that it does not have.
RARE = {
    "labels-shifted",
    "labels-coco-90",
    "labels-other-order",
    "labels-other-file",
    "other-count",
    "unsorted",
}


@pytest.mark.parametrize("hypothesis", HYPOTHESES, ids=lambda one: f"{one.name}: {one.says}")
def test_it_gives_something_else(hypothesis: Hypothesis, wrongly: Any) -> None:
    changed = any(wrongly(hypothesis, model, photo) for model, photo in RUNS)
    assert changed or hypothesis.name in RARE
