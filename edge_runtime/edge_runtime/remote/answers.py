"""The server's JSON to the values of :mod:`edge_runtime.results`, in the photo's pixels.

The photo that was sent may have been smaller: coordinates are scaled, masks and pictures
enlarged to the size of the photo that was asked about.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeVar, cast

import cv2
import msgspec
import numpy as np
from PIL import Image

from edge_runtime import results
from edge_runtime.remote import answer_records as records
from edge_runtime.remote.refusals import Refusal
from edge_runtime.typed_reading import from_json

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Size = tuple[int, int]

RecordT = TypeVar("RecordT", bound=msgspec.Struct)

_METRES = np.float32(0.001)


def not_an_answer(what: str) -> Refusal:
    """An answer that is none: it may be asked for again at once."""
    return Refusal(f"the server's answer cannot be used: {what}", "not-an-answer", 0.0)


@dataclass(frozen=True)
class Reading:
    """An answer to be read, and the width and height of the photo that it is about."""

    answer: records.AnswerRecord
    photo_wh: Size

    def result(self, kind: type[RecordT]) -> RecordT:
        """What stands under ``result``; raises ``Refusal`` where it is not of that kind."""
        try:
            return from_json(self.answer.result, kind)
        except msgspec.MsgspecError as error:
            raise not_an_answer(str(error)) from None

    def picture(self) -> NDArray[np.generic]:
        """The picture, of the size that the server worked at or a multiple of it."""
        if self.answer.picture is None:
            raise not_an_answer("it has no picture")
        try:
            content = base64.b64decode(self.answer.picture.base64, validate=True)
            with Image.open(BytesIO(content), formats=["PNG"]) as image:
                return np.asarray(image)
        except (OSError, ValueError, SyntaxError, binascii.Error) as error:
            raise not_an_answer(f"its picture is damaged ({error})") from None

    def coloured(self) -> Pixels:
        """The picture as uint8, RGB or RGBA."""
        pixels = self.picture()
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] not in {3, 4}:
            raise not_an_answer("its picture is neither RGB nor RGBA")
        return cast("Pixels", pixels)

    def box(self, box_xyxy: records.Box) -> records.Box:
        """A box in pixels of the photo."""
        across, down = self.scale
        x0, y0, x1, y1 = box_xyxy
        return (x0 * across, y0 * down, x1 * across, y1 * down)

    @property
    def scale(self) -> tuple[float, float]:
        """Pixels of the photo for one of the server's, across and down."""
        (width, height), (wide, high) = self.photo_wh, self.answer.image.size
        return width / wide, height / high

    def mask(self, runs: records.RunsRecord) -> NDArray[np.bool_]:
        """A mask, bool [height, width] of the photo."""
        mask = unpacked(runs)
        if mask.shape[::-1] != self.answer.image.size:
            raise not_an_answer("a mask is not of the photo's size")
        if self.photo_wh == self.answer.image.size:
            return mask
        soft = cv2.resize(mask.astype(np.float32), self.photo_wh)
        return soft >= 0.5

    def enlarged(self, values: NDArray[Any], how: int = cv2.INTER_LINEAR) -> NDArray[Any]:
        """Values [height, width] or [height, width, channels] at the photo's size."""
        if values.shape[1::-1] == self.photo_wh:
            return values
        return cv2.resize(values, self.photo_wh, interpolation=how)


def unpacked(runs: records.RunsRecord) -> NDArray[np.bool_]:
    """A mask, bool [height, width], of its run lengths; raises ``Refusal``."""
    height, width = runs.size
    counts = np.array(runs.counts, np.int64)
    if min(runs.size) < 1 or counts.min(initial=0) < 0 or counts.sum() != height * width:
        raise not_an_answer("a mask's run lengths do not fill it")
    flat = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    return np.ascontiguousarray(flat.reshape(width, height).T)


def read_mask(reading: Reading) -> results.Mask:
    """A person's probability at every pixel."""
    grey = reading.picture()
    if grey.dtype != np.uint8 or grey.ndim != 2:
        raise not_an_answer("its mask is not 8 bits of grey")
    probability = grey.astype(np.float32) * np.float32(1 / 255)
    return results.Mask(probability=cast("NDArray[np.float32]", reading.enlarged(probability)))


