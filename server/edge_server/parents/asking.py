"""The server's tasks, asked on behalf of another project's client."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from flask import Response, request

from edge_runtime.results import Depth
from edge_server.api import wire
from edge_server.api.requests import Reader, cancelled_when_gone, deadline_or
from edge_server.problems import MissingImage, ModelNotFound, NotAcceptable
from edge_server.tasks.task import Call, Choice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from edge_runtime.images import Photo
    from edge_server.api.app import Services
    from edge_server.api.bodies import Body
    from edge_server.engine.interface import Answer, Deadline
    from edge_server.intake.upload import Upload
    from edge_server.tasks.task import Task


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of a task: ``params`` by name, ``pictures`` beside the photo, and the
    models that may answer, of which the first does whose weights are here; the task's own
    where none is named.
    """

    task: str
    params: Mapping[str, Any] = field(default_factory=dict)
    pictures: Mapping[str, Photo] = field(default_factory=dict)
    models: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asker:
    """Asks the tasks that the services have; raises the ``Problem`` of what is refused."""

    services: Services

    @cached_property
    def reader(self) -> Reader:
        """What takes photos in."""
        return Reader(engine=self.services.engine, intake=self.services.intake)

    def task(self, name: str) -> Task:
        """The task of that name; ``ModelNotFound`` where the bundle has no model for it."""
        found = next((task for task in self.services.tasks if task.name == name), None)
        if found is None:
            raise ModelNotFound(f"the bundle of this server has no model for {name}")
        return found

    def best(self, name: str) -> Question:
        """What asks a task by the first of its heavy models whose weights are here, else by
        its default."""
        task = self.task(name)
        return Question(task=name, models=(*task.heavier, task.models[0]))

    @contextmanager
    def turn(self, *questions: Question) -> Iterator[Deadline]:
        """The deadline of the request, inside the gate of what is asked: that of the heavy
        models where one of these would answer.
        """
        settings = self.services.settings
        heavy = self.heavy(*questions)
        deadline = deadline_or(settings, settings.heavy_seconds if heavy else None)
        with self.services.gates[heavy].passed(deadline):
            yield deadline

    def heavy(self, *questions: Question) -> bool:
        """Whether a heavy model would answer one of these."""
        return any(self._is_heavy(question) for question in questions)

    def _is_heavy(self, question: Question) -> bool:
        task = self.task(question.task)
        return task.heavy or self.model_of(question) in task.heavier

    def model_of(self, question: Question) -> str:
        """The model that would answer; where no weights are here, the last one says so."""
        models = question.models or self.task(question.task).models[:1]
        version = self.services.engine.version
        here = (one for one in models[:-1] if version(one) is not None)
        return next(here, models[-1])

    def photo(self, body: Body, name: str, deadline: Deadline) -> Upload:
        """The photo of that name, whichever way it came; a file of no bytes is none."""
        upload = self.picture(body, name, deadline)
        if upload is None:
            raise MissingImage(f"there is no photo: send it as {name!r}")
        return upload

    def picture(self, body: Body, name: str, deadline: Deadline) -> Upload | None:
        """As :meth:`photo`; None where there is none: a form sends a file that nobody chose
        as one without bytes."""
        if body.files.get(name) == b"":
            del body.files[name]
        return self.reader.image(body, name, deadline)

    def ask(self, question: Question, upload: Upload, deadline: Deadline) -> Answer:
        """What the task answers about a photo."""
        task, photo = self.task(question.task), upload.photo
        params = task.params(**question.params)
        task.check((photo.rgb.shape[0], photo.rgb.shape[1]), params)
        call = Call(
            engine=self.services.engine,
            photo=photo,
            params=params,
            deadline=deadline,
            choice=Choice(model=self.model_of(question)),
            pictures=question.pictures,
            began=cancelled_when_gone,
            upload=upload,
        )
        return task.answer(task, call)


def accepted_picture() -> str:
    """The media type of the picture that the request accepts: PNG, where that is open."""
    accept = request.accept_mimetypes
    best = accept.best_match(wire.PICTURE_TYPES) if accept else wire.PICTURE_TYPES[0]
    if best is None:
        raise NotAcceptable(
            f"the answer is a picture: accept one of {', '.join(wire.PICTURE_TYPES)}"
        )
    return best


def pixels_of(answer: Answer, upload: Upload) -> NDArray[Any]:
    """The picture to look at, of a value that is one: depth in colours, a mask in grey."""
    if isinstance(answer.value, Depth):
        return wire.depth_colours(answer.value)
    return cast("NDArray[Any]", wire.value_pixels(answer.value, upload.photo.rgb))


def picture_response(pixels: NDArray[Any], media_type: str, answer: Answer) -> Response:
    """A picture as the whole answer, and which model made it."""
    response = Response(wire.encoded(pixels, media_type), mimetype=media_type)
    response.headers["X-Model"] = (
        f"{answer.model}; variant={answer.variant}; sha256={answer.sha256}"
    )
    response.headers["Vary"] = "Accept"
    if wire.loses_transparency(pixels, media_type):
        response.headers["X-Warnings"] = wire.ON_WHITE
    return response
