"""Tensors between the descriptions of layers in an archive of dlib's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge_runtime.errors import WeightsError
from edge_server.weights.dlib_files import read_tensors, whole

LAYER = b"\x01\x01\x05con_5\x01\x40\x01\x07"


def tensor(values: np.ndarray) -> bytes:
    sizes = (*values.shape, 1, 1, 1)[:4]
    return b"".join(map(whole, (2, *sizes))) + values.astype("<f4").tobytes()


FIRST, SECOND = np.arange(300, dtype=float), np.full((4, 2), 0.5)


def written(folder: Path, data: bytes) -> Path:
    (folder / "net.dat").write_bytes(data)
    return folder / "net.dat"


@pytest.mark.parametrize(
    ("number", "written"),
    [(0, b"\1\0"), (2, b"\1\2"), (255, b"\1\xff"), (256, b"\2\0\1"), (147584, b"\3\x80\x40\2")],
)
def test_a_number_is_as_many_bytes_as_it_needs(number: int, written: bytes) -> None:
    assert whole(number) == written


def test_tensors_are_found_between_layers(tmp_path: Path) -> None:
    data = LAYER + tensor(FIRST) + LAYER * 9 + tensor(SECOND) + LAYER
    first, second = read_tensors(written(tmp_path, data), [(300,), (4, 2)])
    assert np.array_equal(first, FIRST)
    assert np.array_equal(second, SECOND)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        LAYER + tensor(FIRST),
        LAYER + tensor(SECOND) + tensor(FIRST),
        LAYER + tensor(FIRST) + LAYER * 200 + tensor(SECOND),
        LAYER + tensor(FIRST) + tensor(SECOND)[:-1],
        LAYER + tensor(FIRST) + tensor(SECOND * np.nan),
    ],
    ids=["empty", "one is missing", "another order", "too far off", "cut short", "no number"],
)
def test_another_file_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(WeightsError, match="get the very file"):
        read_tensors(written(tmp_path, data), [(300,), (4, 2)])
