"""ObjectCut (github.com/AlbertSuarez/object-cut): objects by their names, cut out.

``POST /cut`` with ``image_url`` or ``image_base64`` (also the URL-safe alphabet), ``objects``,
``return_white_bg``, ``return_bounding_box`` and ``return_text``, in JSON or a form; the answer
and its errors are in that project's shape:
``{"error": false, "response": {"image_base64": ...}}``.  ``/remove`` is in
:mod:`~edge_server.parents.object_remove`.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from edge_runtime.spec import Record
from edge_server.api import wire
from edge_server.api.bodies import read_body
from edge_server.api.parameters import read_parameters
from edge_server.cutting import CutParams
from edge_server.parents.asking import Question, pixels_of
from edge_server.parents.object_remove import Remover, photo_of
from edge_server.problems import Fault, InvalidParameter

if TYPE_CHECKING:
    from edge_server.parents.asking import Asker

_LISTED = "objects[]"  # as jQuery writes a list into a form


class CutWishes(Record, frozen=True, kw_only=True):
    """``return_white_bg``: white behind the objects, not transparent.
    ``return_bounding_box``: a box is painted around each in the picture that comes back, and
    with ``return_text`` what it is; the answer has no member for either, as the project's has
    none.
    """

    return_white_bg: bool = False
    return_bounding_box: bool = False
    return_text: bool = False


def object_cut(asker: Asker) -> Blueprint:
    """The project's first address, and its later one."""
    blueprint = Blueprint("object_cut", __name__)
    view = _View(asker)
    for name, post in (("cut", view), ("remove", Remover(asker))):
        blueprint.add_url_rule(f"/{name}", name, post, methods=["POST"], strict_slashes=False)
    return blueprint


@dataclass(frozen=True)
class _View:
    asker: Asker

    def __call__(self) -> Response:
        """The objects, as PNG in base64 of the ordinary alphabet, as data: URIs want it."""
        with self.asker.turn(Question(task="cut")) as deadline:
            body = read_body(request)
            question = _question(body.fields)
            upload = self.asker.photo(photo_of(body), "image", deadline)
            answer = self.asker.ask(question, upload, deadline)
            content = wire.encoded(pixels_of(answer, upload), "image/png")
        picture = base64.b64encode(content).decode()
        return jsonify(error=False, response={"image_base64": picture})


def _question(fields: dict[str, Any]) -> Question:
    wishes = read_parameters(CutWishes, fields)
    names = fields.get("objects", fields.get(_LISTED))
    if not names:
        fault = Fault("/objects", "at least one name")
        raise InvalidParameter("name what to cut out: send objects", faults=(fault,))
    listed = [names] if isinstance(names, str) else names
    params = {
        "objects": read_parameters(CutParams, {"objects": listed}).objects,
        "background": "white" if wishes.return_white_bg else "transparent",
        "boxes": wishes.return_bounding_box,
        "names": wishes.return_text,
    }
    return Question(task="cut", params=params)
