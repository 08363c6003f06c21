from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from edge_runtime import Lens, Photo, Style, open_photo
from edge_runtime.cli import main
from edge_runtime.filters import Filter
from edge_runtime.results import Picture
from edge_runtime.transparency import (
    as_transparent,
    fit_to_write,
    on_white,
    opacity,
    packed,
    resized_alpha,
    shown,
    thinned,
    unpacked,
    with_alpha,
)

HIDDEN = np.s_[:, :96]  # of 512 columns; from 160 on all is seen


@pytest.fixture(scope="module")
def lens() -> Lens:
    return Lens()


@pytest.fixture(scope="module")
def cut(samples: Path) -> Callable[[int], Photo]:
    """A woman whose left side fades away, over colours that nobody is to see: others for each
    number, none of hers for any but 0."""
    rgb = open_photo(samples / "astronaut.png").rgb
    alpha = np.broadcast_to(np.clip(np.arange(512) * 4 - 384, 0, 255), (512, 512))

    def made(number: int) -> Photo:
        noise = np.random.default_rng(number).integers(0, 256, rgb.shape, np.uint8)
        below = np.where((alpha == 0)[..., None] & (number > 0), noise, rgb)
        return Photo(below, alpha.astype(np.uint8))

    return made


def test_an_opaque_photo_is_left_as_it_is() -> None:
    photo = Photo(np.zeros((4, 6, 3), np.uint8))
    assert shown(photo) is on_white(photo.rgb, None) is with_alpha(photo.rgb, None)
    assert thinned(photo.rgb, None) is photo.rgb
    assert opacity(photo) is None


def test_only_what_cannot_be_seen_is_white() -> None:
    rgb, alpha = np.full((1, 3, 3), 40, np.uint8), np.array([[0, 1, 255]], np.uint8)
    assert shown(Photo(rgb, alpha))[0, :, 0].tolist() == [255, 40, 40]
    assert rgb.max() == 40
    assert opacity(Photo(rgb, alpha)) == pytest.approx(np.array([[0, 1 / 255, 1]]))


@pytest.mark.parametrize(("alpha", "level"), [(0, 255), (51, 215), (128, 155), (255, 55)])
def test_on_white_it_is_what_paper_shows(alpha: int, level: int) -> None:
    made = on_white(np.full((2, 2, 3), 55, np.uint8), np.full((2, 2), alpha, np.uint8))
    assert (made == level).all()
    assert made.dtype == np.uint8


@pytest.mark.parametrize("value", [0, 77, 255])
def test_alpha_that_is_even_stays_even(value: int) -> None:
    assert (resized_alpha(np.full((3, 5), value, np.uint8), (20, 12)) == value).all()


def test_alpha_grows_as_pictures_do() -> None:
    alpha = np.random.default_rng(0).integers(0, 256, (9, 14), np.uint8)
    made = resized_alpha(alpha, (56, 36)).astype(int)
    bicubic = cv2.resize(alpha, (56, 36), interpolation=cv2.INTER_CUBIC)
    assert np.abs(made - bicubic).max() <= 1
    assert resized_alpha(alpha, (14, 9)) is alpha


def test_a_file_has_no_colour_that_is_not_seen() -> None:
    pixels = np.full((2, 3, 4), 200, np.uint8)
    pixels[0, :, 3] = 0, 1, 255
    written = fit_to_write(pixels)
    assert written[0, 0].tolist() == [0, 0, 0, 0]
    np.testing.assert_array_equal(written[0, 1:], pixels[0, 1:])
    assert pixels[0, 0, 0] == 200  # the result in memory stays
    white = fit_to_write(pixels, opaque=True)
    np.testing.assert_array_equal(white, on_white(pixels[..., :3], pixels[..., 3]))
    for other in (
        pixels[1:],
        pixels[..., :3],
        pixels[..., 0],
        pixels[..., 0].astype(np.uint16),
    ):
        assert fit_to_write(other) is other


def test_a_cut_out_is_no_more_opaque_than_its_photo() -> None:
    pixels = np.full((1, 3, 4), (10, 20, 30, 128), np.uint8)
    alpha = np.array([[0, 128, 255]], np.uint8)
    assert thinned(pixels, alpha)[0, :, 3].tolist() == [0, 64, 128]
    assert thinned(pixels[..., :3], alpha)[0, ::2, 0].tolist() == [255, 10]


