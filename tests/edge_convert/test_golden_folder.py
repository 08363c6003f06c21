from __future__ import annotations

import json
import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

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


# Processors differ in the last bits of float arithmetic: the same code gives these numbers
# elsewhere with other low bits, and thus with other hashes.
_RELATIVE, _LEVELS = 1e-3, 1.0


def nearly(name: str, made: bytes, kept: bytes) -> bool:
    """Whether a file made here is the one that was made on another processor."""
    if made == kept:
        return True
    if name.endswith(".json"):
        return same_tree(json.loads(made), json.loads(kept))
    if name.endswith(".png"):
        one, other = (np.asarray(Image.open(BytesIO(raw)), np.float64) for raw in (made, kept))
        return one.shape == other.shape and np.abs(one - other).max() <= _LEVELS
    if len(made) % 4 or len(made) != len(kept):
        return False
    one, other = (np.frombuffer(raw, "<f4").astype(np.float64) for raw in (made, kept))
    return bool(np.abs(one - other).max() <= _RELATIVE * np.abs(other).max())


def same_tree(made: Any, kept: Any, key: str = "") -> bool:
    """The same keys, words and whole numbers; other numbers nearly, hashes by being there."""
    if isinstance(kept, dict):
        return made.keys() == kept.keys() and all(
            same_tree(made[name], value, name) for name, value in kept.items()
        )
    if isinstance(kept, list):
        return len(made) == len(kept) and all(map(same_tree, made, kept, [key] * len(kept)))
    if isinstance(kept, float):
        return isinstance(made, float) and abs(made - kept) <= _RELATIVE * max(1, abs(kept))
    return type(made) is type(kept) and (key == "sha256" or made == kept)


def test_what_is_nearly_the_same() -> None:
    one = {"model": "a", "sha256": "1", "numbers": [1.0, 2000.0], "stride": 3}
    assert same_tree(one, {**one, "sha256": "2", "numbers": [1.0005, 2001.0]})
    for other in (
        {**one, "numbers": [1.01, 2000.0]},
        {**one, "numbers": [1.0]},
        {**one, "stride": 4},
        {**one, "model": "b"},
        {**one, "more": 1},
    ):
        assert not same_tree(one, other)
    values = np.array([1.0, 100.0], "<f4")
    assert nearly("a.bin", (values + 0.05).tobytes(), values.tobytes())
    assert not nearly("a.bin", (values + 0.5).tobytes(), values.tobytes())
    assert not nearly("a.bin", values[:1].tobytes(), values.tobytes())


# The others are made by the same code; tests/edge_runtime/test_tracing.py traces all of them.
@pytest.mark.parametrize("model", ["smile", "face-detection-full", "image-classification"])
def test_vectors_made_again_are_those_of_the_repository(folder: Path, model: str) -> None:
    (folder / model).mkdir()
    (folder / model / "left-over.bin").write_bytes(b"old")
    written = write_golden(Lens(ASSETS), model, folder)
    made, kept = contents(folder / model), contents(GOLDEN / model)
    assert made.keys() == kept.keys()
    for name, content in kept.items():
        assert nearly(name, made[name], content), f"{name}: run 'edge-convert golden {model}'"
    assert written.cases == len(read_golden(ASSETS, model).cases) == 2


def test_what_needs_no_model_made_again_is_that_of_the_repository(folder: Path) -> None:
    write_basics(folder)
    for name in ("basics.json", *SCHEMAS):
        assert (folder / name).read_bytes() == (GOLDEN / name).read_bytes()
    for part in ("frames", "photos/decode"):
        assert contents(folder / part) == contents(GOLDEN / part)


def test_the_photos_of_a_model_are_those_it_names() -> None:
    needed = photos_of(read_golden(ASSETS, "style-transfer-any"))
    assert "photos/china-subsampled.jpg" in needed
    assert "photos/portrait-exif6.rgb.png" in needed
    assert all((GOLDEN / name).is_file() for name in needed)
