"""Each hypothesis on other candidates does not give what the contract gives."""

from __future__ import annotations

from typing import Any

import pytest

from edge_runtime.doctor.hypotheses import Hypothesis
from edge_runtime.doctor.of_candidates import HYPOTHESES

RUNS = (
    ("face-detection-short", "portrait-exif6.jpg"),
    ("object-detection", "coffee.png"),
)
# These change nothing in such a run, or need something that it does not have.
RARE = {"threshold", "nms-overlap", "unsorted", "nms-across-classes"}


@pytest.mark.parametrize("hypothesis", HYPOTHESES, ids=lambda one: f"{one.name}: {one.says}")
def test_it_gives_something_else(hypothesis: Hypothesis, wrongly: Any) -> None:
    changed = any(wrongly(hypothesis, model, photo) for model, photo in RUNS)
    assert changed or hypothesis.name in RARE
