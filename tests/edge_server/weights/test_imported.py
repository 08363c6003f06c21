"""Imported weights: whole or not there, the same bytes from the same numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from edge_runtime.errors import WeightsError
from edge_server.heavy_model import Released
from edge_server.weights import imported
from edge_server.weights.imported import (
    Imported,
    all_imported,
    is_intact,
    read_imported,
    tensors_path,
    write_imported,
)

TENSORS = {"b": np.arange(4.0, dtype=np.float32), "a": np.int64(3).reshape(())}


@pytest.fixture
def write(checkpoint: Any) -> Any:
    def written(folder: Path, name: str = "one") -> Imported:
        folder.mkdir(exist_ok=True)
        record = checkpoint(name, Released(url="http://127.0.0.1/x"))
        return write_imported(folder, "tiny", record, {"x": "00"}, TENSORS)

    return written


def test_what_is_written_is_read(tmp_path: Path, write: Any) -> None:
    record = write(tmp_path)
    assert read_imported(tmp_path, "one") == record
    assert all_imported(tmp_path) == (record,)
    assert is_intact(tmp_path, record)
    assert record.tensors == 2
    tensors = load_file(tensors_path(tmp_path, "one"))
    assert tensors["a"].shape == ()
    assert np.array_equal(tensors["b"], TENSORS["b"])


def test_the_same_numbers_make_the_same_bytes(tmp_path: Path, write: Any) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    write(first)
    write(second)
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes()


@pytest.mark.parametrize("gone", ["one.json", "one.safetensors"])
def test_half_of_it_is_nothing(tmp_path: Path, write: Any, gone: str) -> None:
    write(tmp_path)
    (tmp_path / gone).unlink()
    assert read_imported(tmp_path, "one") is None
    assert all_imported(tmp_path) == ()


@pytest.mark.parametrize("record", [b"", b"{}", b"\xff", b'{"model": 3}'])
def test_a_record_that_is_none_is_nothing(tmp_path: Path, write: Any, record: bytes) -> None:
    write(tmp_path)
    (tmp_path / "one.json").write_bytes(record)
    assert read_imported(tmp_path, "one") is None


def test_a_changed_byte_is_found(tmp_path: Path, write: Any) -> None:
    record = write(tmp_path)
    path = tensors_path(tmp_path, "one")
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert read_imported(tmp_path, "one") == record
    assert not is_intact(tmp_path, record)


def test_a_write_that_fails_leaves_nothing(
    tmp_path: Path, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(imported, "write_bytes", full)
    with pytest.raises(WeightsError, match="make room"):
        write(tmp_path)
    assert read_imported(tmp_path, "one") is None
    assert [path.name for path in tmp_path.iterdir()] == ["one.safetensors"]
