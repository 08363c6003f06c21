from __future__ import annotations

import re
from pathlib import Path

import pytest

from edge_calibration.evaluate import Question, evaluate, latency
from edge_calibration.photos.photo_set import PhotoSet
from edge_calibration.photos.truth import SmileTruth
from edge_calibration.reports.page import write_page
from edge_calibration.sources import PhotoItem
from edge_runtime.errors import SpecError, UnknownName
from edge_runtime.pipeline import Lens

Photos = list[tuple[str, Path]]
SMILES = {
    name: SmileTruth(smiling=name in {"astronaut", "obama"})
    for name in ("astronaut", "obama", "biden", "obama3")
}
PORTRAITS = ("astronaut", "biden", "obama", "obama2", "obama3")


def question(photos: Photos, names: tuple[str, ...] = PORTRAITS, **more: object) -> Question:
    items = tuple(
        PhotoItem(name=name, path=path, tags=frozenset({"portrait"}), truth=SMILES.get(name))
        for name, path in photos
        if name in names
    )
    chosen = PhotoSet(name="samples", sha256="0" * 64, items=items)
    return Question(photos=chosen, **more)  # type: ignore[arg-type]


def test_what_ships_is_held_against_the_network(
    lens: Lens, sample_photos: Photos, tmp_path: Path
) -> None:
    asked = question(sample_photos)
    steps: list[str] = []
    report = evaluate(lens, "smile", asked, steps.append)
    assert (report.photos.used, report.photos.views) == (5, 20)  # each in four versions
    assert report.photos.augmented[0] == "mirrored"
    assert steps[:2] == ["opening the files", "5 photos"]
    tflite, coreml = report.variants
    assert (tflite.format, coreml.format) == ("tflite", "coreml")
    for variant in report.variants:
        assert variant.ships
        assert 0 < variant.metrics[0].found.value < 0.03
        assert variant.verdict == "INCONCLUSIVE"  # five photos prove nothing
        assert variant.bytes_ratio is not None
        assert 0.2 < variant.bytes_ratio < 0.6
    (truth,) = tflite.truth
    assert truth.metric == "smile_auc"
    assert truth.reference.value == truth.variant.value == 1.0
    assert truth.lost.value == 0
    assert tflite.latency_ratio is not None
    assert coreml.latency_ratio is None
    assert tflite.latency_ms is not None
    assert (coreml.latency_ms, coreml.machine) == (None, "")
    assert " cores, " in tflite.machine
    assert tflite.waterfall is not None
    assert [step.stage for step in tflite.waterfall.steps][2:4] == [
        "conversion",
        "quantisation",
    ]
    assert tflite.waterfall.steps[2].cost.value == pytest.approx(0, abs=1e-5)

    page = tmp_path / "page.html"
    write_page(page, lens, asked, [report])
    text = page.read_text()
    assert text.count("<svg") == 7  # two metrics and a waterfall for each file, layers for one
    assert text.count("data:image/jpeg") == 2 * 3 * 4
    assert set(re.findall(r"(?:src|href|url)\W+(\w+):", text)) == {
        "data"
    }  # nothing from elsewhere


def test_the_float_file_is_the_network(lens: Lens, sample_photos: Photos) -> None:
    asked = question(sample_photos, variants=("fp32",), walk=False)
    (variant,) = evaluate(lens, "smile", asked).variants
    assert variant.metrics[0].found.high < 1e-5
    assert variant.bytes_ratio == 1
    assert variant.waterfall is None
    assert not variant.ships


def test_the_same_question_has_the_same_answer(lens: Lens, sample_photos: Photos) -> None:
    asked = question(sample_photos, walk=False)
    one, other = (evaluate(lens, "smile", asked) for _ in range(2))
    assert [v.metrics for v in one.variants] == [v.metrics for v in other.variants]


@pytest.mark.parametrize(
    ("model", "names", "variants", "error"),
    [
        ("smiles", PORTRAITS, (), UnknownName),
        ("smile", PORTRAITS, ("int3",), UnknownName),
        ("smile", ("page",), (), SpecError),
    ],
)
def test_questions_without_an_answer(
    model: str,
    names: tuple[str, ...],
    variants: tuple[str, ...],
    error: type[Exception],
    lens: Lens,
    sample_photos: Photos,
) -> None:
    with pytest.raises(error):
        evaluate(lens, model, question(sample_photos, names, variants=variants))


def test_a_larger_graph_takes_longer(lens: Lens) -> None:
    small, large = (
        lens.bundle.file(lens.bundle.entry(model))[1]
        for model in ("smile", "portrait-segmentation")
    )
    assert latency(large, small)[1] > 1
    assert latency(small, large)[1] < 1
    assert latency(large, small)[0] > latency(small, large)[0] > 0
