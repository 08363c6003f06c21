"""What passes: the golden vectors' noise doubled, at least a little, and a JPEG's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from edge_runtime.bundle import Bundle
from edge_runtime.doctor.tolerances import Tolerances, by_another_decoder, widened
from edge_runtime.golden import Tolerance
from edge_runtime.images import open_photo

NONE = {"image": np.zeros(1)}


def of(lens: Any, model: str, index: int, name: str, side: int = 240, **more: Any) -> Tolerance:
    spec = lens.bundle.entry(model).spec
    known = Tolerances(lens.bundle, spec, side)
    return known.of(index, {name: np.zeros(1)}, **({"chained": False} | more))[name]


def test_a_step_that_is_exact_has_the_least(lens: Any) -> None:
    assert of(lens, "smile", 3, "image").max_abs == 0.001
    assert of(lens, "portrait-segmentation", 1, "values") == Tolerance(max_abs=1, mean_abs=0.02)


def test_golden_noise_is_doubled(lens: Any) -> None:
    found = of(lens, "face-detection-short", 3, "boxes_xyxy")
    assert 0.02 < found.max_abs < 0.5


def test_behind_a_graph_more_passes(lens: Any) -> None:
    alone = of(lens, "portrait-segmentation", 4, "probability")
    assert of(lens, "portrait-segmentation", 4, "probability", chained=True).max_abs > (
        10 * alone.max_abs
    )


def test_pixels_of_large_photos_may_be_off_by_more(lens: Any) -> None:
    small, large = (of(lens, "smile", 1, "boxes", side) for side in (100, 2400))
    assert large.max_abs == 10 * small.max_abs


def test_a_bundle_without_golden_vectors_has_the_least(lens: Any, tmp_path: Path) -> None:
    bundle = Bundle(tmp_path, lens.bundle.manifest)
    known = Tolerances(bundle, lens.bundle.entry("style-transfer").spec)
    assert known.of(4, {"picture": np.zeros(1)}, chained=False)["picture"].max_abs == 255 * 2e-4
    assert known.of_result(chained=True)["scores"].max_abs == 0.002


def test_widened() -> None:
    own = {"a": Tolerance(max_abs=1, mean_abs=1), "b": Tolerance(max_abs=1, mean_abs=1)}
    one = {"a": np.zeros(4), "b": np.zeros(4)}
    other = {"a": np.array([0, 0, 0, 4.0]), "b": np.zeros(3)}
    found = widened(own, one, other)
    assert found["a"] == Tolerance(max_abs=9, mean_abs=3)
    assert found["b"] == own["b"]


def test_another_decoder_is_near(samples: Path) -> None:
    rgb = open_photo(samples / "astronaut.png").rgb[:101, :101]
    off = [
        np.abs(by_another_decoder(rgb, subsampled=subsampled).astype(int) - rgb).mean()
        for subsampled in (False, True)
    ]
    assert 0 < off[0] < off[1] < 10
