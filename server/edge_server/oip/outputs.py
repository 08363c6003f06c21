"""Results as tensors: numbers exactly as they were computed, nothing rounded."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from edge_runtime import results
from edge_runtime.transparency import fit_to_write
from edge_server.api.wire import value_json
from edge_server.oip.tensors import Tensor, tensor
from edge_server.problems import OutputTooLarge

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

# Masks of instances are one byte a pixel, each as large as the photo.
MAX_MASK_BYTES = 2**28
POINTS = 6
LANDMARKS = 468


@dataclass(frozen=True, kw_only=True)
class Output:
    """A tensor that a kind of result gives; ``shape`` has -1 where it depends on the photo.

    ``read``: a result to the array, or to the texts.
    """

    name: str
    datatype: str
    shape: tuple[int, ...]
    read: Callable[[Any], NDArray[Any] | Sequence[str]]

    def of(self, value: object) -> Tensor:
        """The tensor of a result; raises ``OutputTooLarge``."""
        return tensor(self.name, self.read(value))


def outputs_of_result(kind: type, task: str) -> tuple[Output, ...]:
    """What a kind of result gives; faces have more where the task says more of them.

    What is no tensor (what a photo is like, who is in it) is one text of JSON.
    """
    return (*_OUTPUTS.get(kind, (_JSON,)), *_MORE.get(task, ()))


def _array(name: str, datatype: str, shape: tuple[int, ...]) -> Output:
    """A field of the result that is the array already."""
    return Output(name=name, datatype=datatype, shape=shape, read=attrgetter(name))


_PIXELS = Output(
    name="pixels",
    datatype="UINT8",
    shape=(-1, -1, -1),
    read=lambda value: fit_to_write(value.pixels),  # as the picture of /v1 has them
)


def _texts(name: str, read: Callable[[Any], Sequence[str]]) -> Output:
    return Output(name=name, datatype="BYTES", shape=(-1,), read=read)


def _floats(name: str, shape: tuple[int, ...], read: Callable[[Any], list[Any]]) -> Output:
    """Of a list: nothing found is a tensor of that shape without elements."""

    def array(value: object) -> NDArray[np.float32]:
        return np.array(read(value), np.float32).reshape(shape)

    return Output(name=name, datatype="FP32", shape=shape, read=array)


def _found(field: str) -> tuple[Output, Output]:
    things = attrgetter(field)
    return (
        _floats("boxes_xyxy", (-1, 4), lambda value: [one.box_xyxy for one in things(value)]),
        _floats("scores", (-1,), lambda value: [one.score for one in things(value)]),
    )


def _labels(field: str) -> Output:
    things = attrgetter(field)
    return _texts("labels", lambda value: [one.label for one in things(value)])


def _masks(value: results.Instances) -> NDArray[np.bool_]:
    shape = (len(value.instances), *value.size_hw)
    size = shape[0] * shape[1] * shape[2]
    if size > MAX_MASK_BYTES:
        raise OutputTooLarge(
            f"the masks have more than {MAX_MASK_BYTES} bytes: send a smaller photo, or ask "
            "for the other outputs",
            limit=MAX_MASK_BYTES,
            actual=size,
        )
    masks = np.empty(shape, bool)
    for index, one in enumerate(value.instances):
        masks[index] = one.mask
    return masks


def _points(value: results.Faces) -> NDArray[np.float32]:
    """As many for each face as the model finds: 6, or 5."""
    rows = [list(face.points.values()) for face in value.faces]
    return np.array(rows, np.float32).reshape(len(rows), len(rows[0]) if rows else POINTS, 2)


def _expressions(value: results.Faces) -> NDArray[np.float32]:
    rows = [list((face.expressions or {}).values()) for face in value.faces]
    return np.array(rows, np.float32).reshape(len(rows), len(rows[0]) if rows else 0)


def _expression_names(value: results.Faces) -> list[str]:
    return list(value.faces[0].expressions or {}) if value.faces else []


_JSON = _texts("json", lambda value: [msgspec.json.encode(value_json(value, "rle")).decode()])
_OUTPUTS: dict[type, tuple[Output, ...]] = {
    results.Mask: (_array("probability", "FP32", (-1, -1)),),
    results.Picture: (_PIXELS,),
    results.Faces: (
        *_found("faces"),
        Output(name="points", datatype="FP32", shape=(-1, -1, 2), read=_points),
    ),
    results.Labels: (_labels("labels"), _found("labels")[1]),
    results.Objects: (*_found("objects"), _labels("objects")),
    results.Text: (
        _texts("texts", lambda value: [line.text for line in value.lines]),
        _floats(
            "polygons",
            (-1, 4, 2),
            lambda value: [line.polygon for line in value.lines],
        ),
        _floats("confidences", (-1,), lambda value: [one.confidence for one in value.lines]),
        _floats("angles", (-1,), lambda value: [one.angle for one in value.lines]),
        _floats("turn", (1,), lambda value: [value.turn]),
    ),
    results.Caption: (_texts("caption", lambda value: [value.text]),),
    results.Depth: (
        _array("metres", "FP32", (-1, -1)),
        _floats("max_depth", (1,), lambda value: [value.max_depth]),
    ),
    results.Instances: (
        *_found("instances"),
        _labels("instances"),
        Output(name="masks", datatype="BOOL", shape=(-1, -1, -1), read=_masks),
    ),
    results.ClassMap: (
        _array("classes", "UINT8", (-1, -1)),
        _texts("labels", attrgetter("labels")),
        Output(
            name="palette",
            datatype="UINT8",
            shape=(-1, 3),
            read=lambda value: np.array(value.palette, np.uint8).reshape(-1, 3),
        ),
    ),
    results.CutOut: (
        _PIXELS,
        _array("mask", "BOOL", (-1, -1)),
        _texts("found", attrgetter("found")),
        _texts("method", lambda value: [value.method]),
    ),
}
_MORE: dict[str, tuple[Output, ...]] = {
    "landmarks": (
        _floats(
            "landmarks",
            (-1, LANDMARKS, 3),
            lambda value: [face.landmarks for face in value.faces],
        ),
    ),
    "smile": (
        _floats("smile", (-1,), lambda value: [face.smile for face in value.faces]),
        Output(name="expressions", datatype="FP32", shape=(-1, -1), read=_expressions),
        _texts("expression_names", _expression_names),
    ),
}
