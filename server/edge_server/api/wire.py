"""Results as JSON and as pictures: one place, whatever the model.

Coordinates are pixels of the upright photo; masks are COCO's uncompressed run lengths
(``{"size": [height, width], "counts": [...]}``, column by column, zeros first), or PNG in
base64, or left out.
"""

from __future__ import annotations

import base64
from functools import singledispatch
from io import BytesIO
from typing import Any, Literal, TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from edge_runtime import results
from edge_runtime.transparency import fit_to_write
from edge_runtime.wire import result_record
from edge_server.intake.stripping import stripped
from edge_server.people.appearance import Guesses, guesses_json
from edge_server.people.results import People
from edge_server.people.telling import people_json
from edge_server.problems import ModelOutputInvalid, NotAcceptable
from edge_server.properties.facts import Properties
from edge_server.properties.record import properties_record

Pixels: TypeAlias = NDArray[np.uint8]
Masks: TypeAlias = Literal["rle", "png", "none"]
Json: TypeAlias = dict[str, Any]

MILLIMETRES = 1000
_FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    "image/png": ("PNG", {"compress_level": 4}),
    "image/webp": ("WEBP", {"quality": 90, "method": 2}),
    "image/jpeg": ("JPEG", {"quality": 92}),
}
PICTURE_TYPES = tuple(_FORMATS)
ON_WHITE = "transparency_on_white"  # a warning


def loses_transparency(pixels: NDArray[Any], media_type: str) -> bool:
    """Whether the format holds no alpha, and the pixels have one."""
    return media_type == "image/jpeg" and pixels.ndim == 3 and pixels.shape[2] == 4


def encoded(pixels: NDArray[Any], media_type: str) -> bytes:
    """Pixels, grey [H, W] (uint8 or uint16), RGB or RGBA [H, W, 3 or 4], as a file's bytes.

    RGBA as JPEG is what it looks like on white, which :data:`ON_WHITE` tells; what is wholly
    transparent has no colour in the file.  Raises ``NotAcceptable`` where the format cannot
    hold 16 bits.
    """
    kind, options = _FORMATS[media_type]
    if kind != "PNG" and pixels.dtype == np.uint16:
        raise NotAcceptable("only PNG has 16 bits: accept image/png, or ask for colours")
    content = BytesIO()
    fit = fit_to_write(pixels, opaque=kind == "JPEG")
    Image.fromarray(fit).save(content, format=kind, **options)
    return content.getvalue()


def picture_json(pixels: NDArray[Any], media_type: str) -> Json:
    """A picture inside JSON."""
    return file_json(encoded(pixels, media_type), media_type)


def file_json(content: bytes, media_type: str) -> Json:
    """A picture's file inside JSON."""
    return {"type": media_type, "base64": _text(content)}


def runs(mask: NDArray[np.bool_]) -> Json:
    """COCO's uncompressed run lengths of a mask, bool [H, W]."""
    flat = np.concatenate([[False], mask.ravel(order="F"), [not mask[-1, -1]]])
    ends = np.flatnonzero(flat[1:] != flat[:-1])
    counts = np.diff(ends, prepend=0)
    return {"size": list(mask.shape), "counts": counts.tolist()}


def mask_of_runs(record: Json) -> NDArray[np.bool_]:
    """The mask, bool [H, W], that :func:`runs` wrote."""
    height, width = record["size"]
    counts = np.array(record["counts"])
    flat = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    return flat.reshape((height, width), order="F")


def mask_json(mask: NDArray[np.bool_], masks: Masks) -> Json:
    """The fields that a mask adds: ``mask``, in the form asked for, or nothing."""
    if masks == "rle":
        return {"mask": runs(mask)}
    if masks == "png":
        return {"mask": picture_json(mask.astype(np.uint8) * np.uint8(255), "image/png")}
    return {}


@singledispatch
def value_json(value: object, masks: Masks) -> Json:
    """What stands under ``result``; the light tasks' are those of ``edge-run --json``."""
    del masks
    return result_record(value)


@value_json.register
def _(value: results.Mask, masks: Masks) -> Json:
    return result_record(value) | mask_json(value.probability >= 0.5, masks)


@value_json.register
def _(value: results.Depth, masks: Masks) -> Json:
    del masks
    finite(value.metres)
    return {
        "unit": "metre",
        "max_depth": value.max_depth,
        "nearest": _rounded(value.metres.min()),
        "median": _rounded(np.median(value.metres)),
        "farthest": _rounded(value.metres.max()),
        "size": list(value.metres.shape),
    }


@value_json.register
def _(value: results.Instances, masks: Masks) -> Json:
    found = [
        {
            "label": one.label,
            "score": round(one.score, 6),
            "box": [round(x, 3) for x in one.box_xyxy],
        }
        | mask_json(one.mask, masks)
        for one in value.instances
    ]
    return {"instances": found}


