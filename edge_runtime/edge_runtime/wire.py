"""Results as the JSON that ``--json`` prints: apps and tests rely on these names.

Coordinates are rounded to a thousandth of a pixel, probabilities to a millionth, times
to a microsecond.  By what the last step of a program gives:

* mask: ``{"person"}``, the mean of the probability over the photo.
* faces: ``{"faces": [{"box": [x0, y0, x1, y1], "score", "points": {name: [x, y]}}]}``.
* landmarks: the faces that are left, each with ``"landmarks": [[x, y, z], ...]``.
* expressions: the faces, each with ``"smile"`` and ``"expressions": {label: probability}``.
* labels: ``{"labels": [{"label", "score"}]}``.
* objects: ``{"objects": [{"label", "score", "box": [x0, y0, x1, y1]}]}``.
* picture: ``{"channels": "RGB"}``, the pixels being the result.

Where a server is named, the fields of :mod:`edge_runtime.outcomes` stand beside the result, by
their names there: ``"outcome"`` (``ok``, ``degraded`` or ``unavailable``), ``"provenance"`` and
``"why"``; instead of a result ``"why"``, ``"retry_after"`` and ``"code"`` of what is not there.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from functools import singledispatch
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from edge_runtime.outcomes import Routed
from edge_runtime.results import Faces, Labels, Mask, Objects, Picture
from edge_runtime.terminal import readable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from edge_runtime.outcomes import Outcome, Unavailable
    from edge_runtime.results import Face, Prediction

Json: TypeAlias = dict[str, Any]


def photo_json(
    task: str,
    image: str,
    size_wh: tuple[int, int],
    prediction: Prediction[Any],
    output: Path | None = None,
) -> str:
    """One photo's line: task, model, variant, image, size, ms, result, and of what a router
    answered the outcome.

    ``output`` is the picture that was written, if one was; it stands in the result of the
    tasks whose result is that picture.
    """
    result = result_record(prediction.value)
    if output is not None and isinstance(prediction.value, Mask | Picture):
        result["output"] = readable(output)
    record = {
        "task": task,
        "model": prediction.model,
        "variant": prediction.variant,
        "image": image,
        "size": list(size_wh),
        "ms": {stage: round(ms, 3) for stage, ms in asdict(prediction.ms).items()},
        "result": result,
    }
    if isinstance(prediction, Routed):
        record |= outcome_record(prediction.outcome)
    return msgspec.json.encode(record).decode()


def outage_json(task: str, image: str, size_wh: tuple[int, int], outage: Unavailable) -> str:
    """The line of a photo that nobody answered: task, image, size, and why."""
    record = {"task": task, "image": image, "size": list(size_wh)}
    return msgspec.json.encode(record | outcome_record(outage)).decode()


def outcome_record(outcome: Outcome[Any]) -> Json:
    """What an outcome says beside its value, by the names of :mod:`edge_runtime.outcomes`."""
    said = {one.name: getattr(outcome, one.name) for one in fields(outcome)}
    said.pop("value", None)
    return {"outcome": type(outcome).__name__.lower(), **said}


@singledispatch
def result_record(value: object) -> Json:
    """What stands under ``result`` for a value of :mod:`edge_runtime.results`."""
    raise TypeError(f"no JSON for {type(value).__name__}")


@result_record.register
def _(value: Faces) -> Json:
    return {"faces": [_face(face) for face in value.faces]}


@result_record.register
def _(value: Labels) -> Json:
    return {"labels": [{"label": x.label, "score": _share(x.score)} for x in value.labels]}


@result_record.register
def _(value: Objects) -> Json:
    return {
        "objects": [
            {"label": x.label, "score": _share(x.score), "box": _pixels(x.box_xyxy)}
            for x in value.objects
        ]
    }


@result_record.register
def _(value: Mask) -> Json:
    return {"person": _share(value.probability.mean(dtype=float))}


@result_record.register
def _(value: Picture) -> Json:
    return {"channels": "RGBA" if value.pixels.shape[2] == 4 else "RGB"}


def _face(face: Face) -> Json:
    record: Json = {
        "box": _pixels(face.box_xyxy),
        "score": _share(face.score),
        "points": {name: _pixels(xy) for name, xy in face.points.items()},
    }
    if face.landmarks is not None:
        record["landmarks"] = [_pixels(xyz) for xyz in face.landmarks.tolist()]
    if face.smile is not None:
        record["smile"] = _share(face.smile)
    if face.expressions is not None:
        record["expressions"] = {k: _share(p) for k, p in face.expressions.items()}
    return record


def _pixels(values: Iterable[float]) -> list[float]:
    return [round(value, 3) for value in values]


def _share(probability: float) -> float:
    return round(float(probability), 6)
