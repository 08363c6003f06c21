"""An answer in the form that the caller accepts: JSON, a picture, numbers, or both."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from flask import Response

from edge_runtime.results import CutOut, Depth, Picture
from edge_runtime.spec import Record
from edge_server.api import wire
from edge_server.api.parameters import names_of
from edge_server.problems import NotAcceptable
from edge_server.tasks.task import Choice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from werkzeug.datastructures import MIMEAccept

    from edge_server.engine.interface import Answer
    from edge_server.intake.upload import Upload
    from edge_server.tasks.task import Task

JSON = "application/json"
NPY = "application/x-npy"


class ReplyParams(Record, frozen=True, kw_only=True):
    """How the answer is wanted, whatever the task.

    ``picture`` puts a picture into the JSON; ``masks`` says how masks are written there;
    ``depth`` whether a depth picture has millimetres in 16 bits or colours to look at.
    """

    picture: Literal["none", "png", "webp", "jpeg"] = "none"
    masks: wire.Masks = "rle"
    depth: Literal["millimetres", "colours"] = "millimetres"


def parameter_records(task: Task) -> dict[type[Record], tuple[str, ...]]:
    """What may be said to a task: records, and those of their fields that mean something."""
    heavy = task.heavy or task.heavier
    choice = ("model", "checkpoint") if heavy else ("model",)
    reply = ("picture", "masks", "depth") if task.result is Depth else ("picture", "masks")
    return {task.params: names_of(task.params), Choice: choice, ReplyParams: reply}


@dataclass(frozen=True, kw_only=True)
class Served:
    """What was asked and what came of it, before it is written down."""

    task: Task
    upload: Upload
    answer: Answer
    wanted: ReplyParams
    began: float

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """The photo that was asked about."""
        rgb: NDArray[np.uint8] = self.upload.photo.rgb
        return rgb

    def pixels(self) -> NDArray[Any]:
        """The answer as a picture."""
        value = self.answer.value
        if isinstance(value, Depth) and self.wanted.depth == "colours":
            return wire.depth_colours(value)
        pixels = wire.value_pixels(value, self.rgb)
        if pixels is None and self.task.draw is not None:
            pixels = self.task.draw(self.rgb, value)
        if pixels is None:
            raise NotAcceptable("this answer has no picture: accept application/json")
        return pixels

    def is_on_white(self, media_type: str) -> bool:
        """Whether the answer is transparent, and a picture of that type cannot be."""
        value = self.answer.value
        made = isinstance(value, CutOut | Picture)
        return made and wire.loses_transparency(value.pixels, media_type)

    def warnings(self, media_type: str) -> list[str]:
        """About the photo, and about a picture of that type; "" for no picture."""
        told = [wire.ON_WHITE] if self.is_on_white(media_type) else []
        return [*self.upload.warnings, *told]

    def picture(self, media_type: str) -> bytes:
        """The answer as a picture's file."""
        ready = wire.value_file(self.answer.value, media_type)
        return wire.encoded(self.pixels(), media_type) if ready is None else ready

    def ms(self) -> dict[str, float]:
        """Milliseconds by stage: waiting, computing, and all since the request came."""
        times = self.answer.times
        total = 1000 * (perf_counter() - self.began)
        stages = {"queued": times.queued, "run": times.run, "total": total}
        return {name: round(spent, 3) for name, spent in stages.items()}

    def record(self) -> wire.Json:
        """The answer as JSON."""
        upload, answer = self.upload, self.answer
        record: wire.Json = {
            "task": self.task.name,
            "model": answer.model,
            "variant": answer.variant,
            "sha256": answer.sha256,
            "device": answer.device,
            "image": {
                "sha256": upload.sha256,
                "size": list(upload.size_wh),
                "format": upload.format,
                "warnings": self.warnings(self.inside()),
            },
            "result": wire.value_json(answer.value, self.wanted.masks),
        }
        if media_type := self.inside():
            record["picture"] = wire.file_json(self.picture(media_type), media_type)
        return record | {"ms": self.ms()}

    def inside(self) -> str:
        """The media type of the picture inside the JSON; "" where none is wanted."""
        return "" if self.wanted.picture == "none" else f"image/{self.wanted.picture}"


def offered(task: Task) -> tuple[str, ...]:
    """The media types of a task's answers; the first is given where all are accepted."""
    pictures = wire.PICTURE_TYPES
    numbers = (NPY,) if task.result is Depth else ()
    drawn = task.draw is not None
    return (JSON, *pictures) if drawn else (*pictures, JSON, *numbers)


def chosen(accept: MIMEAccept, task: Task) -> tuple[str, ...]:
    """The media types to answer with, the best first; raises ``NotAcceptable`` naming those
    there are."""
    types = list(offered(task))
    if not accept:
        return (types[0],)
    order: list[str] = []
    while best := accept.best_match(types):
        order.append(best)
        types.remove(best)
    if not order:
        raise NotAcceptable(f"{task.name} answers as {', '.join(types)}: accept one of them")
    return tuple(order)


def reply(served: Served, media_types: Sequence[str]) -> Response:
    """The HTTP answer in the first of the types that can hold it; its headers say what a
    picture cannot.  What is transparent is on white where it is wanted as JPEG, and as no
    other picture.  Raises ``NotAcceptable``, of the first, where none can."""
    best, *others = _holding(served, media_types)
    try:
        return _reply(served, best)
    except NotAcceptable:
        for other in others:
            with suppress(NotAcceptable):
                return _reply(served, other)
        raise


def _holding(served: Served, media_types: Sequence[str]) -> Sequence[str]:
    """The same types, pictures that lose what is transparent behind those that keep it."""
    pictures = [one for one in media_types if one in wire.PICTURE_TYPES]
    ordered = iter(sorted(pictures, key=served.is_on_white))
    return [next(ordered) if one in pictures else one for one in media_types]


def _reply(served: Served, media_type: str) -> Response:
    if media_type == JSON:
        body = msgspec.json.encode(served.record())
    elif media_type == NPY:
        wire.finite(served.answer.value.metres)
        body = wire.npy(served.answer.value.metres)
    else:
        body = served.picture(media_type)
    response = Response(body, mimetype=media_type)
    response.headers.update(_headers(served, media_type))
    return response


def _headers(served: Served, media_type: str) -> Mapping[str, str]:
    answer = served.answer
    headers = {
        "X-Model": f"{answer.model}; variant={answer.variant}; sha256={answer.sha256}",
        "Server-Timing": ", ".join(f"{name};dur={ms}" for name, ms in served.ms().items()),
        "Vary": "Accept",
    }
    if isinstance(answer.value, Depth):
        unit = "colours" if served.wanted.depth == "colours" else "millimetre"
        headers["X-Depth"] = f"unit={unit}; max={answer.value.max_depth:g} m; npy unit=metre"
    shown = served.inside() if media_type == JSON else media_type
    if warnings := served.warnings(shown):
        headers["X-Warnings"] = ", ".join(warnings)
    return headers