def read_faces(reading: Reading) -> results.Faces:
    """Faces, with whatever the task found in them."""
    found = reading.result(records.FacesRecord)
    return results.Faces(faces=tuple(_face(reading, face) for face in found.faces))


def _face(reading: Reading, face: records.FaceRecord) -> results.Face:
    across, down = reading.scale
    landmarks = None
    if face.landmarks is not None:  # depth is in the scale of x
        landmarks = np.array(face.landmarks, np.float32) * np.array(
            [across, down, across], np.float32
        )
    return results.Face(
        box_xyxy=reading.box(face.box),
        score=face.score,
        points={name: (x * across, y * down) for name, (x, y) in face.points.items()},
        landmarks=landmarks,
        smile=face.smile,
        expressions=face.expressions,
    )


def read_labels(reading: Reading) -> results.Labels:
    """The best labels."""
    found = reading.result(records.LabelsRecord).labels
    return results.Labels(
        labels=tuple(results.Label(label=one.label, score=one.score) for one in found)
    )


def read_objects(reading: Reading) -> results.Objects:
    """Objects and their boxes."""
    found = reading.result(records.ObjectsRecord).objects
    return results.Objects(
        objects=tuple(
            results.DetectedObject(
                label=one.label, score=one.score, box_xyxy=reading.box(one.box)
            )
            for one in found
        )
    )


def read_picture(reading: Reading) -> results.Picture:
    """A picture at the size that the server made it in."""
    return results.Picture(pixels=reading.coloured())


def read_painted(reading: Reading) -> results.Picture:
    """A picture at the size of the photo."""
    pixels = reading.enlarged(reading.coloured(), cv2.INTER_CUBIC)
    return results.Picture(pixels=cast("Pixels", pixels))


def read_depth(reading: Reading) -> results.Depth:
    """Metres, of a picture with millimetres in 16 bits."""
    millimetres = reading.picture()
    if millimetres.ndim != 2 or millimetres.dtype.name not in {"uint16", "int32"}:
        raise not_an_answer("its depth is not 16 bits of grey")
    metres = millimetres.astype(np.float32) * _METRES
    return results.Depth(
        metres=cast("NDArray[np.float32]", reading.enlarged(metres)),
        max_depth=reading.result(records.DepthRecord).max_depth,
    )


def read_instances(reading: Reading) -> results.Instances:
    """Objects and their pixels."""
    width, height = reading.photo_wh
    found = reading.result(records.InstancesRecord).instances
    return results.Instances(
        instances=tuple(
            results.Instance(
                label=one.label,
                score=one.score,
                box_xyxy=reading.box(one.box),
                mask=reading.mask(one.mask),
            )
            for one in found
        ),
        size_hw=(height, width),
    )


def read_classes(reading: Reading) -> results.ClassMap:
    """The class of every pixel, of a mask for each class."""
    found = reading.result(records.ClassesRecord).classes
    wide, high = reading.answer.image.size
    classes, filled = np.zeros((high, wide), np.uint8), np.zeros((high, wide), np.bool_)
    for index, one in enumerate(found):
        if one.mask is not None:
            mask = unpacked(one.mask)
            if mask.shape != classes.shape:
                raise not_an_answer("a mask is not of the photo's size")
            classes[mask] = index
            filled |= mask
    if not filled.all() or len(found) > 256:
        raise not_an_answer("some pixels are of no class")
    return results.ClassMap(
        classes=cast("Pixels", reading.enlarged(classes, cv2.INTER_NEAREST)),
        labels=tuple(one.label for one in found),
        palette=tuple(one.colour for one in found),
    )


def read_cut(reading: Reading) -> results.CutOut:
    """What was cut out."""
    found = reading.result(records.CutRecord)
    return results.CutOut(
        pixels=cast("Pixels", reading.enlarged(reading.coloured())),
        mask=reading.mask(found.mask),
        found=found.found,
        method=found.method,
    )
