from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from edge_calibration.evaluation import FLOAT, Pipeline, Sitting, compare_all
from edge_calibration.exams.table import exam_of, metric_of
from edge_runtime.bundle import Bundle
from edge_runtime.errors import SpecError
from edge_runtime.interpreter import Session
from edge_runtime.pipeline import Lens
from edge_runtime.spec import Limit

MODELS = [entry.spec.id for entry in Bundle.open().manifest.models]
Photos = list[tuple[str, Path]]


@pytest.mark.parametrize("model", MODELS)
def test_both_ways_to_read_off_a_result_agree(
    model: str, lens: Lens, sample_photos: Photos
) -> None:
    """The app's decoding and the textbook's, on what the shipped file says."""
    entry = lens.bundle.entry(model)
    _, path = lens.bundle.file(entry)
    sitting = Sitting(spec=entry.spec, lens=lens, runs={FLOAT: Session(path).run})
    pairs = {"": (Pipeline(reading="plain"), Pipeline(reading="app"))}
    looks = sitting.looks(
        [photo for photo in sample_photos if photo[0] in {"astronaut", "flower"}]
    )
    for samples in compare_all(looks, pairs, sitting.exam)[""]:
        worth = samples.metric.over(list(samples.per_photo.values()))
        perfect = {"iou": 1, "box_iou": 1, "top1_agreement": 1, "best_in_top5": 1}
        perfect |= {"ap50_agreement": 1, "psnr_db": 100, "presence_agreement": 1}
        allowed = {"psnr_db": 70, "pixel_difference": 4}.get(samples.metric.name, 2e-3)
        assert worth == pytest.approx(perfect.get(samples.metric.name, 0), abs=allowed)


@pytest.mark.parametrize("model", MODELS)
def test_a_result_can_be_looked_at(model: str, lens: Lens, sample_photos: Photos) -> None:
    entry = lens.bundle.entry(model)
    _, path = lens.bundle.file(entry)
    sitting = Sitting(spec=entry.spec, lens=lens, runs={FLOAT: Session(path).run})
    look = next(sitting.looks(sample_photos[:1]))
    picture = look.picture(Pipeline())
    assert picture.dtype == "uint8"
    assert picture.ndim == 3
    assert picture.shape[2] == 3


def test_a_gate_of_an_unknown_metric_is_an_error(lens: Lens) -> None:
    spec = lens.bundle.entry("smile").spec
    gates = msgspec.structs.replace(spec.gates, accuracy=(Limit(metric="iou", least=0.9),))
    with pytest.raises(SpecError, match="names iou; a face-expression model has smile_diff"):
        exam_of(msgspec.structs.replace(spec, gates=gates))


@pytest.mark.parametrize("model", MODELS)
def test_every_gate_has_its_metric(model: str, lens: Lens) -> None:
    spec = lens.bundle.entry(model).spec
    assert spec.gates.accuracy
    for limit in spec.gates.accuracy:
        metric = metric_of(exam_of(spec), limit.metric)
        assert (limit.least is None) == (metric.better == "less")
