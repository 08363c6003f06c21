from __future__ import annotations

import numpy as np
import pytest

from edge_calibration.exams.paintings import AnyStyleExam, MixExam, StyleVectorExam
from edge_runtime.contract import EmbedStyle, MixStyles
from edge_runtime.pipeline import Lens

PHOTO = np.full((64, 64, 3), 90, np.uint8)


def test_every_photo_has_another_style(lens: Lens) -> None:
    exam = MixExam(MixStyles(input="weights", styles=3))
    styles = [exam.views(lens, "p", PHOTO)[0].vectors["weights"] for _ in range(4)]
    assert [int(style.argmax()) for style in styles] == [0, 1, 2, 0]
    assert all(style.shape == (1, 3) and style.sum() == 1 for style in styles)


def test_a_photo_is_painted_like_the_one_before(lens: Lens) -> None:
    step = EmbedStyle(input="style", model="style-transfer-any-predict")
    other = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    exam = AnyStyleExam(step)
    first, second, third = (
        exam.views(lens, "p", rgb)[0].vectors["style"] for rgb in (PHOTO, other, other)
    )
    assert np.array_equal(first, second)
    assert not np.array_equal(second, third)


def test_a_style_is_not_painted_before_there_is_something_to_paint_with() -> None:
    with pytest.raises(RuntimeError, match="views"):
        StyleVectorExam().decode({}, None)  # type: ignore[arg-type]
