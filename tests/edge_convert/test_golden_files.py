from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from edge_convert.golden_files import SAMPLE, Files, hashed
from edge_runtime.golden import array_sha256


def test_few_numbers_stand_in_the_record() -> None:
    files = Files()
    kept = files.keep("a", "x", np.array([[1.5, 2.0]], np.float32))
    assert (kept.numbers, kept.path, kept.shape) == ((1.5, 2.0), "", (1, 2))
    assert files.contents == {}


def test_pixels_are_a_png() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    files = Files()
    kept = files.keep("a", "x", pixels)
    with Image.open(BytesIO(files.contents[kept.path])) as image:
        assert np.array_equal(np.asarray(image), pixels)


@pytest.mark.parametrize(("whole_up_to", "stride"), [(SAMPLE, 4), (400_000, 1)])
def test_large_arrays_are_sampled(whole_up_to: int, stride: int) -> None:
    array = np.arange(100_000, dtype=np.float32).reshape(-1, 1)
    files = Files(whole_up_to)
    kept = files.keep("a", "x", array)
    assert kept.stride == stride
    flat = np.frombuffer(files.contents["a.bin"], "<f4")
    assert np.array_equal(flat, array.reshape(-1)[::stride])
    assert kept.sha256 == array_sha256(array) == hashed("x", array).sha256


@pytest.mark.parametrize("channels", [2, 3, 4, 91])
def test_every_channel_is_seen_in_what_is_sampled(channels: int) -> None:
    array = np.zeros((500, channels), np.float32) + np.arange(channels, dtype=np.float32)
    files = Files(whole_up_to=0, sample=array.nbytes // channels)
    kept = files.keep("a", "x", array)
    seen = set(np.frombuffer(files.contents["a.bin"], "<f4").tolist())
    assert kept.stride >= channels
    assert seen == set(range(channels))
