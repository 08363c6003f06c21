"""Frames of a camera to the photo that the models see: whole numbers only, so that every
runtime makes the same bytes.

**Sampling.**  Pixel (x, y) has the luma ``Y[y][x]`` and the chroma ``U[y >> 1][x >> 1]`` and
``V[y >> 1][x >> 1]``: chroma is repeated, not interpolated.  The chroma planes have
``(width + 1) >> 1`` columns and ``(height + 1) >> 1`` rows.  Sample (column, row) of a plane
is byte ``row * row_stride + column * pixel_stride``.

**Colour** (BT.601), with ``y = Y``, ``u = U - 128``, ``v = V - 128``; ``>>`` is arithmetic and
each result is brought into 0..255:

* ``full`` range: ``R = (65536 * y + 91881 * v + 32768) >> 16``, ``G = (65536 * y - 22553 * u -
  46802 * v + 32768) >> 16``, ``B = (65536 * y + 116130 * u + 32768) >> 16``.
* ``limited`` range (16..235, 16..240): with ``y = Y - 16``, ``R = (76309 * y + 104597 * v +
  32768) >> 16``, ``G = (76309 * y - 25675 * u - 53279 * v + 32768) >> 16``, ``B = (76309 * y +
  132201 * u + 32768) >> 16``.

**Upright.**  The picture is turned clockwise by ``rotation`` degrees; then, if ``mirror``, left
and right are swapped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from edge_runtime.errors import PhotoUnreadable

if TYPE_CHECKING:
    from numpy.typing import NDArray

Range: TypeAlias = Literal["full", "limited"]
Rotation: TypeAlias = Literal[0, 90, 180, 270]
# Factors of y for R, G, B; of u for G, B; of v for R, G: 65536 times those of BT.601.
_FACTORS = {
    "full": (65536, (-22553, 116130), (91881, -46802)),
    "limited": (76309, (-25675, 132201), (104597, -53279)),
}
_BLACK = {"full": 0, "limited": 16}


@dataclass(frozen=True, kw_only=True)
class Plane:
    """Samples in bytes: rows are ``row_stride`` apart, samples ``pixel_stride``.

    The last row may end with its last sample, as it does on Android.
    """

    data: bytes
    row_stride: int
    pixel_stride: int = 1

    def samples(self, width: int, height: int) -> NDArray[np.int32]:
        """int32 [height, width]; ``PhotoUnreadable`` where the bytes do not suffice."""
        rows = np.arange(height)[:, np.newaxis] * self.row_stride
        at = rows + np.arange(width) * self.pixel_stride
        if at[-1, -1] >= len(self.data):
            raise PhotoUnreadable(
                f"a plane of the frame has {len(self.data)} bytes, {at[-1, -1] + 1} are needed "
                f"for {width}x{height}: give its own row and pixel strides"
            )
        return np.frombuffer(self.data, np.uint8)[at].astype(np.int32)


@dataclass(frozen=True, kw_only=True)
class YuvFrame:
    """A frame in YUV 4:2:0: I420, NV12, NV21 or any YUV_420_888 of Android."""

    width: int
    height: int
    y: Plane
    u: Plane
    v: Plane


def i420(data: bytes, width: int, height: int) -> YuvFrame:
    """A frame of three planes without gaps: all Y, then all U, then all V."""
    wide, high = (width + 1) // 2, (height + 1) // 2
    luma, chroma = width * height, wide * high
    return YuvFrame(
        width=width,
        height=height,
        y=Plane(data=data[:luma], row_stride=width),
        u=Plane(data=data[luma : luma + chroma], row_stride=wide),
        v=Plane(data=data[luma + chroma :], row_stride=wide),
    )


def nv21(data: bytes, width: int, height: int) -> YuvFrame:
    """A frame of two planes without gaps: all Y, then V and U in turns."""
    luma, stride = width * height, 2 * ((width + 1) // 2)
    return YuvFrame(
        width=width,
        height=height,
        y=Plane(data=data[:luma], row_stride=width),
        u=Plane(data=data[luma + 1 :], row_stride=stride, pixel_stride=2),
        v=Plane(data=data[luma:], row_stride=stride, pixel_stride=2),
    )


def yuv_to_rgb(frame: YuvFrame, span: Range = "full") -> NDArray[np.uint8]:
    """RGB, uint8 [height, width, 3], as the frame lies in memory."""
    wide, high = (frame.width + 1) // 2, (frame.height + 1) // 2
    y = frame.y.samples(frame.width, frame.height) - _BLACK[span]
    u, v = (
        _doubled(plane.samples(wide, high) - 128)[: frame.height, : frame.width]
        for plane in (frame.u, frame.v)
    )
    of_y, (u_in_green, u_in_blue), (v_in_red, v_in_green) = _FACTORS[span]
    luma = of_y * y + 32768
    red = luma + v_in_red * v
    green = luma + u_in_green * u + v_in_green * v
    blue = luma + u_in_blue * u
    rgb: NDArray[np.uint8] = (
        (np.stack([red, green, blue], axis=2) >> 16).clip(0, 255).astype(np.uint8)
    )
    return rgb


def bgra_to_rgb(data: bytes, width: int, height: int, row_stride: int) -> NDArray[np.uint8]:
    """RGB of a frame of B, G, R, A bytes, as iOS gives them; alpha is dropped."""
    planes = (
        Plane(data=data[channel:], row_stride=row_stride, pixel_stride=4)
        for channel in (2, 1, 0)
    )
    pixels = np.stack([plane.samples(width, height) for plane in planes], axis=2)
    return pixels.astype(np.uint8)


def upright(
    rgb: NDArray[np.uint8], rotation: Rotation = 0, *, mirror: bool = False
) -> NDArray[np.uint8]:
    """Turned clockwise by ``rotation`` degrees, then mirrored left and right."""
    turned = np.rot90(rgb, -(rotation // 90))
    return np.ascontiguousarray(turned[:, ::-1] if mirror else turned)


def _doubled(plane: NDArray[np.int32]) -> NDArray[np.int32]:
    return plane.repeat(2, axis=0).repeat(2, axis=1)
