"""A network in ncnn's form, read to the last byte."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from edge_runtime.errors import WeightsError
from edge_server.weights.ncnn_files import read_convolutions

TEXT = """7767517
4 4
Input                    in                       0 1 data
Convolution              Conv_0                   1 1 data a 0=3 1=1 4=0 5=1 6=9
Split                    split                    1 2 a b c
Convolution              Conv_1                   1 1 b d 0=2 1=3 4=1 5=1 6=54 9=2 -23310=1,2e-1
"""
TAG = struct.pack("<I", 0x01306B47)


def halves(count: int, start: int = 0) -> bytes:
    data = np.arange(start, start + count, dtype="<f2").tobytes()
    return data + bytes(-len(data) % 4)


def floats(count: int) -> bytes:
    return np.arange(count, dtype="<f4").tobytes()


DATA = TAG + halves(9) + floats(3) + TAG + halves(54, 100) + floats(2)


def written(folder: Path, text: str = TEXT, data: bytes = DATA) -> Path:
    (folder / "net.bin").write_bytes(data)
    (folder / "net.param").write_text(text)
    return folder / "net.param"


def test_convolutions_are_read_in_order(tmp_path: Path) -> None:
    first, second = read_convolutions(written(tmp_path))
    assert (first.name, second.name) == ("Conv_0", "Conv_1")
    assert first.weight.shape == (3, 3, 1, 1)
    assert first.weight.ravel().tolist() == list(range(9))
    assert first.bias.tolist() == [0, 1, 2]
    assert second.weight.shape == (2, 3, 3, 3)
    assert second.weight[0, 0, 0].tolist() == [100, 101, 102]
    assert second.bias.dtype == np.float32


@pytest.mark.parametrize(
    ("text", "data", "words"),
    [
        (TEXT.replace("7767517", "7767516"), DATA, "another version"),
        (TEXT.replace("4 4", "5 4"), DATA, "another version, or cut short"),
        (TEXT.replace("4 4", "4"), DATA, "does not begin"),
        ("", DATA, "does not begin"),
        (TEXT.replace("Split ", "Magic "), DATA, "split is a Magic"),
        (TEXT.replace("5=1 6=9", "5=0 6=9"), DATA, "not known here"),
        (TEXT.replace("6=54", "6=55"), DATA, "says too little"),
        (TEXT.replace(" 6=54", ""), DATA, "says too little"),
        (TEXT.replace("0=3 1=1", "0=0 1=1"), DATA, "says too little"),
        (TEXT.replace("0=3", "zero=3"), DATA, "says too little"),
        (TEXT, DATA[:-1], "ends in the middle of Conv_1"),
        (TEXT, DATA[:20], "ends in the middle of Conv_0"),
        (TEXT, DATA + b"more", "has 160 bytes, the text describes 156"),
        (TEXT, b"\0\0\0\0" + DATA[4:], "Conv_0 is stored as 0x00000000"),
        (TEXT, DATA[:4] + b"\x00\x7c" + DATA[6:], "not finite"),
    ],
)
def test_what_is_not_as_expected_is_an_error(
    tmp_path: Path, text: str, data: bytes, words: str
) -> None:
    with pytest.raises(WeightsError, match=words) as raised:
        read_convolutions(written(tmp_path, text, data))
    assert "\n" not in str(raised.value)
