"""Tensors out of a graph model of TensorFlow.js: the list, and the numbers beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_runtime.errors import WeightsError
from edge_server.weights.tfjs_files import read_tensors

FIRST = np.array([[1, 2], [3, 4]], "<f4")
HALF = np.array([0.5, -1, 2], "<f2")
DATA = FIRST.tobytes() + np.array([1, 2], "<i4").tobytes() + HALF.tobytes()


def listed(name: str, shape: list[int], dtype: str = "float32", packed: str = "") -> Any:
    entry: dict[str, Any] = {"name": name, "shape": shape, "dtype": dtype}
    return entry | ({"quantization": {"dtype": packed}} if packed else {})


KERNEL, AXES = listed("kernel", [2, 2]), listed("axes", [2], "int32")
THIRD = listed("half", [3], packed="float16")


def written(folder: Path, *entries: Any, data: bytes = DATA) -> Path:
    groups = [{"paths": ["a.bin"], "weights": [entry]} for entry in entries]
    (folder / "a.json").write_text(json.dumps({"format": "x", "weightsManifest": groups}))
    (folder / "a.bin").write_bytes(data)
    return folder / "a.json"


def test_floats_are_read_in_the_order_of_the_list(tmp_path: Path) -> None:
    tensors = read_tensors(written(tmp_path, KERNEL, AXES, THIRD))
    assert list(tensors) == ["kernel", "half"]
    assert np.array_equal(tensors["kernel"], FIRST)
    assert np.array_equal(tensors["half"], HALF.astype(np.float32))
    assert {values.dtype for values in tensors.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("entries", "data", "words"),
    [
        ([KERNEL, AXES, THIRD], DATA + b"more", r"a\.bin has 34 bytes, a\.json names 30"),
        ([KERNEL, AXES, THIRD], DATA[:-1], r"a\.bin ends before half"),
        ([listed("kernel", [2, 2], packed="uint8")], DATA, "stored as uint8"),
        ([KERNEL], np.full(4, np.nan, "<f4").tobytes(), "kernel has numbers that are not"),
        ([listed("kernel", [-1])], DATA, "no graph model of TensorFlow.js"),
        ([listed("kernel", [2**31] * 9)], DATA, r"a\.bin ends before kernel"),
        ([{"name": "kernel"}], DATA, "no graph model of TensorFlow.js"),
    ],
)
def test_what_does_not_fit_is_refused(
    tmp_path: Path, entries: list[Any], data: bytes, words: str
) -> None:
    with pytest.raises(WeightsError, match=words):
        read_tensors(written(tmp_path, *entries, data=data))


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\xfe", b"{}"])
def test_what_is_no_list_is_refused(tmp_path: Path, content: bytes) -> None:
    written(tmp_path).write_bytes(content)
    with pytest.raises(WeightsError, match=r"a\.json is no graph model"):
        read_tensors(tmp_path / "a.json")


def test_a_list_alone_is_refused(tmp_path: Path) -> None:
    topology = written(tmp_path, KERNEL)
    (tmp_path / "a.bin").unlink()
    with pytest.raises(WeightsError, match=r"no a\.bin beside a\.json"):
        read_tensors(topology)
