from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from edge_calibration.datasets import (
    CALIBRATION,
    DATA,
    EVALUATION,
    SAMPLES,
    photo_paths,
    photo_tags,
    photos,
)
from edge_runtime.errors import BundleTampered, UnknownName

PIXEL = (DATA / SAMPLES / "page.png").read_bytes()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A set of two photos with its table."""
    folder = tmp_path / "few"
    folder.mkdir()
    digest = hashlib.sha256(PIXEL).hexdigest()
    rows = ""
    for name in ("b.png", "a.png"):
        (folder / name).write_bytes(PIXEL)
        rows += f"| {name} | somewhere | CC0-1.0 | {digest} |\n"
    (folder / "SOURCE.md").write_text(
        f"# few\n\n| file | origin | licence | SHA-256 |\n|---|---|---|---|\n{rows}"
    )
    return tmp_path


@pytest.mark.parametrize("dataset", [SAMPLES, CALIBRATION, EVALUATION])
def test_every_photo_is_the_one_that_is_listed(dataset: str) -> None:
    paths = photo_paths(dataset)
    assert len(paths) >= 12
    assert list(paths) == sorted(paths)


def test_no_photo_both_calibrates_and_evaluates() -> None:
    seen = [
        hashlib.sha256(path.read_bytes()).hexdigest()
        for name in (SAMPLES, CALIBRATION, EVALUATION)
        for path in photo_paths(name).values()
    ]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("dataset", [SAMPLES, CALIBRATION, EVALUATION])
def test_every_photo_has_tags(dataset: str) -> None:
    assert all(photo_tags(dataset).values())


def test_the_evaluation_set_is_large_and_has_what_the_models_look_for() -> None:
    assert len(photo_paths(EVALUATION)) >= 150
    for tag, least in {"portrait": 15, "face": 20, "group": 5, "animal": 40}.items():
        assert len(photo_paths(EVALUATION, tags=[tag])) >= least, tag


def test_a_face_says_smile_or_neutral_not_both() -> None:
    for name, tags in photo_tags(EVALUATION).items():
        assert not {"smile", "neutral"} <= tags, name
        assert "face" in tags or not tags & {"smile", "neutral", "portrait"}, name


def test_tags_choose_the_photos_that_have_all_of_them() -> None:
    chosen = photo_paths(SAMPLES, tags=["portrait", "smile"])
    assert list(chosen) == ["astronaut", "obama"]


def test_an_unknown_tag_lists_the_known_ones() -> None:
    with pytest.raises(UnknownName, match=r"tag of the set 'samples' 'smiles'.*mean 'smile'"):
        photo_paths(SAMPLES, tags=["smiles"])


def test_a_row_without_tags_stays_valid(data: Path) -> None:
    assert photo_tags("few", data) == {"a": frozenset(), "b": frozenset()}


def test_photos_come_in_order_and_upright(data: Path) -> None:
    found = dict(photos("few", data))
    assert list(found) == ["a", "b"]
    assert found["a"].rgb.ndim == 3


def test_another_photo_under_a_listed_name_is_refused(data: Path) -> None:
    (data / "few" / "a.png").write_bytes(PIXEL + b" ")
    with pytest.raises(BundleTampered, match="a.png is not the photo that SOURCE.md lists"):
        photo_paths("few", data)


@pytest.mark.parametrize("change", ["more", "fewer"])
def test_the_table_and_the_folder_agree(change: str, data: Path) -> None:
    if change == "more":
        (data / "few" / "c.png").write_bytes(PIXEL)
    else:
        (data / "few" / "a.png").unlink()
    with pytest.raises(BundleTampered, match=r"differ in [ac]\.png: add the row"):
        photo_paths("few", data)


def test_an_unknown_set_lists_the_known_ones(data: Path) -> None:
    with pytest.raises(UnknownName, match="unknown set of photos 'more'.*known: few"):
        photo_paths("more", data)
