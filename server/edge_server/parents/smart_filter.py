"""Smart Filter (github.com/karan469/Smart-Filter): a selfie before another background.

The project's form posts to ``/``: ``file``, ``bg-file``, ``params`` (words, which make a
background offline), ``options`` (``without``, ``custom`` or ``unsplash``) and
``options-face-features``; a PNG comes back.  ``/smart-filter`` has a page with that form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from edge_runtime.backdrops import WORDS
from edge_server.api.bodies import read_body
from edge_server.api.parameters import read_parameters
from edge_server.parents.asking import (
    Question,
    accepted_picture,
    picture_response,
    pixels_of,
)
from edge_server.parents.pages import page, show_problems, wants_page
from edge_server.parents.scene_words import our_words
from edge_server.problems import DuplicateField, Fault, InvalidParameter, MissingImage
from edge_server.tasks.filtering import FilterParams

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edge_runtime.images import Photo
    from edge_server.parents.asking import Asker
    from edge_server.problems import Problem

FILE, BEHIND = "file", "bg-file"
OPTIONS = ("without", "custom", "unsplash")
FACES = ("disable-face-features", "enable-face-features")
# Behind people where no background is asked for: the project has a gradient there too.
_PLAIN = "candy,gradient"
_NO_WORDS = "red"  # what the project takes where ``params`` is empty


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a form means: ``words`` for a background; ``faces``: the light, the weather and
    the stickers follow from faces and smiles, and so does the background where none is asked
    for.
    """

    custom: bool
    words: str
    faces: bool

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Wishes:
        """The wishes of a form's fields; ``InvalidParameter`` for what they may not be."""
        option = chosen(fields, "options", OPTIONS)
        faces = chosen(fields, "options-face-features", FACES) == FACES[1]
        plain = "" if faces else _PLAIN
        words = {"unsplash": _words(fields) or _NO_WORDS, "without": plain}.get(option, "")
        return cls(custom=option == "custom", words=words, faces=faces)

    def question(self, behind: Photo | None) -> Question:
        """The task that does it; ``behind`` is the picture that came along."""
        if self.custom and behind is None:
            raise MissingImage(f"there is no background: send it as {BEHIND!r}")
        params = {"background": self.words} if self.words else {}
        pictures = {} if behind is None else {"background_image": behind}
        task = "filter" if self.faces else "background"
        return Question(task=task, params=params, pictures=pictures)


def smart_filter(asker: Asker) -> Blueprint:
    """The form's address, and the page."""
    blueprint = Blueprint("smart_filter", __name__)
    view = FormView(asker)
    for rule, name in (("/", "smart_filter_form"), ("/smart-filter", "smart_filter")):
        blueprint.add_url_rule(rule, name, view, methods=["POST"])
    blueprint.add_url_rule("/smart-filter", "smart_filter_page", view.page)
    show_problems(blueprint, view.page)
    return blueprint


@dataclass(frozen=True)
class FormView:
    """The form's address, and its page."""

    asker: Asker

    def page(self, problem: Problem | None = None) -> Response:
        """The form; where something was wrong, with what it was."""
        keys = self.asker.services.settings.keys_required
        return page("smart_filter.html.jinja", problem, words=WORDS, keys=keys)

    def __call__(self) -> Response:
        """The picture that the form asks for."""
        media_type = "image/png" if wants_page() else accepted_picture()
        with self.asker.turn(Question(task="filter")) as deadline:
            body = read_body(request)
            wishes = Wishes.of(body.fields)
            upload = self.asker.photo(body, FILE, deadline)
            behind = self.asker.picture(body, BEHIND, deadline) if wishes.custom else None
            question = wishes.question(None if behind is None else behind.photo)
            answer = self.asker.ask(question, upload, deadline)
            return picture_response(pixels_of(answer, upload), media_type, answer)


def chosen(fields: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> str:
    """What a field says of the choices it has; the first where it says nothing."""
    sent = fields.get(name, choices[0])
    texts = sent if isinstance(sent, list) else [sent]
    if len(texts) > 1:
        raise DuplicateField(f"{name} is there {len(texts)} times: send it once")
    if not texts or texts[0] not in choices:
        fault = Fault(f"/{name}", f"one of {', '.join(choices)}")
        raise InvalidParameter(f"{name} is not one of {', '.join(choices)}", faults=(fault,))
    return str(texts[0])


def _words(fields: Mapping[str, Any]) -> str:
    """The background's words, of what people search photos with."""
    sent = {"background": fields.get("params", "")}
    return our_words(read_parameters(FilterParams, sent).background)
