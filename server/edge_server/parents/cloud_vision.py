"""Cloud Vision API (github.com/sebderhy/visionapi): a photo in, a picture back.

``POST /img2img/<model>/`` takes the photo as ``file``; ``/urlimg2img/<model>/`` its address as
``url``, in the address, a form or JSON.  ``binseg-3`` gives the mask that the project's own
notebook swaps backgrounds with; with ``background`` (words, a colour, or a file) the server
swaps.  The project's later notebook posts either of both to ``/<kind>/<model>/``, such as
``/depth/depth-bts/``; ``/objdet/<model>/`` gives lists of objects.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from edge_server.api.bodies import Body, read_body
from edge_server.api.parameters import read_parameters
from edge_server.parents.asking import Question, accepted_picture, picture_response, pixels_of
from edge_server.parents.cloud_vision_objects import class_ids, lists_of
from edge_server.problems import MissingImage, ModelNotFound
from edge_server.tasks.light import BackgroundParams

if TYPE_CHECKING:
    from edge_server.engine.interface import Deadline
    from edge_server.intake.upload import Upload
    from edge_server.parents.asking import Asker

FILE, ADDRESS, BACKGROUND = "file", "url", "background"
# The three styles of ours: their own were never published.
_TWICE = Question(task="super-resolution", params={"scale": 2})
MODELS = {
    "superres-1b": _TWICE,  # the app's
    "superres-2b": _TWICE,
    "styletransf-1": Question(task="style", params={"style": "19"}),
    "styletransf-2": Question(task="style", params={"style": "4"}),
    "styletransf-3": Question(task="style", params={"style": "24"}),
    "semseg-3": Question(
        task="semantic-segmentation", models=("street-segmentation", "semantic-segmentation")
    ),
    "depth-bts": Question(task="depth"),
    "binseg-3": Question(task="segment"),
}
SWAPPING = "binseg-3"
KINDS = {
    "superres": ("superres-1b", "superres-2b"),
    "styletransfer": ("styletransf-1", "styletransf-2", "styletransf-3"),
    "semseg": ("semseg-3",),
    "depth": ("depth-bts",),
    "binseg": ("binseg-3",),
}
# Whatever the detector: ours is the best whose weights are here.
DETECTORS = ("efficientdet-d4", "efficientdet-d7")
OBJECTS = "objects"


def cloud_vision(asker: Asker) -> Blueprint:
    """Every address, also without the slash at its end."""
    blueprint = Blueprint("cloud_vision", __name__)
    views = _Views(asker)
    rule = partial(blueprint.add_url_rule, strict_slashes=False)
    rule("/img2img/<model>/", "img2img", views.of_file, methods=["POST"])
    rule("/urlimg2img/<model>/", "urlimg2img", views.of_url, methods=["GET", "POST"])
    for kind in KINDS:
        of_kind = partial(views.of_kind, kind)
        rule(f"/{kind}/<model>/", kind, of_kind, methods=["POST"])
    rule("/objdet/<model>/", "objdet", views.objects, methods=["POST"])
    return blueprint


@dataclass(frozen=True)
class _Views:
    asker: Asker

    def of_file(self, model: str) -> Response:
        """The photo came as a file."""
        return self._answered(_known(model), FILE)

    def of_url(self, model: str) -> Response:
        """The photo's address came."""
        return self._answered(_known(model), ADDRESS)

    def of_kind(self, kind: str, model: str) -> Response:
        """The photo came as a file, or its address did."""
        if model not in KINDS[kind]:
            raise ModelNotFound(f"there is no such model: known are {', '.join(KINDS[kind])}")
        return self._answered(model)

    def objects(self, model: str) -> Response:
        """Where objects are, and what they are."""
        if model not in DETECTORS:
            raise ModelNotFound(f"there is no such model: known are {', '.join(DETECTORS)}")
        question = self.asker.best(OBJECTS)
        with self.asker.turn(question) as deadline:
            upload = self._photo(read_body(request), "", deadline)
            answer = self.asker.ask(question, upload, deadline)
        return jsonify(lists_of(answer.value, self._numbers()))

    def _numbers(self) -> dict[str, int]:
        bundle = self.asker.services.bundle
        return class_ids(bundle.labels(bundle.entry("object-detection").spec))

    def _answered(self, model: str, name: str = "") -> Response:
        question = MODELS[model]
        media_type = accepted_picture()
        with self.asker.turn(question) as deadline:
            body = read_body(request)
            upload = self._photo(body, name, deadline)
            if model == SWAPPING:
                question = self._swapping(body, deadline) or question
            answer = self.asker.ask(question, upload, deadline)
            return picture_response(pixels_of(answer, upload), media_type, answer)

    def _photo(self, body: Body, name: str, deadline: Deadline) -> Upload:
        """By a file or an address, whichever ``name`` says, or where it says nothing by that
        which came: the notebook sends an empty file beside an address."""
        if name == FILE or (not name and ADDRESS not in body.fields):
            return self.asker.photo(body, FILE, deadline)
        if ADDRESS not in body.fields:
            raise MissingImage("there is no address: send the photo's as 'url'")
        files = {FILE: body.files[FILE]} if not name and body.files.get(FILE) else {}
        named = Body({f"{FILE}_{ADDRESS}": body.fields[ADDRESS]}, files)
        return self.asker.photo(named, FILE, deadline)

    def _swapping(self, body: Body, deadline: Deadline) -> Question | None:
        """What puts people before the background that came along; None where none did."""
        if body.files.get(BACKGROUND):
            sent = Body(files={BACKGROUND: body.files[BACKGROUND]})
            behind = self.asker.photo(sent, BACKGROUND, deadline).photo
            return Question(task="background", pictures={"background_image": behind})
        if BACKGROUND not in body.fields:
            return None
        params = read_parameters(BackgroundParams, body.fields)
        return Question(task="background", params={"background": params.background})


def _known(model: str) -> str:
    if model not in MODELS:
        raise ModelNotFound(f"there is no such model: known are {', '.join(MODELS)}")
    return model
