from __future__ import annotations

import msgspec
import numpy as np
import pytest

from edge_calibration.representative import representative
from edge_convert.light_model import light_model
from edge_runtime.errors import SpecError
from edge_runtime.spec import Calibration

SPEC = light_model("image-classification").spec


def test_tensors_are_what_the_app_would_feed() -> None:
    tensors = list(representative(SPEC))
    assert SPEC.calibration is not None
    assert len(tensors) == SPEC.calibration.count
    for _, inputs in tensors:
        image = inputs["image"]
        assert image.shape == (1, *SPEC.image.size_hw, 3)
        assert image.dtype == np.float32
        assert 0 <= image.min() < image.max() <= 255


@pytest.mark.parametrize(
    ("calibration", "message"),
    [
        (None, "names no calibration set"),
        (Calibration(dataset="samples", count=2), "evaluated on"),
        (Calibration(dataset="calibration", count=999), "wants 999 photos"),
    ],
)
def test_what_cannot_be_calibrated_says_why(
    calibration: Calibration | None, message: str
) -> None:
    spec = msgspec.structs.replace(SPEC, calibration=calibration)
    with pytest.raises(SpecError, match=message):
        list(representative(spec))
