from __future__ import annotations

import itertools

import numpy as np
import pytest

from edge_runtime.errors import PhotoUnreadable
from edge_runtime.frames import Plane, YuvFrame, bgra_to_rgb, i420, nv21, upright, yuv_to_rgb

RNG = np.random.default_rng(11)


def clamp(value: int) -> int:
    return min(max(value, 0), 255)


def by_the_formula(y: int, u: int, v: int, span: str) -> tuple[int, int, int]:
    """The module's docstring in whole numbers of Python."""
    u, v = u - 128, v - 128
    if span == "full":
        red = 65536 * y + 91881 * v
        green = 65536 * y - 22553 * u - 46802 * v
        blue = 65536 * y + 116130 * u
    else:
        y -= 16
        red = 76309 * y + 104597 * v
        green = 76309 * y - 25675 * u - 53279 * v
        blue = 76309 * y + 132201 * u
    return clamp(red + 32768 >> 16), clamp(green + 32768 >> 16), clamp(blue + 32768 >> 16)


@pytest.mark.parametrize("span", ["full", "limited"])
@pytest.mark.parametrize("size_wh", [(6, 4), (7, 5), (1, 1)])
def test_i420_pixel_by_pixel(span: str, size_wh: tuple[int, int]) -> None:
    width, height = size_wh
    wide, high = (width + 1) // 2, (height + 1) // 2
    data = RNG.integers(0, 256, width * height + 2 * wide * high, dtype=np.uint8).tobytes()
    rgb = yuv_to_rgb(i420(data, width, height), span)  # type: ignore[arg-type]
    for x, y in itertools.product(range(width), range(height)):
        chroma = (y // 2) * wide + x // 2
        u = data[width * height + chroma]
        v = data[width * height + wide * high + chroma]
        assert tuple(rgb[y, x]) == by_the_formula(data[y * width + x], u, v, span)


@pytest.mark.parametrize(("span", "black", "white"), [("full", 0, 255), ("limited", 16, 235)])
def test_black_white_and_the_formula_of_bt601(span: str, black: int, white: int) -> None:
    for y, wanted in ((black, 0), (white, 255)):
        frame = i420(bytes([y] * 4 + [128, 128]), 2, 2)
        assert (yuv_to_rgb(frame, span) == wanted).all()  # type: ignore[arg-type]
    scale_y, scale_c = (1.0, 1.0) if span == "full" else (255 / 219, 255 / 224)
    for y, u, v in RNG.integers(0, 256, (500, 3)).tolist():
        luma, blue, red = scale_y * (y - black), scale_c * (u - 128), scale_c * (v - 128)
        exact = (
            luma + 1.402 * red,
            luma - 0.344136 * blue - 0.714136 * red,
            luma + 1.772 * blue,
        )
        for made, value in zip(by_the_formula(y, u, v, span), exact, strict=True):
            assert abs(made - min(max(value, 0), 255)) < 0.52


def test_every_layout_of_the_same_frame_is_the_same_picture() -> None:
    y, u, v = (RNG.integers(0, 256, s, dtype=np.uint8) for s in ((5, 7), (3, 4), (3, 4)))
    wanted = yuv_to_rgb(i420(y.tobytes() + u.tobytes() + v.tobytes(), 7, 5))
    both = np.stack([v, u], axis=2)
    assert np.array_equal(yuv_to_rgb(nv21(y.tobytes() + both.tobytes(), 7, 5)), wanted)
    padded = np.pad(y, ((0, 0), (0, 9))).tobytes()[:-9]  # the last row ends with its last one
    strided = YuvFrame(
        width=7,
        height=5,
        y=Plane(data=padded, row_stride=16),
        u=Plane(data=both.tobytes()[1:], row_stride=8, pixel_stride=2),
        v=Plane(data=both.tobytes()[:-1], row_stride=8, pixel_stride=2),
    )
    assert np.array_equal(yuv_to_rgb(strided), wanted)


def test_bgra_drops_alpha_and_gaps() -> None:
    data = bytes([3, 2, 1, 0, 6, 5, 4, 9, 77, 77, 30, 20, 10, 0, 60, 50, 40, 9])
    rgb = bgra_to_rgb(data, 2, 2, row_stride=10)
    assert rgb.tolist() == [[[1, 2, 3], [4, 5, 6]], [[10, 20, 30], [40, 50, 60]]]


@pytest.mark.parametrize(
    ("rotation", "mirror", "wanted"),
    [
        (0, False, [[1, 2, 3], [4, 5, 6]]),
        (90, False, [[4, 1], [5, 2], [6, 3]]),
        (180, False, [[6, 5, 4], [3, 2, 1]]),
        (270, False, [[3, 6], [2, 5], [1, 4]]),
        (0, True, [[3, 2, 1], [6, 5, 4]]),
        (90, True, [[1, 4], [2, 5], [3, 6]]),
    ],
)
def test_it_is_turned_clockwise_and_then_mirrored(
    rotation: int, mirror: bool, wanted: list
) -> None:
    rgb = np.array([[1, 2, 3], [4, 5, 6]], np.uint8)[..., np.newaxis].repeat(3, axis=2)
    made = upright(rgb, rotation, mirror=mirror)  # type: ignore[arg-type]
    assert made[..., 0].tolist() == wanted
    assert made.flags.c_contiguous


def test_a_frame_that_is_too_short_is_said() -> None:
    with pytest.raises(PhotoUnreadable, match="has 3 bytes, 4 are needed for 2x2"):
        yuv_to_rgb(i420(b"\0\0\0", 2, 2))
