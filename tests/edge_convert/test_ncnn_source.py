from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from edge_convert.ncnn_source import MAGIC, read_layers, run_source
from edge_runtime.errors import WeightsError

LINES = (
    "Input in 0 1 data",
    "Convolution first 1 1 data a 0=2 1=3 4=1 5=1 6=54",
    "PReLU slant 1 1 a b 0=2",
    "Convolution last 1 1 b output 0=3 1=1 5=1 6=6",
)
RNG = np.random.default_rng(3)
WEIGHT = RNG.standard_normal((2, 3, 3, 3)).astype("<f2")
BIAS = np.array([0.5, -1.0], "<f4")
SLOPES = np.array([0.25, -0.5], "<f4")
LAST = RNG.standard_normal((3, 2, 1, 1)).astype("<f2")
LAST_BIAS = np.array([0.0, 1.0, 2.0], "<f4")
TAG = bytes.fromhex("476b3001")  # 0x01306B47, little-endian
BINARY = b"".join(
    (
        TAG + WEIGHT.tobytes() + BIAS.tobytes(),
        SLOPES.tobytes(),
        TAG + LAST.tobytes() + LAST_BIAS.tobytes(),
    )
)


def network(
    folder: Path, binary: bytes = BINARY, changes: Mapping[str, str] | None = None
) -> Path:
    changes = changes or {}
    lines = [changes.get(line.split()[1], line) for line in LINES]
    head = (changes.get("magic", MAGIC), f"{changes.get('count', len(lines))} 4")
    path = folder / "net.param"
    path.write_text("\n".join((*head, *lines)) + "\n")
    path.with_suffix(".bin").write_bytes(binary)
    return path


def test_every_layer_with_numbers_is_read_in_its_order(tmp_path: Path) -> None:
    layers = read_layers(network(tmp_path))
    assert list(layers) == ["first", "slant", "last"]
    assert np.array_equal(layers["first"]["weight"], WEIGHT.astype(np.float32))
    assert np.array_equal(layers["first"]["bias"], BIAS)
    assert np.array_equal(layers["slant"]["weight"], SLOPES)
    assert layers["last"]["weight"].shape == (3, 2, 1, 1)
    assert all(v.dtype == np.float32 for layer in layers.values() for v in layer.values())


def test_ncnn_computes_what_the_numbers_say(tmp_path: Path) -> None:
    pytest.importorskip("ncnn")
    rgb = RNG.random((5, 4, 3)).astype(np.float32)
    padded = np.pad(rgb, ((1, 1), (1, 1), (0, 0)))
    weight = WEIGHT.astype(np.float32)
    middle = BIAS + sum(
        padded[y : y + 5, x : x + 4] @ weight[:, :, y, x].T for y, x in np.ndindex(3, 3)
    )
    middle = np.where(middle > 0, middle, middle * SLOPES)
    wanted = middle @ LAST[:, :, 0, 0].astype(np.float32).T + LAST_BIAS
    np.testing.assert_allclose(run_source(network(tmp_path), rgb), wanted, atol=1e-4)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"magic": "7"}, "another version"),
        ({"count": "9"}, "cut short"),
        ({"slant": "LSTM slant 1 1 a b 0=2"}, "LSTM"),
        ({"last": "Convolution last 1 1 b output 0=3 1=1 5=0 6=6"}, "no bias"),
        ({"last": "Convolution last 1 1 b output 0=3 1=1 5=1 6=7"}, "another shape"),
        ({"slant": "PReLU slant 1 1 a b"}, "known here"),
        ({"slant": "PReLU slant 1 1 a b 0=200"}, "too early"),
        ({"last": "Input none 0 1 x"}, "too long"),
    ],
)
def test_what_is_not_known_is_refused(
    changes: dict[str, str], why: str, tmp_path: Path
) -> None:
    with pytest.raises(WeightsError, match=why):
        read_layers(network(tmp_path, changes=changes))


@pytest.mark.parametrize(
    ("binary", "why"),
    [
        (BINARY[:-1], "too early"),
        (BINARY + bytes(4), "4 bytes too long"),
        (bytes(4) + BINARY[4:], "not as float16"),
        (BINARY[:4] + b"\xff\xff" + BINARY[6:], "not finite"),
    ],
)
def test_numbers_that_are_not_the_texts_are_refused(
    binary: bytes, why: str, tmp_path: Path
) -> None:
    with pytest.raises(WeightsError, match=why):
        read_layers(network(tmp_path, binary))


def test_a_source_that_ncnn_cannot_read_is_an_error(tmp_path: Path) -> None:
    pytest.importorskip("ncnn")
    with pytest.raises(WeightsError, match="cannot read"):
        run_source(network(tmp_path, changes={"magic": "no"}), np.zeros((4, 4, 3), np.float32))
