from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from edge_convert import factory
from edge_convert.factory import Factory, cache_folder, kept
from edge_runtime.errors import UnknownName
from edge_runtime.interpreter import Session


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POCKETLENS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_file_is_made_once_and_says_what_the_network_says(cache: Path) -> None:
    made = Factory()
    path = made.tflite("smile", "fp32")
    written = path.stat().st_mtime_ns
    assert made.tflite("smile", "fp32") == path
    assert path.stat().st_mtime_ns == written
    assert [p.name for p in path.parent.iterdir()] == ["smile-fp32.tflite"]
    inputs = {"image": np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3)).astype("f4")}
    one, other = Session(path).run(inputs), made.network("smile")(inputs)
    assert np.abs(one["probabilities"] - other["probabilities"]).max() < 1e-5


def test_a_variant_that_does_not_exist_is_refused(cache: Path) -> None:
    with pytest.raises(UnknownName, match="unknown variant of smile"):
        Factory().tflite("smile", "static_wi8_ai8")


def test_another_spec_is_kept_elsewhere(cache: Path) -> None:
    spec = Factory().spec("smile")
    other = msgspec.structs.replace(spec, keep_float=("CONV_2D",))
    assert kept(spec) != kept(other)
    assert kept(spec).parent == kept(other).parent == cache


def test_other_code_is_kept_elsewhere(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = Factory().spec("smile")
    before = kept(spec)
    monkeypatch.setattr(factory, "_code", lambda: "other")
    assert kept(spec) != before


def test_the_users_cache_is_where_users_expect_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POCKETLENS_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache_folder() == Path("/somewhere/pocketlens")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "pocketlens"
