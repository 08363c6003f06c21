from __future__ import annotations

import numpy as np
import pytest

from edge_calibration.exams.enlarged import EnlargedExam
from edge_calibration.exams.table import exam_of
from edge_calibration.stages import prepare_by_spec
from edge_runtime import Lens
from edge_runtime.postprocess import Scene

LENS = Lens()
SPEC = LENS.bundle.entry("super-resolution-compact").spec
RNG = np.random.default_rng(9)


@pytest.mark.parametrize("size_hw", [(300, 401), (128, 128), (90, 140)])
def test_the_middle_of_a_photo_is_looked_at_as_it_is(size_hw: tuple[int, int]) -> None:
    rgb = RNG.integers(0, 256, (*size_hw, 3), dtype=np.uint8)
    (view,) = exam_of(SPEC).views(LENS, "noise", rgb)
    pixels, _ = prepare_by_spec(rgb, SPEC.program, (128, 128), view.placement)
    height, width = size_hw
    top, left = (height - 128) // 2, (width - 128) // 2
    inside = pixels[0, max(0, -top) : height - top, max(0, -left) : width - left]
    wanted = rgb[max(0, top) : top + 128, max(0, left) : left + 128]
    assert np.array_equal(inside, wanted)


def test_both_readings_keep_the_whole_window() -> None:
    outputs = {"picture": RNG.uniform(-9, 270, (1, 512, 512, 3)).astype(np.float32)}
    exam = EnlargedExam(SPEC)
    rgb = np.zeros((300, 400, 3), np.uint8)
    (view,) = exam.views(LENS, "noise", rgb)
    assert view.placement is not None
    scene = Scene(SPEC.program, (), view.placement, (400, 300))
    app, plain = exam.decode(outputs, scene), exam.decode_plainly(outputs, scene)
    assert app.pixels.shape == plain.pixels.shape == (512, 512, 3)
    assert np.abs(app.pixels.astype(int) - plain.pixels).max() <= 1
    assert exam.picture(rgb, app) is app.pixels
    difference, psnr = exam.metrics
    assert difference.compare(app, plain) < 0.01
    assert psnr.compare(app, plain) > 60
