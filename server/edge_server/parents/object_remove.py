"""ObjectCut's later address, ``/remove``: the background away, or the main object.

The project finds what stands out in a photo by a network of its own; here it is the kind of
object that takes most of the photo, of those that a detector knows.  A photo without any is cut
out as nothing.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
from flask import Response, g, jsonify, request

from edge_runtime.portrait import before_named
from edge_runtime.spec import Record
from edge_server.api import wire
from edge_server.api.bodies import Body, read_body
from edge_server.api.parameters import read_parameters
from edge_server.parents.asking import Question
from edge_server.problems import MissingImage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_runtime.images import Photo
    from edge_runtime.results import DetectedObject, Objects
    from edge_server.engine.interface import Deadline
    from edge_server.intake.upload import Upload
    from edge_server.parents.asking import Asker

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float32]

SOURCES = ("image_base64", "image_url")
_PNG = "image/png"
_LEAST_SCORE = 0.4  # as for /v1/cut
# What others stand, sit and lie on is the main object where it is alone.
_FURNITURE = frozenset({"bed", "bench", "chair", "couch", "dining table"})


class RemoveWishes(Record, frozen=True, kw_only=True):
    """``to_remove``: what goes; ``color_removal``: what is there then.  ``output_format``:
    ``url`` gives a ``data:`` address, as nothing is kept.
    """

    output_format: Literal["url", "base64"] = "url"
    to_remove: Literal["background", "foreground"] = "background"
    color_removal: Literal["transparent", "white"] = "transparent"


@dataclass(frozen=True)
class Remover:
    """The view of the address."""

    asker: Asker

    def __call__(self) -> Response:
        """The picture in the project's shape."""
        finding, cutting = self.questions()
        with self.asker.turn(finding, cutting) as deadline:
            body = read_body(request)
            wishes = read_parameters(RemoveWishes, body.fields)
            upload = self.asker.photo(photo_of(body), "image", deadline)
            found = self.asker.ask(finding, upload, deadline).value
            alpha = self._alpha(main_label(found), upload, deadline)
            made = removed(upload.photo, alpha, wishes)
            picture = base64.b64encode(wire.encoded(made, _PNG)).decode()
        named = {"image_base64": picture}
        if wishes.output_format == "url":
            named = {"image_url": f"data:{_PNG};base64,{picture}"}
        return jsonify(error=False, correlation_id=g.request_id, response=named)

    def questions(self) -> tuple[Question, Question]:
        """What objects there are, and one cut out."""
        return self.asker.best("objects"), Question(task="cut")

    def _alpha(self, label: str, upload: Upload, deadline: Deadline) -> Floats:
        """How much of what is seen of a pixel is of those objects, float32 [H, W] in 0..1."""
        if not label:
            return np.zeros(upload.photo.rgb.shape[:2], np.float32)
        question = Question(task="cut", params={"objects": (label,), "score": _LEAST_SCORE})
        pixels: Any = self.asker.ask(question, upload, deadline).value.pixels
        photo_alpha = upload.photo.alpha
        whole = np.float32(255) if photo_alpha is None else np.maximum(photo_alpha, 1)
        share = np.asarray(pixels[..., 3], np.float32) / whole
        return cast("Floats", np.minimum(share, np.float32(1), dtype=np.float32))


def photo_of(body: Body) -> Body:
    """What of a body is the photo; ``MissingImage`` where nothing is."""
    sources = {name: body.fields[name] for name in SOURCES if name in body.fields}
    if not sources and not body.files.get("image"):
        raise MissingImage(f"there is no photo: send {' or '.join(SOURCES)}")
    return Body(fields=sources, files=body.files)


def main_label(found: Objects) -> str:
    """What the objects are called that take most of the photo, the surer the more, before the
    furniture that they are on; empty where there are none.
    """
    shares: dict[str, float] = {}
    for one in found.objects:
        if one.score >= _LEAST_SCORE:
            shares[one.label] = shares.get(one.label, 0.0) + _size(one) * one.score
    return max(shares, key=lambda name: (name not in _FURNITURE, shares[name]), default="")


def removed(photo: Photo, alpha: Floats, wishes: RemoveWishes) -> Pixels:
    """What is left of a photo of which ``alpha`` [H, W] in 0..1 is the main object: RGBA
    where what went is transparent, else RGB.  What is transparent in the photo goes too.
    """
    left = 1 - alpha if wishes.to_remove == "foreground" else alpha
    return before_named(photo, left, wishes.color_removal)


def _size(one: DetectedObject) -> float:
    x0, y0, x1, y1 = one.box_xyxy
    return max(0.0, x1 - x0) * max(0.0, y1 - y0)
