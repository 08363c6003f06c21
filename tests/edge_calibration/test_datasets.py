from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from edge_calibration.datasets import CALIBRATION, SAMPLES, photo_paths, photos
from edge_runtime.errors import BundleTampered, UnknownName


@pytest.mark.parametrize(("name", "least"), [(SAMPLES, 12), (CALIBRATION, 24)])
def test_every_photo_is_listed_and_is_the_one_listed(name: str, least: int) -> None:
    assert len(photo_paths(name)) >= least


def test_photos_come_upright_with_their_names() -> None:
    name, photo = next(iter(photos(SAMPLES)))
    assert name == "astronaut"
    assert photo.size_wh == (512, 512)


@pytest.fixture
def data(tmp_path: Path, samples: Path) -> Path:
    shutil.copytree(samples, tmp_path / SAMPLES)
    return tmp_path


def test_another_photo_under_that_name_is_refused(data: Path) -> None:
    shutil.copy(data / SAMPLES / "coffee.png", data / SAMPLES / "chelsea.png")
    with pytest.raises(BundleTampered, match=r"not the photo that SOURCE\.md lists"):
        photo_paths(SAMPLES, data)


@pytest.mark.parametrize("change", ["more", "less"])
def test_a_photo_too_many_or_too_few_is_named(data: Path, change: str) -> None:
    if change == "more":
        shutil.copy(data / SAMPLES / "coffee.png", data / SAMPLES / "new.png")
    else:
        (data / SAMPLES / "coffee.png").unlink()
    with pytest.raises(BundleTampered, match="new.png" if change == "more" else "coffee.png"):
        photo_paths(SAMPLES, data)


def test_an_unknown_set_lists_the_known() -> None:
    with pytest.raises(UnknownName, match="calibration, samples"):
        photo_paths("holidays")
