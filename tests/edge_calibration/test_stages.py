from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edge_calibration.datasets import photo_paths
from edge_calibration.stages import (
    decode_by_ffmpeg,
    decode_by_pillow,
    prepare_antialiased,
    prepare_by_spec,
)
from edge_runtime.contract import Resize
from edge_runtime.geometry import square_around
from edge_runtime.preprocess import fit


def smooth(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    planes = [200 * x / width, 200 * y / height, 100 + 50 * np.sin(x / 40 + y / 55)]
    return np.stack(planes, axis=2).astype(np.uint8)


def test_the_other_decoder_is_another_and_yet_the_same_photo() -> None:
    path = photo_paths("calibration")["dandelion"]
    one, other = decode_by_pillow(path), decode_by_ffmpeg(path)
    off = np.abs(one.astype(int) - other)
    assert 0 < off.mean() < 2


@pytest.mark.parametrize("kind", ["png", "turned", "grey"])
def test_the_other_decoder_leaves_what_it_would_do_wrong(tmp_path: Path, kind: str) -> None:
    path = tmp_path / ("a.png" if kind == "png" else "a.jpg")
    picture = Image.fromarray(smooth(40, 60))
    exif = Image.Exif()
    exif[0x0112] = 6 if kind == "turned" else 1
    (picture.convert("L") if kind == "grey" else picture).save(path, exif=exif)
    assert np.array_equal(decode_by_ffmpeg(path), decode_by_pillow(path))


@pytest.mark.parametrize("how", ["stretch", "letterbox", "crop"])
def test_both_resizers_put_the_photo_in_the_same_place(how: str) -> None:
    rgb = smooth(300, 420)
    program = (Resize(fit=how, pad=9),)  # type: ignore[arg-type]
    one, where = prepare_by_spec(rgb, program, (64, 80), None)
    other, there = prepare_antialiased(rgb, program, (64, 80), None)
    assert one.shape == other.shape == (1, 64, 80, 3)
    assert one.dtype == other.dtype == np.float32
    assert np.abs(one - other).mean() < 1.5
    assert np.array_equal(where.matrix, there.matrix)


@pytest.mark.parametrize("angle", [0.0, 0.4, -2.0])
def test_both_resizers_turn_a_face_the_same_way(angle: float) -> None:
    rgb = smooth(500, 700)
    placement = square_around((250, 150, 450, 350), 1.4, angle)
    one, _ = prepare_by_spec(rgb, (), (64, 64), placement)
    other, _ = prepare_antialiased(rgb, (), (64, 64), placement)
    assert np.abs(one - other).mean() < 1.5


def test_beyond_the_photo_its_edge_is_repeated() -> None:
    rgb = np.full((40, 40, 3), 77, np.uint8)
    placement = square_around((-10, -10, 60, 60), 1.5)
    made, _ = prepare_antialiased(rgb, (), (32, 32), placement)
    assert np.array_equal(made, np.full((1, 32, 32, 3), 77, np.float32))


def test_stripes_show_which_one_is_antialiased() -> None:
    rgb = np.zeros((96, 96, 3), np.uint8)
    rgb[:, ::2] = 255
    by_spec = fit(rgb, Resize(fit="stretch"), (32, 32))[0]
    plain = prepare_antialiased(rgb, (Resize(fit="stretch"),), (32, 32), None)[0]
    assert by_spec.std() > 5 * plain.std()
