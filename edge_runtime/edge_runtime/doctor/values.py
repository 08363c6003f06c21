"""An app's arrays as the values that a program's steps take, and results as arrays."""

from __future__ import annotations

from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_runtime.postprocess.candidates import Candidates
from edge_runtime.results import Face, Faces

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from edge_runtime.tracing import Arrays

    Shapes = Mapping[str, tuple[int, ...]]

COORDINATES = {"box", "points", "landmarks"}
"""Keys of a result below which numbers are pixels of the photo."""


def pixels_of(arrays: Arrays) -> NDArray[np.uint8] | None:
    """Pixels uint8 [h, w, 3]; none where the array is no such picture."""
    values = arrays.get("values")
    if values is None or values.ndim != 3 or values.shape[2] != 3 or not values.size:
        return None
    inside = np.isfinite(values).all() and values.min() >= 0 and values.max() <= 255
    return values.astype(np.uint8) if inside and (values == np.rint(values)).all() else None


def tensors_of(arrays: Arrays, shapes: Shapes) -> dict[str, NDArray[np.float32]] | None:
    """Tensors of those shapes: a runtime takes the bytes as they lie, whatever shape the app
    gives them; none where one is missing or of another size."""
    if any(name not in arrays or arrays[name].size != prod(shapes[name]) for name in shapes):
        return None
    return {
        name: arrays[name].astype(np.float32).reshape(shape) for name, shape in shapes.items()
    }


def candidates_of(arrays: Arrays) -> Candidates | None:
    """Candidates; none where the arrays do not belong together."""
    rows, scores = arrays.get("rows"), arrays.get("scores")
    if rows is None or scores is None or len(rows) != scores.size:
        return None
    classes = arrays.get("classes", np.zeros(scores.size))
    if classes.size != scores.size or (rows.size and rows.ndim != 2):
        return None
    if not all(np.isfinite(array).all() for array in (rows, scores, classes)):
        return None
    return Candidates(
        rows=rows.tolist(),
        scores=scores.ravel().tolist(),
        classes=classes.ravel().astype(int).tolist(),
    )


def faces_of(arrays: Arrays, names: tuple[str, ...]) -> Faces | None:
    """Faces with points of those names; none where the arrays do not belong together."""
    boxes, scores = arrays.get("boxes"), arrays.get("scores")
    points = arrays.get("points")
    if boxes is None or points is None or scores is None:
        return None
    count = scores.size
    if boxes.size != 4 * count or points.size != 2 * count * len(names):
        return None
    if not all(np.isfinite(array).all() for array in (boxes, points, scores)):
        return None
    corners = boxes.reshape(count, 4).tolist()
    places = points.reshape(count, 2 * len(names)).tolist()
    return Faces(
        faces=tuple(
            Face(
                box_xyxy=(box[0], box[1], box[2], box[3]),
                score=score,
                points=dict(zip(names, list(pairwise(at))[::2], strict=True)),
            )
            for box, at, score in zip(corners, places, scores.ravel().tolist(), strict=True)
        )
    )


def result_arrays(record: Any) -> dict[str, NDArray[Any]]:
    """A result's JSON as arrays: its ``names`` (keys and labels), ``pixels``, ``scores``."""
    found: dict[str, list[Any]] = {"names": [], "pixels": [], "scores": []}
    for kind, value in _leaves(record, "scores"):
        found[kind].append(value)
    return {
        "names": np.array(found["names"], dtype=np.str_),
        "pixels": np.array(found["pixels"], dtype=np.float64),
        "scores": np.array(found["scores"], dtype=np.float64),
    }


def _leaves(value: Any, kind: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key in sorted(value):
            yield "names", key
            yield from _leaves(value[key], "pixels" if key in COORDINATES else kind)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, kind)
    elif isinstance(value, (int, float)):
        yield kind, float(value)
    else:
        yield "names", str(value)
