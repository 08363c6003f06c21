"""What apps get wrong about the photo: orientation, colour, transparency, size."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PIL import Image

from edge_runtime.contract import (
    CropSquare,
    CutWindows,
    DecodePhoto,
    JoinWindows,
    Resize,
    ResizePicture,
    RoundPixels,
    WriteTensor,
)
from edge_runtime.doctor.hypotheses import Hypothesis, after, shape_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from edge_runtime.doctor.hypotheses import Change
    from edge_runtime.doctor.replay import Make, Trial

PHOTO = (DecodePhoto,)
PICTURES = (DecodePhoto, Resize, CropSquare, CutWindows, WriteTensor)
PAINTED = (RoundPixels, ResizePicture, JoinWindows)
_LUMA = np.array([0.299, 0.587, 0.114])  # BT.601
_ORIENTATION = 0x0112


def as_stored(trial: Trial) -> Any:
    """The pixels as the file has them, with no EXIF orientation carried out."""
    with Image.open(BytesIO(_bytes(trial))) as image:
        turned = image.getexif().get(_ORIENTATION, 1) in range(2, 9)
        return np.asarray(image.convert("RGB")) if turned else None


def without_profile(trial: Trial) -> Any:
    """The values as they are in the file, whatever its ICC profile says."""
    with Image.open(BytesIO(_bytes(trial))) as image:
        if not image.info.get("icc_profile"):
            return None
        image.info.pop("icc_profile")
        plain = np.asarray(image.convert("RGB"))
        turn = image.getexif().get(_ORIENTATION, 1)
        return None if turn in range(2, 9) else plain


def _bytes(trial: Trial) -> bytes:
    return trial.replay.dump.photo or b""


def _with_alpha(mix: Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]]) -> Make:
    def make(trial: Trial) -> Any:
        photo = trial.replay.photo
        if photo is None or photo.alpha is None:
            return None
        share = photo.alpha[..., np.newaxis].astype(np.float64) / 255
        return np.rint(mix(photo.rgb.astype(np.float64), share)).astype(np.uint8)

    return make


def smaller(trial: Trial) -> Any:
    """A thumbnail of the size that the app has."""
    shape = shape_of(trial.seen, "values") if trial.direct else ()
    rgb = trial.right()
    if len(shape) != 3 or shape == rgb.shape or 0 in shape:
        return None
    return cv2.resize(rgb, shape[1::-1], interpolation=cv2.INTER_AREA)


def to_yuv(rgb: NDArray[Any]) -> NDArray[np.float64]:
    """Y 0..255, U and V around 0, of full-range BT.601."""
    y = rgb.astype(np.float64) @ _LUMA
    return np.stack([y, (rgb[..., 2] - y) / 1.772, (rgb[..., 0] - y) / 1.402], axis=2)


def to_rgb(yuv: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Back, as bytes."""
    y, u, v = np.moveaxis(yuv, 2, 0)
    red, blue = y + 1.402 * v, y + 1.772 * u
    green = (y - _LUMA[0] * red - _LUMA[2] * blue) / _LUMA[1]
    rgb = np.rint(np.stack([red, green, blue], axis=2)).clip(0, 255)
    return np.asarray(rgb, np.uint8)


def _swapped(rgb: NDArray[Any]) -> NDArray[Any]:
    return to_rgb(to_yuv(rgb)[..., [0, 2, 1]])


def _stretched(rgb: NDArray[Any]) -> NDArray[Any]:
    """Full-range samples that are read as if they were limited."""
    return to_rgb((to_yuv(rgb) - (16, 0, 0)) * (255 / 219, 255 / 224, 255 / 224))


def _squeezed(rgb: NDArray[Any]) -> NDArray[Any]:
    """Limited samples that are read as if they were full-range."""
    return to_rgb(to_yuv(rgb) * (219 / 255, 224 / 255, 224 / 255) + (16, 0, 0))


def _grey(rgb: NDArray[Any]) -> NDArray[Any]:
    return np.stack([np.rint(rgb @ _LUMA)] * 3, axis=2).astype(rgb.dtype)


def _linear(rgb: NDArray[Any]) -> NDArray[Any]:
    share = np.asarray(rgb, np.float64) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return _as(rgb, linear)


def _encoded(rgb: NDArray[Any]) -> NDArray[Any]:
    share = np.asarray(rgb, np.float64) / 255
    encoded = np.where(share <= 0.0031308, share * 12.92, 1.055 * share ** (1 / 2.4) - 0.055)
    return _as(rgb, encoded)


def _as(like: NDArray[Any], share: NDArray[np.float64]) -> NDArray[Any]:
    levels = 255 * share
    return np.rint(levels).astype(np.uint8) if like.dtype == np.uint8 else levels


