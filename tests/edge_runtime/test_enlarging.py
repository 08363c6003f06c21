from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias, cast

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_runtime import Lens
from edge_runtime.cli import main
from edge_runtime.enlarging import COMPACT, MOST_PIXELS, scales
from edge_runtime.errors import PhotoError, UnknownName
from edge_runtime.images import Photo, open_photo
from edge_runtime.outputs import write_picture
from edge_runtime.predictor import Predictor
from edge_runtime.results import Prediction
from edge_runtime.spec import SuperResolution
from edge_runtime.windows import Window

Pixels: TypeAlias = NDArray[np.uint8]


@pytest.fixture(scope="module")
def lens() -> Lens:
    return Lens()


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.mean((one.astype(float) - other) ** 2)))


def sharpness(pixels: np.ndarray) -> float:
    return float(np.abs(cv2.Laplacian(pixels.astype(np.float32), cv2.CV_32F)).mean())


def test_a_photo_is_four_times_as_large_and_the_same(lens: Lens, samples: Path) -> None:
    photo = Photo(open_photo(samples / "astronaut.png").rgb[60:150, 150:300])
    made = lens.super_resolution(photo)
    assert made.model == COMPACT
    assert made.value.pixels.shape == (360, 600, 3)
    small = cv2.resize(made.value.pixels, (150, 90), interpolation=cv2.INTER_AREA)
    assert psnr(small, photo.rgb) > 28
    bicubic = cv2.resize(photo.rgb, (600, 360), interpolation=cv2.INTER_CUBIC)
    assert sharpness(made.value.pixels) > 1.2 * sharpness(bicubic)


@pytest.mark.parametrize(
    ("name", "size_hw", "network", "bicubic"),
    [
        ("astronaut.png", (512, 512), 24.5, 25.6),
        ("chelsea.png", (300, 448), 28.2, 30.3),
        ("coffee.png", (400, 600), 25.3, 25.9),
        ("china.jpg", (424, 640), 20.8, 21.1),
    ],
)
def test_on_photos_it_is_sharper_than_bicubic_and_further_from_the_original(
    name: str,
    size_hw: tuple[int, int],
    network: float,
    bicubic: float,
    lens: Lens,
    samples: Path,
) -> None:
    height, width = size_hw
    rgb = open_photo(samples / name).rgb[:height, :width]
    small = cv2.resize(rgb, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    plain = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    made = lens.super_resolution(Photo(cast("Pixels", small))).value.pixels
    assert psnr(made, rgb) == pytest.approx(network, abs=0.1)
    assert psnr(plain, rgb) == pytest.approx(bicubic, abs=0.1)
    assert sharpness(made) > 1.2 * sharpness(plain)


def test_twice_as_large_is_the_mean_of_squares(lens: Lens, samples: Path) -> None:
    photo = Photo(open_photo(samples / "chelsea.png").rgb[100:180, 150:301])
    four, two = (lens.super_resolution(photo, scale).value.pixels for scale in (4, 2))
    assert two.shape == (160, 302, 3)
    means = four.reshape(160, 2, 302, 2, 3).mean(axis=(1, 3))
    assert np.abs(two - means).max() <= 0.5


def test_there_are_no_seams(lens: Lens, samples: Path) -> None:
    """Two by two windows, as far from each other as the margin allows, and the whole."""
    rgb = open_photo(samples / "china.jpg").rgb[100:332, 200:432]
    pieces = lens.super_resolution(Photo(rgb)).value.pixels.astype(int)
    network = lens.predictor(COMPACT, SuperResolution, rgb.shape[:2])
    whole = network.predict(rgb).value.pixels.astype(int)
    assert whole.shape == pieces.shape
    off = np.abs(whole - pieces)
    assert off.max() <= 2
    assert (off > 1).mean() < 1e-4
    assert psnr(whole, pieces) > 65


def test_memory_is_that_of_a_window(lens: Lens, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, ...]] = []
    run = Predictor.predict_window

    def watched(
        self: Predictor[SuperResolution], rgb: np.ndarray, window: Window
    ) -> Prediction[Any]:
        made = run(self, rgb, window)
        seen.append(made.value.pixels.shape)
        return made

    monkeypatch.setattr(Predictor, "predict_window", watched)
    lens.super_resolution(Photo(np.zeros((240, 240, 3), np.uint8)))
    assert len(seen) == 9
    assert max(height * width for height, width, _ in seen) <= 512**2


def test_transparency_grows_with_the_photo(lens: Lens) -> None:
    rgb = np.full((20, 30, 3), 90, np.uint8)
    alpha = np.zeros((20, 30), np.uint8)
    alpha[:, 15:] = 255
    pixels = lens.super_resolution(Photo(rgb, alpha=alpha), scale=2).value.pixels
    assert pixels.shape == (40, 60, 4)
    assert (pixels[:, :25, 3].max(), pixels[:, 35:, 3].min()) == (0, 255)


def test_the_command_writes_the_picture(
    samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = tmp_path / "small.png"
    write_picture(small, open_photo(samples / "chelsea.png").rgb[:50, :70])
    out = tmp_path / "big.png"
    assert main(["super-resolution", str(small), "-o", str(out), "--scale", "2"]) == 0
    assert f"a picture of 140x100\n  -> {out}" in capsys.readouterr().out
    assert open_photo(out).size_wh == (140, 100)


def test_scales_and_photos_that_are_refused(lens: Lens) -> None:
    assert scales(lens.predictor(COMPACT, SuperResolution)) == (2, 4)
    with pytest.raises(UnknownName, match="scale of super-resolution-compact"):
        lens.super_resolution(Photo(np.zeros((4, 4, 3), np.uint8)), scale=3)
    side = int(MOST_PIXELS**0.5) // 4 + 1
    with pytest.raises(PhotoError, match="take a smaller scale"):
        lens.super_resolution(Photo(np.zeros((side, side, 3), np.uint8)))


def test_it_says_how_far_it_is_and_can_be_stopped(lens: Lens) -> None:
    class Enough(Exception):
        pass

    said: list[float] = []

    def after(share: float) -> None:
        said.append(share)
        if len(said) == 3:
            raise Enough

    photo = Photo(np.zeros((180, 180, 3), np.uint8))
    with pytest.raises(Enough):
        lens.super_resolution(photo, after=after)
    assert said == [0.25, 0.5, 0.75]
