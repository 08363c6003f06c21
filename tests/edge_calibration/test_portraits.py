from __future__ import annotations

import numpy as np
import pytest

from edge_calibration.exams.portraits import SHADE, PortraitExam
from edge_runtime.results import Mask
from edge_runtime.spec import PortraitSegmentation


def mask(share: float, value: float = 0.9) -> Mask:
    probability = np.zeros((10, 20), np.float32)
    probability[:, : round(20 * share)] = value
    return Mask(probability=probability)


@pytest.mark.parametrize(
    ("made", "wanted", "iou", "difference"),
    [
        (mask(0.5), mask(0.5), 1.0, 0.0),
        (mask(0.5), mask(1.0), 0.5, 0.45),
        (mask(0.5, 0.6), mask(0.5, 0.8), 1.0, 0.1),
        (mask(0.5, 0.4), mask(0.5, 0.3), None, 0.05),
    ],
)
def test_masks_are_compared(
    made: Mask, wanted: Mask, iou: float | None, difference: float
) -> None:
    overlap, probability = PortraitExam(PortraitSegmentation()).metrics
    assert overlap.compare(made, wanted) == iou
    assert probability.compare(made, wanted) == pytest.approx(difference)


def test_the_person_is_shaded_and_nothing_else() -> None:
    exam = PortraitExam(PortraitSegmentation())
    picture = exam.picture(np.zeros((10, 20, 3), np.uint8), mask(0.5))
    assert np.array_equal(picture[0, 0], np.rint(0.65 * SHADE))
    assert not picture[:, 10:].any()
