"""LiteRT on WebGPU: on Chromium's software Vulkan, where there is one, in its own process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/lib/chromium")
SOFTWARE = CHROMIUM / "vk_swiftshader_icd.json"
CODE = """
import sys
import numpy as np
from edge_runtime.backends import backend
from edge_runtime.errors import PocketLensError
try:
    session = backend("litert").open(sys.argv[1], "gpu", 1, eval(sys.argv[2]))
    made = []
    for value in (3, 5):
        picture = np.full(session.input_shapes["image"], value, np.float32)
        made += session.run({"image": picture})["doubled"].max(axis=(1, 2, 3)).tolist()
    session.invoke()
    print(session.input_shapes["image"], made)
except PocketLensError as error:
    print(type(error).__name__, error)
"""


@pytest.fixture
def path(tmp_path: Path, make_tflite: Callable[..., bytes], scaled: Any) -> Path:
    file = tmp_path / "tiny.tflite"
    file.write_bytes(make_tflite((1, 4, 6, 3), {"doubled": scaled(2.0, 1.0)}))
    return file


def answer(path: Path, size: str, **environment: str) -> str:
    code = CODE.replace("sys.argv[1]", "__import__('pathlib').Path(sys.argv[1])")
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), size],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()[-1]


def test_without_a_gpu_the_reason_is_litert_s_own(path: Path) -> None:
    said = answer(path, "None", VK_DRIVER_FILES="/nowhere", VK_ICD_FILENAMES="/nowhere")
    assert said.startswith("BackendError LiteRT's GPU cannot run tiny.tflite (")
    assert said.endswith("): use the accelerator cpu")
    assert "adapter" in said


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.tflite").write_bytes(b"nonsense")
    assert answer(tmp_path / "broken.tflite", "None").startswith("BackendError")


@pytest.mark.skipif(not SOFTWARE.exists(), reason="needs Chromium's software Vulkan")
@pytest.mark.parametrize(
    ("size", "shape"), [("None", "(1, 4, 6, 3)"), ("(4, 6)", "(1, 4, 6, 3)")]
)
def test_a_graph_runs_on_webgpu(path: Path, size: str, shape: str) -> None:
    software = {"LD_LIBRARY_PATH": str(CHROMIUM), "VK_DRIVER_FILES": str(SOFTWARE)}
    assert answer(path, size, **software) == f"{shape} [7.0, 11.0]"
