from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from edge_convert.tfjs_source import read_tensors
from edge_runtime.errors import WeightsError

TENSORS = [
    {"name": "kernel", "shape": [2, 2], "dtype": "float32"},
    {"name": "axes", "shape": [2], "dtype": "int32"},
    {
        "name": "half",
        "shape": [3],
        "dtype": "float32",
        "quantization": {"dtype": "float16", "original_dtype": "float32"},
    },
]
KERNEL = np.array([[1, 2], [3, 4]], "<f4")
HALF = np.array([0.5, -1, 2], "<f2")


def write(folder: Path, entries: list[object], tail: bytes = b"") -> tuple[Path, Path]:
    topology, weights = folder / "a.json", folder / "a.bin"
    topology.write_text(json.dumps({"weightsManifest": [{"weights": entries}]}))
    data = KERNEL.tobytes() + np.array([1, 2], "<i4").tobytes() + HALF.tobytes()
    weights.write_bytes(data + tail)
    return topology, weights


def test_tensors_are_read_in_the_order_of_the_list(tmp_path: Path) -> None:
    tensors = read_tensors(*write(tmp_path, TENSORS))
    assert list(tensors) == ["kernel", "half"]
    assert np.array_equal(tensors["kernel"], KERNEL)
    assert np.array_equal(tensors["half"], HALF.astype(np.float32))
    assert all(value.dtype == np.float32 for value in tensors.values())


def test_bytes_that_are_left_over_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"a\.bin has 34 bytes, its topology names 30"):
        read_tensors(*write(tmp_path, TENSORS, b"more"))


def test_an_unknown_packing_is_an_error(tmp_path: Path) -> None:
    entry = {**TENSORS[0], "quantization": {"dtype": "uint8", "scale": 1.0, "min": 0.0}}
    with pytest.raises(WeightsError, match="kernel is stored as uint8"):
        read_tensors(*write(tmp_path, [entry]))
