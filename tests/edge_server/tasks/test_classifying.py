from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge_runtime import Lens
from edge_runtime.images import open_photo
from edge_server.tasks.classifying import distribution_by

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"


def test_the_best_of_all_classes_are_the_labels_that_a_lens_gives() -> None:
    lens = Lens()
    photo = open_photo(SAMPLES / "chelsea.png")
    found = distribution_by(lens, photo)
    labels = lens.classify(photo).value.labels
    assert found.value.probabilities.shape == (1000,)
    assert float(found.value.probabilities.sum()) == pytest.approx(1, abs=1e-3)
    best = np.argsort(-found.value.probabilities)[: len(labels)]
    assert [found.value.labels[at] for at in best] == [one.label for one in labels]
    assert found.value.best.labels == labels
    assert (found.model, found.variant) == ("image-classification", "fp16")
