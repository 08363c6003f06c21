from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edge_calibration.datasets import photo_paths
from edge_calibration.health.range_growth import Growth
from edge_calibration.health.set_health import Health, growth_findings, health, measured_growth
from edge_calibration.health.survey import Facts, survey
from edge_calibration.photos.photo_set import PhotoSet, open_photos
from edge_runtime.bundle import Bundle
from edge_runtime.errors import DatasetError, SpecError
from edge_runtime.images import open_photo
from edge_runtime.pipeline import Lens
from edge_runtime.spec import ModelSpec


@pytest.fixture(scope="module")
def lens() -> Lens:
    return Lens()


@pytest.fixture(scope="module")
def halves(lens: Lens) -> list[Half]:
    """The evaluation set dealt into two: two sets of the same kind that share no photo."""
    both = open_photos("evaluation")
    found = []
    for start in (0, 1):
        items = both.items[start::2]
        half = PhotoSet(name=f"half {start}", sha256="", items=items)
        found.append((half, survey(items, lens)))
    return found


def copied(folder: Path, names: Iterable[str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name in names:
        path = photo_paths("evaluation")[name]
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


Half = tuple[PhotoSet, tuple[Facts, ...]]


def ids(found: Health) -> list[str]:
    return [finding.id for finding in found.findings]


def test_a_clean_set_has_no_findings(halves: list[Half]) -> None:
    (photos, facts), against = halves
    found = health(photos, facts, against)
    assert ids(found) == []
    assert found.near > 0.8
    assert found.of.photos == 100
    assert found.against.faces >= 5


def test_the_committed_calibration_set_is_healthy_but_for_what_is_true(lens: Lens) -> None:
    """It shows no faces: a note, for models that see people."""
    sets = [open_photos(name) for name in ("calibration", "evaluation")]
    facts = [survey(photos.items, lens) for photos in sets]
    found = health(sets[0], facts[0], (sets[1], facts[1]))
    assert [(one.id, one.severity) for one in found.findings] == [("no-faces", "note")]


def test_a_duplicated_set_is_found(lens: Lens, tmp_path: Path) -> None:
    folder = copied(tmp_path, list(photo_paths("evaluation"))[:14])
    kitten = open_photo(photo_paths("evaluation")["canal"]).rgb
    Image.fromarray(kitten[20:-30, 10:-40]).resize((300, 200)).save(folder / "again.jpg")
    photos = open_photos(copied(tmp_path, ["canal"]))
    (finding,) = health(photos, survey(photos.items, lens)).findings
    assert finding.id == "near-duplicates"
    assert set(finding.photos) == {"again", "canal"}


def test_a_leaked_photo_is_found_though_it_was_mirrored(
    halves: list[Half], lens: Lens, tmp_path: Path
) -> None:
    """As many photos as in the other set, so that nothing else is missed."""
    (photos, facts), (against, others) = halves
    leaked = open_photo(against.items[30].path).rgb[:, ::-1]
    Image.fromarray(leaked).save(tmp_path / "mine.jpg", quality=60)
    mine = open_photos(tmp_path)
    both = PhotoSet(name="mine", sha256="", items=photos.items + mine.items)
    found = health(both, facts + survey(mine.items, lens), (against, others))
    assert ids(found) == ["leakage"]
    assert found.findings[0].photos == ("mine",)


def test_an_all_dark_set_is_found(lens: Lens, tmp_path: Path) -> None:
    for name, path in list(photo_paths("evaluation").items())[::10]:
        dark = (open_photo(path).rgb * 0.15).astype(np.uint8)
        Image.fromarray(dark).save(tmp_path / f"{name}.png")
    photos = open_photos(tmp_path)
    found = health(photos, survey(photos.items, lens))
    assert ids(found)[0] == "all-dark"
    assert found.findings[0].severity == "error"


def grown(**of: object) -> Growth:
    rest = {"curve": (0.5, 1.0), "tensors": 3, "next_photo": 0.001, "widest": ()}
    return Growth(model="m", **({"stretchers": ()} | rest | of))


@pytest.mark.parametrize(
    ("growth", "wanted"),
    [
        (grown(), []),
        (grown(next_photo=0.02, stretchers=("a",)), ["ranges-growing"]),
        (grown(stretchers=("a",)), ["one-photo-stretches"]),
        (grown(beyond=0.001), []),
        (grown(beyond=0.05, leavers=("b",)), ["ranges-exceeded"]),
    ],
)
def test_findings_about_ranges(growth: Growth, wanted: list[str]) -> None:
    assert [finding.id for finding in growth_findings(growth, "evaluation")] == wanted


class Factory:
    """Its ranges are the least and largest pixel of what comes in."""

    def __init__(self) -> None:
        self._bundle = Bundle.open()

    def spec(self, model_id: str) -> ModelSpec:
        return self._bundle.entry(model_id).spec

    def ranges(
        self, model_id: str, inputs: Iterable[Mapping[str, np.ndarray]]
    ) -> list[dict[str, tuple[float, float]]]:
        return [
            {name: (float(value.min()), float(value.max())) for name, value in one.items()}
            for one in inputs
        ]


def test_growth_is_measured_on_what_the_model_sees(tmp_path: Path) -> None:
    for name, value in (("a", 10), ("b", 20), ("c", 60)):
        Image.new("RGB", (40, 40), (value, value, value)).save(tmp_path / f"{name}.png")
    found = measured_growth(Factory(), "image-classification", open_photos(tmp_path))
    assert found.tensors == 1
    assert found.next_photo == pytest.approx((10 + 40) / 50 / 3, rel=1e-3)
    assert found.stretchers == ("c",)


def test_no_more_of_the_other_set_is_measured_than_needed() -> None:
    found = measured_growth(
        Factory(), "image-classification", open_photos("samples"), open_photos("evaluation")
    )
    assert found.beyond is not None


@pytest.mark.parametrize(
    ("model", "count", "error", "told"),
    [
        ("style-transfer", 2, SpecError, "takes vectors"),
        ("image-classification", 1, DatasetError, "has one photo"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    model: str, count: int, error: type[Exception], told: str, tmp_path: Path
) -> None:
    for at in range(count):
        Image.new("RGB", (9, 9), (at, 0, 0)).save(tmp_path / f"{at}.png")
    with pytest.raises(error, match=told):
        measured_growth(Factory(), model, open_photos(tmp_path))
