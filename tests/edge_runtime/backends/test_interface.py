from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_runtime.backends import BACKENDS, backend
from edge_runtime.backends.interface import first_line, fitted, widened, wrong_size
from edge_runtime.errors import BackendError, SpecError, UnknownName

SHAPES = {"image": (1, 2, 3, 3), "vector": (1, 5)}
VECTOR = np.zeros((1, 5), np.float32)


@pytest.mark.parametrize("shape", [(1, 2, 3, 3), (2, 3, 3)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_inputs_are_widened_and_the_leading_1_may_be_missing(
    shape: tuple[int, ...], dtype: type
) -> None:
    image = np.arange(36).reshape(1, 4, 3, 3)[:, ::2].astype(dtype)  # not contiguous
    made = widened({"image": image.reshape(shape), "vector": VECTOR}, SHAPES)["image"]
    assert (made.shape, made.dtype, made.flags.c_contiguous) == ((1, 2, 3, 3), np.float32, True)
    np.testing.assert_array_equal(made, image)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({}, r"takes \['image', 'vector'\], not \[\]"),
        ({"image": np.zeros((1, 2, 3, 3)), "other": VECTOR}, "other"),
        ({"image": np.zeros((1, 3, 2, 3)), "vector": VECTOR}, r"image of shape \(1, 2, 3, 3\)"),
        ({"image": np.zeros((2, 3, 3)), "vector": VECTOR[0, :4]}, r"vector .* not \(4,\)"),
    ],
)
def test_wrong_names_and_shapes_are_named(inputs: Any, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        fitted(inputs, SHAPES)


def test_a_size_is_said_as_width_by_height() -> None:
    assert "640x480" in str(wrong_size(Path("a.onnx"), (480, 640)))


@pytest.mark.parametrize(
    ("error", "line"), [(ValueError("one\ntwo"), "one"), (ValueError(), "ValueError")]
)
def test_an_error_is_one_line(error: Exception, line: str) -> None:
    assert first_line(error) == line


def test_an_unknown_backend_lists_the_known() -> None:
    with pytest.raises(UnknownName, match=", ".join(sorted(BACKENDS))):
        backend("tensorflow")


def test_a_backend_that_is_not_installed_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "edge_runtime.backends.onnx_runtime", None)
    with pytest.raises(BackendError, match=r"pip install 'pocketlens\[onnx\]'"):
        backend("onnx")


def test_core_ml_is_for_macs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(BackendError, match="macOS only: use the backend litert"):
        backend("coreml")