def bgr(pixels: NDArray[Any]) -> NDArray[Any]:
    """The channels the other way round."""
    return np.ascontiguousarray(pixels[..., ::-1])


def _turned(turns: int) -> Change:
    """Clockwise by so many times 90 degrees."""
    return lambda pixels: np.ascontiguousarray(np.rot90(pixels, -turns))


def _mirrored(pixels: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(pixels[:, ::-1])


def _upside_down(pixels: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(pixels[::-1])


def _across(pixels: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(pixels.swapaxes(0, 1))


_TURN = (
    "turn the frame by the camera's rotation (the sensor's less the display's) before resize"
)
_YUV = "convert frames as edge_runtime/frames.py (Frames in the contract) does"
_ALPHA = "drop the transparency: take R, G and B as the file has them, not blended"

HYPOTHESES = (
    Hypothesis(
        name="exif-ignored",
        kinds=PHOTO,
        says="does not carry out the photo's EXIF orientation",
        do="turn the decoded pixels by the EXIF tag 0x0112 first",
        make=as_stored,
    ),
    Hypothesis(
        name="icc-ignored",
        kinds=PHOTO,
        says="ignores the photo's colour profile",
        do="turn the photo into sRGB when it is decoded",
        make=without_profile,
    ),
    Hypothesis(
        name="bgr",
        kinds=(*PICTURES, *PAINTED),
        says="has the channels as BGR where they are RGB",
        do="swap red and blue (OpenCV and iOS's BGRA8888 frames give BGR)",
        make=after(bgr),
    ),
    Hypothesis(
        name="mirrored",
        kinds=(*PICTURES, *PAINTED),
        says="mirrors the picture, as a front camera's preview does",
        do="feed the frame as it was taken; mirror only what is shown",
        make=after(_mirrored),
    ),
    *(
        Hypothesis(
            name=f"rotated-{90 * turns}",
            kinds=(*PICTURES, *PAINTED),
            says=f"has the picture turned by {90 * turns} degrees clockwise",
            do=_TURN,
            make=after(_turned(turns)),
        )
        for turns in (1, 2, 3)
    ),
    Hypothesis(
        name="upside-down",
        kinds=(*PICTURES, *PAINTED),
        says="has the rows from bottom to top",
        do="flip the rows: bitmaps and OpenGL textures begin at the bottom",
        make=after(_upside_down),
    ),
    Hypothesis(
        name="transposed",
        kinds=PICTURES,
        says="swaps x and y of the picture",
        do="index pixels as [row][column]: y first",
        make=after(_across),
    ),
    Hypothesis(
        name="uv-swapped",
        kinds=PHOTO,
        says="swaps U and V of the frame",
        do=f"take NV21 as V, U and NV12 as U, V; {_YUV}",
        make=after(_swapped),
    ),
    Hypothesis(
        name="yuv-full-read-as-limited",
        kinds=PHOTO,
        says="reads full-range YUV as if it were limited (16..235)",
        do=f"use the factors of the full range; {_YUV}",
        make=after(_stretched),
    ),
    Hypothesis(
        name="yuv-limited-read-as-full",
        kinds=PHOTO,
        says="reads limited YUV (16..235) as if it were full-range",
        do=f"use the factors of the limited range; {_YUV}",
        make=after(_squeezed),
    ),
    Hypothesis(
        name="grey",
        kinds=PICTURES,
        says="feeds grey where the model takes colours",
        do="take all three channels, not the Y plane alone",
        make=after(_grey),
    ),
    Hypothesis(
        name="linear-light",
        kinds=PICTURES,
        says="feeds linear light: sRGB's gamma was taken away",
        do="feed the sRGB values as they are (no sRGB texture, no linear colour space)",
        make=after(_linear),
    ),
    Hypothesis(
        name="gamma-twice",
        kinds=PICTURES,
        says="applies sRGB's gamma a second time",
        do="feed the sRGB values as they are (no sRGB render target)",
        make=after(_encoded),
    ),
    Hypothesis(
        name="alpha-premultiplied",
        kinds=PHOTO,
        says="has the colours multiplied by the photo's transparency",
        do=_ALPHA,
        make=_with_alpha(lambda rgb, share: rgb * share),
    ),
    Hypothesis(
        name="alpha-on-white",
        kinds=PHOTO,
        says="blends the transparent photo over white",
        do=_ALPHA,
        make=_with_alpha(lambda rgb, share: rgb * share + 255 * (1 - share)),
    ),
    Hypothesis(
        name="thumbnail",
        kinds=PHOTO,
        says="decodes the photo at another size than the file has",
        do="decode all pixels (no sampleSize, no target width), and let resize shrink them",
        make=smaller,
    ),
)
