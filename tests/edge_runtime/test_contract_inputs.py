from __future__ import annotations

import itertools

import numpy as np
import pytest

from edge_runtime.contract import CropSquare, Resize
from edge_runtime.geometry import plan
from edge_runtime.preprocess import crop_pixels
from edge_runtime.program import placement_of
from edge_runtime.results import Face

SIZES = (1, 3, 31, 32, 33, 127, 128, 129, 255, 256, 1000, 4032)


@pytest.mark.parametrize("fit", ["stretch", "letterbox", "crop"])
def test_resize_as_its_definition_has_it(fit: str) -> None:
    """The rectangles, halvings and placement, spelled out again from the docstring."""
    for w_, h_ in itertools.product(SIZES, SIZES):
        how = plan((w_, h_), (32, 48), Resize(fit=fit))  # type: ignore[arg-type]
        source, target = (0, 0, w_, h_), (0, 0, 48, 32)
        if fit == "letterbox":
            target = centred((48, 32), (w_, h_))
        elif fit == "crop":
            source = centred((w_, h_), (48, 32))
        n = 0
        while all(source[i] // 2**n >= 4 * target[i] for i in (2, 3)):
            n += 1
        width, height = ((side >> n) << n for side in source[2:])
        assert (how.halvings, how.target) == (n, target)
        assert how.source == (*source[:2], width, height)
        kx, ky = width / target[2], height / target[3]
        x = 0.25 * 48 * kx + source[0] - target[0] * kx
        y = 0.75 * 32 * ky + source[1] - target[1] * ky
        assert how.placement.pixel(0.25, 0.75) == pytest.approx((x, y))


def centred(frame: tuple[int, int], shape: tuple[int, int]) -> tuple[int, int, int, int]:
    scale = min(frame[0] / shape[0], frame[1] / shape[1])
    wide, high = (
        min(f, max(1, int(s * scale + 0.5))) for f, s in zip(frame, shape, strict=True)
    )
    return (frame[0] - wide) // 2, (frame[1] - high) // 2, wide, high


@pytest.mark.parametrize("level", [None, ("a", "b")])
def test_crop_square_as_its_definition_has_it(level: tuple[str, str] | None) -> None:
    points = {"a": (20.0, 30.0), "b": (40.0, 45.0)}
    face = Face(box_xyxy=(10, 20, 60, 60), score=1, points=points)
    placement = placement_of(face, CropSquare(scale=1.5, level=level))
    side = 1.5 * 50
    cos, sin = (0.8, 0.6) if level else (1.0, 0.0)
    a, d = side * cos, side * sin
    x0, y0 = 35 - (a - d) / 2, 40 - (d + a) / 2
    u, v = 0.3, 0.9
    assert placement.pixel(u, v) == pytest.approx((a * u - d * v + x0, d * u + a * v + y0))


def halved(pixels: np.ndarray) -> np.ndarray:
    height, width = (side // 2 * 2 for side in pixels.shape[:2])
    four = pixels[:height, :width].reshape(height // 2, 2, width // 2, 2, 3).astype(int)
    return (four.sum(axis=(1, 3)) + 2 >> 2).astype(np.uint8)


@pytest.mark.parametrize("side", [20.0, 77.0, 150.0, 400.0])
@pytest.mark.parametrize("turn", [0.0, 0.4, -2.5])
def test_the_pixels_of_crop_square_as_its_definition_has_them(side: float, turn: float) -> None:
    rgb = np.random.default_rng(3).integers(0, 256, (190, 240, 3), dtype=np.uint8)
    high, wide = 24, 32
    points = {"a": (0.0, 0.0), "b": (np.cos(turn), np.sin(turn))}
    face = Face(box_xyxy=(100, 90, 100 + side, 110), score=1, points=points)
    placement = placement_of(face, CropSquare(scale=1.0, level=("a", "b")))
    (a, minus_d, x0), (d, _, y0) = placement.matrix
    assert minus_d == -d
    left, right = (edge(x0 + p(a, 0) + p(-d, 0) + q, 240) for p, q in ((min, -2), (max, 2)))
    top, bottom = (edge(y0 + p(d, 0) + p(a, 0) + q, 190) for p, q in ((min, -2), (max, 2)))
    part, n = rgb[top : bottom + 1, left : right + 1], 0
    shrinks = min(np.hypot(a / wide, d / wide), np.hypot(d / high, a / high))
    while shrinks >= 4 * 2**n and min(part.shape[:2]) > 1:
        part, n = halved(part), n + 1
    s = 0.5**n
    rows_x = (a / wide * s, -d / high * s, (x0 - left + (a / wide - d / high) / 2) * s - 0.5)
    rows_y = (d / wide * s, a / high * s, (y0 - top + (d / wide + a / high) / 2) * s - 0.5)
    wanted = read(part, np.float32(rows_x), np.float32(rows_y), (high, wide))
    off = np.abs(crop_pixels(rgb, placement, (high, wide)).astype(int) - wanted)
    assert off.max() <= 1  # where a processor does not multiply and add at once
    assert (off > 0).mean() < 2e-3


def edge(value: float, count: int) -> int:
    return min(max(int(value), 0), count - 1)


def read(
    part: np.ndarray, to_x: np.ndarray, to_y: np.ndarray, size_hw: tuple[int, int]
) -> np.ndarray:
    j, i = np.mgrid[: size_hw[0], : size_hw[1]].astype(np.float32)
    px, py = (fused(row[0], i, j * row[1] + row[2]) for row in (to_x, to_y))
    low_x, low_y = np.floor(px), np.floor(py)
    across, down = (px - low_x)[..., None], (py - low_y)[..., None]

    def at(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        inside = y.clip(0, part.shape[0] - 1), x.clip(0, part.shape[1] - 1)
        return part[tuple(axis.astype(int) for axis in inside)].astype(np.float32)

    upper, lower = at(low_x, low_y), at(low_x, low_y + 1)
    upper = fused(across, at(low_x + 1, low_y) - upper, upper)
    lower = fused(across, at(low_x + 1, low_y + 1) - lower, lower)
    return np.rint(fused(down, lower - upper, upper)).astype(int)


def fused(one: np.ndarray, other: np.ndarray, more: np.ndarray) -> np.ndarray:
    """``one * other + more`` of float32, rounded once."""
    return (np.float64(one) * other + more).astype(np.float32)
