from __future__ import annotations

from pathlib import Path

import pytest

from edge_convert.models.image_classification import SPEC
from edge_convert.reference import recorded


@pytest.mark.parametrize(
    ("photo", "label"),
    [
        ("chelsea", "Egyptian cat"),
        ("coffee", "espresso"),
        ("flower", "daisy"),
        ("motorcycle", "moped"),
    ],
)
def test_the_labels_are_in_the_order_of_the_output(root: Path, photo: str, label: str) -> None:
    labels = (root / "mobile_assets" / "labels" / SPEC.labels).read_text().splitlines()
    probabilities = recorded(SPEC)[photo][1]["probabilities"][0]
    assert labels[probabilities.argmax()] == label
    assert probabilities.sum() == pytest.approx(1, abs=1e-5)
