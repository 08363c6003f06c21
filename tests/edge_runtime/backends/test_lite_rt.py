from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_runtime.backends.lite_rt import LiteRt
from edge_runtime.errors import UnknownName


@pytest.fixture
def path(tmp_path: Path, make_tflite: Callable[..., bytes], scaled: Any) -> Path:
    file = tmp_path / "tiny.tflite"
    file.write_bytes(make_tflite((1, 4, 6, 3), {"doubled": scaled(2.0)}))
    return file


def test_the_cpu_is_first_and_runs(path: Path) -> None:
    runtime = LiteRt()
    assert runtime.accelerators()[0] == "cpu"
    assert runtime.version == version("ai-edge-litert")
    picture = np.full((4, 6, 3), 3, np.uint8)
    made = runtime.open(path, "cpu").run({"image": picture})["doubled"]
    np.testing.assert_array_equal(made, np.full((1, 4, 6, 3), 6))


def test_the_picture_may_have_another_size(path: Path) -> None:
    session = LiteRt().open(path, "cpu", 2, (2, 2))
    assert session.input_shapes["image"] == (1, 2, 2, 3)


def test_a_gpu_is_offered_only_with_its_library(
    monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    monkeypatch.setattr("edge_runtime.backends.lite_rt.PACKAGE", "msgspec")
    assert LiteRt().accelerators() == ("cpu",)
    with pytest.raises(UnknownName, match="accelerator of litert 'gpu'"):
        LiteRt().open(path, "gpu")
