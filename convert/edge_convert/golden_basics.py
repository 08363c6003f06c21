"""Golden vectors that need no model: pictures that are decoded, frames of a camera."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec.structs import replace

from edge_convert.golden_noise import by_another_decoder, difference
from edge_convert.golden_photos import SMALL, make_photos
from edge_convert.golden_tolerance import tolerance
from edge_runtime.frames import Plane, YuvFrame, bgra_to_rgb, i420, nv21, upright, yuv_to_rgb
from edge_runtime.golden import EXACT, GoldenBasics, GoldenFrame, GoldenPhoto, Noise, Tolerance
from edge_runtime.images import open_photo

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from edge_convert.golden_files import Files
    from edge_runtime.golden import Values

STRIDE = 48  # bytes of a row where there are gaps
# Layout, width, height, range, rotation, mirrored.
FRAMES: tuple[tuple[Any, ...], ...] = (
    ("i420", 32, 24, "full", 0, False),
    ("i420", 31, 23, "limited", 270, False),
    ("nv21", 32, 24, "limited", 90, False),
    ("nv21", 31, 23, "full", 180, True),
    ("yuv_420_888", 31, 23, "full", 270, True),
    ("yuv_420_888", 32, 24, "limited", 90, False),
    ("bgra8888", 31, 23, "full", 0, True),
    ("bgra8888", 32, 24, "full", 90, False),
)


def make_basics(folder: Path, files: Files) -> GoldenBasics:
    """The record of ``folder``, the bundle's ``golden``; the files that it needs are added."""
    make_photos(folder / "photos")
    pictures = sorted((folder / "photos" / SMALL).glob("*.*[gG]"))
    return GoldenBasics(
        frames=tuple(_frame(number, frame, files) for number, frame in enumerate(FRAMES)),
        photos=tuple(_photo(path, files) for path in pictures if ".rgb." not in path.name),
    )


def _photo(path: Path, files: Files) -> GoldenPhoto:
    """Cosine transforms differ by a grey level or two, in solid colours too; of sixteen bits
    eight are cut off by some decoders, and rounded to by others."""
    rgb = open_photo(path).rgb
    name = f"photos/{SMALL}/{path.name}"
    kept = files.keep(f"{name}.rgb", "pixels", rgb)
    worst, mean = difference(rgb, by_another_decoder(path).rgb)
    noise = Noise(source="FFmpeg decodes", max_abs=worst, mean_abs=mean)
    least = EXACT
    if path.suffix == ".jpg" or "16" in path.stem:
        least = Tolerance(max_abs=2, mean_abs=1)
    given = tolerance([noise], least) or EXACT
    return GoldenPhoto(photo=name, rgb=replace(kept, given=given, noise=(noise,)))


def _frame(number: int, frame: tuple[Any, ...], files: Files) -> GoldenFrame:
    layout, width, height, span, rotation, mirror = frame
    name = f"{number}-{layout}-{width}x{height}"
    planes = _PLANES[layout](width, height)
    rgb = upright(_rgb(layout, planes, width, height, span), rotation, mirror=mirror)
    return GoldenFrame(
        name=name,
        layout=layout,
        width=width,
        height=height,
        planes=tuple(
            _kept(f"frames/{name}-{i}", plane, files) for i, plane in enumerate(planes)
        ),
        row_strides=tuple(plane.row_stride for plane in planes),
        pixel_strides=tuple(plane.pixel_stride for plane in planes),
        span=span,
        rotation=rotation,
        mirror=mirror,
        rgb=_picture(name, rgb, files),
    )


def _kept(stem: str, plane: Plane, files: Files) -> str:
    files.contents[f"{stem}.bin"] = plane.data
    return f"{stem}.bin"


def _picture(name: str, rgb: NDArray[np.uint8], files: Files) -> Values:
    return files.keep(f"frames/{name}.rgb", "pixels", rgb)


def _rgb(
    layout: str, planes: list[Plane], width: int, height: int, span: Any
) -> NDArray[np.uint8]:
    data = planes[0].data
    if layout == "bgra8888":
        return bgra_to_rgb(data, width, height, planes[0].row_stride)
    if layout == "i420":
        frame = i420(data, width, height)
    elif layout == "nv21":
        frame = nv21(data, width, height)
    else:
        y, u, v = planes
        frame = YuvFrame(width=width, height=height, y=y, u=u, v=v)
    return yuv_to_rgb(frame, span)


def _samples(width: int, height: int) -> tuple[NDArray[np.uint8], ...]:
    """Planes Y, U, V with every kind of value: a gradient, and colours across it."""
    wide, high = (width + 1) // 2, (height + 1) // 2
    rows, columns = np.mgrid[:height, :width]
    y = (rows * 7 + columns * 8) % 256
    rows, columns = np.mgrid[:high, :wide]
    u, v = (columns * 17) % 256, (rows * 23 + columns * 3) % 256
    return tuple(plane.astype(np.uint8) for plane in (y, u, v))


def _one_buffer(width: int, height: int) -> list[Plane]:
    data = b"".join(plane.tobytes() for plane in _samples(width, height))
    return [Plane(data=data, row_stride=width)]


def _luma_and_pairs(width: int, height: int) -> list[Plane]:
    y, u, v = _samples(width, height)
    data = y.tobytes() + np.stack([v, u], axis=2).tobytes()
    return [Plane(data=data, row_stride=width)]


def _strided(width: int, height: int) -> list[Plane]:
    """As Android gives them: gaps, chroma in turns, and the last row without its gap."""
    y, u, v = _samples(width, height)
    luma = np.pad(y, ((0, 0), (0, STRIDE - width))).tobytes()
    pairs = np.stack([u, v], axis=2).reshape(len(u), -1)
    chroma = np.pad(pairs, ((0, 0), (0, STRIDE - pairs.shape[1]))).tobytes()
    end = (len(u) - 1) * STRIDE + pairs.shape[1]
    return [
        Plane(data=luma[: (height - 1) * STRIDE + width], row_stride=STRIDE),
        Plane(data=chroma[: end - 1], row_stride=STRIDE, pixel_stride=2),
        Plane(data=chroma[1:end], row_stride=STRIDE, pixel_stride=2),
    ]


def _bgra(width: int, height: int) -> list[Plane]:
    rows, columns = np.mgrid[:height, :width]
    channels = [rows * 9, columns * 8, rows + columns * 5, columns]
    pixels = (np.stack(channels, axis=2) % 256).astype(np.uint8).reshape(height, -1)
    stride = 4 * width + 16
    data = np.pad(pixels, ((0, 0), (0, 16))).tobytes()
    return [Plane(data=data, row_stride=stride, pixel_stride=4)]


_PLANES = {
    "i420": _one_buffer,
    "nv21": _luma_and_pairs,
    "yuv_420_888": _strided,
    "bgra8888": _bgra,
}
