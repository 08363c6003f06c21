from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from edge_convert.bundle import ASSETS
from edge_convert.golden_folder import SCHEMAS, photos_of, write_basics, write_golden
from edge_runtime.golden import read_golden
from edge_runtime.pipeline import Lens

GOLDEN = ASSETS / "golden"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Only the photos, from which all is made again."""
    golden = tmp_path / "golden"
    shutil.copytree(GOLDEN / "photos", golden / "photos")
    for decoded in golden.rglob("*.rgb.*"):
        decoded.unlink()
    return golden


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*")}


# The others are made by the same code; tests/edge_runtime/test_tracing.py traces all of them.
@pytest.mark.parametrize("model", ["smile", "face-detection-full", "image-classification"])
def test_vectors_made_again_are_those_of_the_repository(folder: Path, model: str) -> None:
    (folder / model).mkdir()
    (folder / model / "left-over.bin").write_bytes(b"old")
    written = write_golden(Lens(ASSETS), model, folder)
    made, kept = contents(folder / model), contents(GOLDEN / model)
    assert made.keys() == kept.keys()
    for name, content in kept.items():
        assert made[name] == content, f"{model}/{name}: run 'edge-convert golden {model}'"
    assert written.cases == len(read_golden(ASSETS, model).cases) == 2


def test_what_needs_no_model_made_again_is_that_of_the_repository(folder: Path) -> None:
    write_basics(folder)
    for name in ("basics.json", *SCHEMAS):
        assert (folder / name).read_bytes() == (GOLDEN / name).read_bytes()
    assert contents(folder / "frames") == contents(GOLDEN / "frames")
    assert contents(folder / "photos" / "decode") == contents(GOLDEN / "photos" / "decode")


def test_the_photos_of_a_model_are_those_it_names() -> None:
    needed = photos_of(read_golden(ASSETS, "style-transfer-any"))
    assert "photos/china-subsampled.jpg" in needed
    assert "photos/portrait-exif6.rgb.png" in needed
    assert all((GOLDEN / name).is_file() for name in needed)
