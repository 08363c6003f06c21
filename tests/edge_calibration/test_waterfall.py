from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from edge_calibration import stages
from edge_calibration.evaluation import FLOAT, decoded
from edge_calibration.exams.portraits import PortraitExam
from edge_calibration.waterfall import Waterfall, pipelines, waterfall
from edge_runtime.pipeline import Lens
from edge_runtime.results import Mask

Arrays = Mapping[str, np.ndarray]
Photos = list[tuple[str, Path]]
STAGES = ["JPEG decoding", "resizing", "conversion", "quantisation", "postprocessing"]


def moved(run: Callable[[Arrays], Arrays]) -> Callable[[Arrays], Arrays]:
    return lambda inputs: {"probability": np.roll(run(inputs)["probability"], 25, axis=2)}


def walked(lens: Lens, photos: Photos, make: Callable, **runs: object) -> Waterfall:
    plain = make.bright
    sitting = make(lens, {FLOAT: plain, "fp32": plain, "file": plain, **runs})
    return waterfall(sitting.looks(photos), sitting.exam, "fp32", "file")


def dearest(walk: Waterfall) -> tuple[str, float]:
    """The stage that costs most, and its share of the whole."""
    step = max(walk.steps, key=lambda step: step.cost.value)
    return step.stage, step.cost.value / walk.whole


def test_the_costs_sum_to_the_whole(
    lens: Lens, sample_photos: Photos, segmenter: Callable
) -> None:
    walk = walked(lens, sample_photos[:4], segmenter, file=moved(segmenter.bright))
    assert [step.stage for step in walk.steps] == STAGES
    assert sum(step.cost.value for step in walk.steps) == pytest.approx(walk.whole, abs=1e-4)
    assert walk.metric == "iou"


def test_without_a_float_file_conversion_is_not_told_from_quantisation() -> None:
    assert [stage for stage, _ in pipelines(None, "file")] == [
        "JPEG decoding",
        "resizing",
        "conversion and quantisation",
        "postprocessing",
    ]


def darker(path: Path) -> np.ndarray:
    return (stages.decode_by_pillow(path) * 0.6).astype(np.uint8)


def mirrored(rgb: np.ndarray, *rest: object) -> tuple[np.ndarray, object]:
    pixels, placement = stages.prepare_by_spec(rgb, *rest)  # type: ignore[arg-type]
    return pixels[:, :, ::-1].copy(), placement


def turned_over(self: PortraitExam, outputs: Arrays, scene: object) -> Mask:
    return Mask(probability=self.decode_plainly(outputs, scene).probability[::-1])  # type: ignore[arg-type]


@pytest.mark.parametrize("stage", STAGES)
def test_a_planted_fault_is_found_in_its_stage(
    stage: str,
    lens: Lens,
    sample_photos: Photos,
    segmenter: Callable,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs: dict[str, object] = {}
    if stage == "JPEG decoding":
        monkeypatch.setitem(stages.DECODERS, "ffmpeg", darker)  # type: ignore[arg-type]
    elif stage == "resizing":
        monkeypatch.setitem(stages.RESIZERS, "spec", mirrored)  # type: ignore[arg-type]
    elif stage == "conversion":
        runs = dict.fromkeys(("fp32", "file"), moved(segmenter.bright))
    elif stage == "quantisation":
        runs = {"file": moved(segmenter.bright)}
    else:
        monkeypatch.setattr(PortraitExam, "decode", turned_over)
    decoded.cache_clear()
    walk = walked(lens, sample_photos[:4], segmenter, **runs)
    decoded.cache_clear()
    name, share = dearest(walk)
    assert name == stage
    assert share > 0.9


def test_a_stage_that_mends_has_a_negative_cost(
    lens: Lens, sample_photos: Photos, segmenter: Callable
) -> None:
    """The file undoes what conversion did wrong."""
    walk = walked(lens, sample_photos[:3], segmenter, fp32=moved(segmenter.bright))
    costs = {step.stage: step.cost.value for step in walk.steps}
    assert costs["conversion"] > 0.1
    assert costs["quantisation"] == pytest.approx(-costs["conversion"], abs=1e-4)