TASKS: dict[str, Callable[[Lens, Photo], Any]] = {
    "style": lambda lens, photo: lens.style(photo, Style(mix="3")),
    "keeping": lambda lens, photo: lens.style(photo, Style(strength=0.5, keep_colours=True)),
    "blur": lambda lens, photo: lens.background(photo, "blur"),
}


@pytest.mark.parametrize("task", TASKS)
def test_a_picture_comes_out_as_transparent_as_it_went_in(
    task: str, lens: Lens, cut: Callable[[int], Photo]
) -> None:
    photo = cut(1)
    made = TASKS[task](lens, photo).value.pixels
    assert made.shape == (512, 512, 4)
    np.testing.assert_array_equal(made[..., 3], photo.alpha)
    opaque = TASKS[task](lens, Photo(photo.rgb)).value.pixels
    assert opaque.shape == (512, 512, 3)
    if task != "blur":  # the model was given the same
        np.testing.assert_array_equal(made[..., :3], opaque)


def test_a_background_stands_where_nothing_was(lens: Lens, cut: Callable[[int], Photo]) -> None:
    made = lens.background(cut(1), "#00ff00").value.pixels
    assert made.shape == (512, 512, 3)
    assert (made[HIDDEN] == (0, 255, 0)).all()
    cut_out = lens.background(cut(1)).value.pixels
    assert cut_out[HIDDEN][..., 3].max() == 0
    assert (cut_out[..., 3] <= np.asarray(cut(1).alpha)).all()


def test_a_filter_shows_its_background_or_white(
    lens: Lens, cut: Callable[[int], Photo]
) -> None:
    filters = {name: Filter.preset(name, lens.bundle.folder) for name in ("cat", "sunny")}
    plain, sunny = (made(lens, cut(1)).value.pixels for made in filters.values())
    assert plain.shape == sunny.shape == (512, 512, 3)
    assert (plain[HIDDEN] == 255).mean() > 0.95  # but for what is painted there
    opaque = filters["sunny"](lens, Photo(cut(0).rgb)).value.pixels
    difference = np.abs(sunny[HIDDEN].astype(int) - opaque[HIDDEN])
    assert np.median(difference) == 0


def test_an_alpha_is_kept_to_the_byte_and_none_is_none() -> None:
    alpha = np.random.default_rng(2).integers(0, 256, (5, 7), np.uint8)
    again = unpacked(packed(alpha))
    assert again is not None
    np.testing.assert_array_equal(again, alpha)
    assert (packed(None), unpacked(b"")) == (b"", None)


def test_what_is_no_picture_stays() -> None:
    picture = Picture(pixels=np.zeros((5, 7, 3), np.uint8))
    assert as_transparent(picture, np.zeros((5, 7), np.uint8)).pixels.shape == (5, 7, 4)
    assert as_transparent("faces", np.zeros((5, 7), np.uint8)) == "faces"


@pytest.mark.parametrize(
    ("mode", "suffix"),
    [("RGBA", ".png"), ("RGBA", ".webp"), ("RGBA", ".jpg"), ("LA", ".png"), ("P", ".png")],
)
def test_the_command_writes_what_was_seen(
    mode: str, suffix: str, cut: Callable[[int], Photo], tmp_path: Path
) -> None:
    photo = cut(1)
    assert photo.alpha is not None
    whole = Image.fromarray(np.dstack([photo.rgb, photo.alpha])).resize((96, 96))
    alpha = whole.getchannel("A")
    sent, out = tmp_path / "in.png", tmp_path / f"out{suffix}"
    if mode == "P":
        paper = whole.convert("RGB").quantize(255)
        paper.putpalette((paper.getpalette() or []) + [7, 7, 7])
        paper.paste(255, None, alpha.point(lambda value: 255 * (value == 0)))
        paper.save(sent, transparency=255)
        alpha = alpha.point(lambda value: 255 * (value > 0))
    else:
        whole.convert(mode).save(sent)
    assert main(["style", str(sent), "-o", str(out), "--style", "7"]) == 0
    with Image.open(out) as made:
        assert made.mode == ("RGB" if suffix == ".jpg" else "RGBA")
        pixels = np.asarray(made.convert("RGBA"))
    if suffix == ".jpg":
        assert pixels[:, :12].min() > 240
        assert pixels[..., :3].std() > 30
    else:
        np.testing.assert_array_equal(pixels[..., 3], np.asarray(alpha))
