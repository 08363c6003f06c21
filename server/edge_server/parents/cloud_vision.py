"""Cloud Vision API (github.com/sebderhy/visionapi): a photo in, a picture back.

``POST /img2img/<model>/`` takes the photo as ``file``; ``/urlimg2img/<model>/`` its address as
``url``, in the address, a form or JSON.  ``binseg-3`` gives the mask that the project's own
notebook swaps backgrounds with; with ``background`` (words, a colour, or a file) the server
swaps.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from edge_server.api.bodies import Body, read_body
from edge_server.api.parameters import read_parameters
from edge_server.parents.asking import Question, accepted_picture, picture_response, pixels_of
from edge_server.problems import MissingImage, ModelNotFound
from edge_server.tasks.light import BackgroundParams

if TYPE_CHECKING:
    from edge_server.engine.interface import Deadline
    from edge_server.intake.upload import Upload
    from edge_server.parents.asking import Asker

FILE, ADDRESS, BACKGROUND = "file", "url", "background"
# The three styles of ours: their own were never published.
MODELS = {
    "superres-2b": Question(task="super-resolution", params={"scale": 2}),
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


def cloud_vision(asker: Asker) -> Blueprint:
    """Both addresses, also without the slash at their end."""
    blueprint = Blueprint("cloud_vision", __name__)
    views = _Views(asker)
    rule = partial(blueprint.add_url_rule, strict_slashes=False)
    rule("/img2img/<model>/", "img2img", views.of_file, methods=["POST"])
    rule("/urlimg2img/<model>/", "urlimg2img", views.of_url, methods=["GET", "POST"])
    return blueprint


@dataclass(frozen=True)
class _Views:
    asker: Asker

    def of_file(self, model: str) -> Response:
        """The photo came as a file."""
        return self._answered(model, FILE)

    def of_url(self, model: str) -> Response:
        """The photo's address came."""
        return self._answered(model, ADDRESS)

    def _answered(self, model: str, name: str) -> Response:
        question = _known(model)
        media_type = accepted_picture()
        with self.asker.turn(question) as deadline:
            body = read_body(request)
            upload = self._photo(body, name, deadline)
            if model == SWAPPING:
                question = self._swapping(body, deadline) or question
            answer = self.asker.ask(question, upload, deadline)
            return picture_response(pixels_of(answer, upload), media_type, answer)

    def _photo(self, body: Body, name: str, deadline: Deadline) -> Upload:
        if name == FILE:
            return self.asker.photo(body, FILE, deadline)
        if ADDRESS not in body.fields:
            raise MissingImage("there is no address: send the photo's as 'url'")
        named = Body(fields={f"{FILE}_{ADDRESS}": body.fields[ADDRESS]})
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


def _known(model: str) -> Question:
    if model not in MODELS:
        raise ModelNotFound(f"there is no such model: known are {', '.join(MODELS)}")
    return MODELS[model]
