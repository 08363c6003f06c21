from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from edge_runtime.results import Face, Label, Prediction, Timings


def test_timings_of_two_models_add_up() -> None:
    total = Timings(decode=1, preprocess=2, run=3, postprocess=4) + Timings(run=10)
    assert total == Timings(decode=1, preprocess=2, run=13, postprocess=4)


def test_results_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Label(label="cat", score=0.5).score = 1.0  # type: ignore[misc]


def test_a_face_has_no_smile_until_somebody_looked() -> None:
    face = Face(box_xyxy=(0, 0, 1, 1), score=1.0, points={})
    assert (face.smile, face.expressions, face.landmarks) == (None, None, None)


def test_a_prediction_says_what_ran() -> None:
    prediction = Prediction(value=1, model="smile", variant="fp32")
    assert prediction.ms == Timings()