@value_json.register
def _(value: results.ClassMap, masks: Masks) -> Json:
    counts = np.bincount(value.classes.ravel(), minlength=len(value.labels))
    legend = [
        {
            "label": label,
            "colour": list(colour),
            "share": round(int(count) / value.classes.size, 6),
        }
        | (mask_json(value.classes == index, masks) if count else {})
        for index, (label, colour, count) in enumerate(
            zip(value.labels, value.palette, counts, strict=False)
        )
    ]
    return {"classes": legend, "size": list(value.classes.shape)}


@value_json.register
def _(value: People, masks: Masks) -> Json:
    del masks
    return people_json(value)


@value_json.register
def _(value: Guesses, masks: Masks) -> Json:
    del masks
    return guesses_json(value)


@value_json.register
def _(value: results.CutOut, masks: Masks) -> Json:
    found = {"found": list(value.found), "method": value.method}
    return found | mask_json(value.mask, masks)


@value_json.register
def _(value: Properties, masks: Masks) -> Json:
    del masks
    return properties_record(value)


@singledispatch
def value_file(value: object, media_type: str) -> bytes | None:
    """A file that the value has ready in that type, not one byte encoded anew; or none."""
    del value, media_type
    return None


@value_file.register
def _(value: Properties, media_type: str) -> bytes | None:
    upload = value.upload
    if upload is None or media_type != f"image/{upload.format}":
        return None
    return stripped(upload.encoded, upload.format, upload.exif.orientation)


@value_json.register
def _(value: results.Text, masks: Masks) -> Json:
    del masks
    lines = [
        {
            "text": line.text,
            "confidence": round(line.confidence, 6),
            "polygon": [[round(x, 3), round(y, 3)] for x, y in line.polygon],
            "angle": round(line.angle, 3),
        }
        for line in value.lines
    ]
    text = "\n".join(line.text for line in value.lines)
    return {"text": text, "turn": value.turn, "lines": lines}


@value_json.register
def _(value: results.Caption, masks: Masks) -> Json:
    del masks
    return {"caption": value.text}


@singledispatch
def value_pixels(value: object, rgb: Pixels) -> NDArray[Any] | None:
    """The value as a picture; None for one that has to be drawn on the photo."""
    del value, rgb
    return None


@value_pixels.register
def _(value: results.Picture, rgb: Pixels) -> NDArray[Any]:
    del rgb
    return value.pixels


@value_pixels.register
def _(value: results.CutOut, rgb: Pixels) -> NDArray[Any]:
    del rgb
    return value.pixels


@value_pixels.register
def _(value: results.Mask, rgb: Pixels) -> NDArray[Any]:
    del rgb
    return (value.probability * 255 + 0.5).astype(np.uint8)


@value_pixels.register
def _(value: results.Depth, rgb: Pixels) -> NDArray[Any]:
    del rgb
    finite(value.metres)
    return np.clip(value.metres * MILLIMETRES + 0.5, 0, 65535).astype(np.uint16)


@value_pixels.register
def _(value: results.ClassMap, rgb: Pixels) -> NDArray[Any]:
    palette = np.array(value.palette, np.uint8)
    return (palette[value.classes] * 0.6 + rgb * 0.4 + 0.5).astype(np.uint8)


@value_pixels.register
def _(value: results.Instances, rgb: Pixels) -> NDArray[Any]:
    from edge_runtime.drawing import draw_objects

    canvas = rgb.copy()
    colours = _colours(len(value.instances))
    for one, colour in zip(value.instances, colours, strict=True):
        canvas[one.mask] = (canvas[one.mask] * 0.5 + colour * 0.5).astype(np.uint8)
    found = tuple(
        results.DetectedObject(label=one.label, score=one.score, box_xyxy=one.box_xyxy)
        for one in value.instances
    )
    return draw_objects(canvas, results.Objects(objects=found))


def depth_colours(value: results.Depth) -> Pixels:
    """Near is bright, far is dark: RGB [H, W, 3], stretched over what the photo has."""
    near, far = np.percentile(value.metres, (1, 99))
    share = np.clip((value.metres - near) / max(far - near, 1e-6), 0, 1)
    grey = (255 - 255 * share).astype(np.uint8)
    coloured = cv2.applyColorMap(grey, cv2.COLORMAP_MAGMA)
    return cast("Pixels", cv2.cvtColor(coloured, cv2.COLOR_BGR2RGB))


def npy(values: NDArray[np.float32]) -> bytes:
    """The bytes of a ``.npy`` file."""
    content = BytesIO()
    np.save(content, values, allow_pickle=False)
    return content.getvalue()


def finite(values: NDArray[Any]) -> None:
    """Raise ``ModelOutputInvalid`` where a number is none."""
    if not np.isfinite(values).all():
        raise ModelOutputInvalid("the model gave numbers that are not finite: report this")


def _colours(count: int) -> NDArray[np.uint8]:
    hues = (np.arange(max(count, 1)) * 47 % 180).astype(np.uint8)
    hsv = np.stack([hues, np.full_like(hues, 200), np.full_like(hues, 255)], axis=-1)
    return cast("Pixels", cv2.cvtColor(hsv[None], cv2.COLOR_HSV2RGB)[0][:count])


def _rounded(metres: Any) -> float:
    return round(float(metres), 3)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
