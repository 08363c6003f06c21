"""A task: its address, its parameters, and how it is answered through an engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import msgspec

from edge_runtime.spec import Record
from edge_server.engine.interface import Priority
from edge_server.problems import InvalidParameter, TaskDisabled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime.images import Photo
    from edge_server.engine.interface import Answer, Deadline, Engine, Ticket
    from edge_server.intake.upload import Upload
    from edge_server.store.store import Store


Name: TypeAlias = Annotated[str, msgspec.Meta(max_length=100)]


class Choice(Record, frozen=True, kw_only=True):
    """Which model of a task, and which of its checkpoints; the default where not said."""

    model: Name = ""
    checkpoint: Name = ""


class NoParams(Record, frozen=True, kw_only=True):
    """Nothing can be chosen."""


class ClassifyParams(Record, frozen=True, kw_only=True):
    """``decode``: ``full`` decodes every pixel, as the phone does; ``scaled`` lets a JPEG's
    decoder do what the model's resize begins with, halving, which takes less time and moves
    probabilities a little.  A picture in the answer is then as small.
    """

    decode: Literal["full", "scaled"] = "full"


class EnlargeParams(Record, frozen=True, kw_only=True):
    """``scale``: how many times as high and as wide.  Twice is four times, then two by two
    pixels averaged, so it takes as long.  ``model=super-resolution-compact`` is the small
    network that the phone has: it needs no weights beside the bundle, keeps edges sharp, and
    adds less texture.
    """

    scale: Literal[2, 4] = 4


@dataclass(frozen=True, kw_only=True)
class Own:
    """What a caller has stored: everything of that owner, and nothing of another."""

    owner: str
    store: Store


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request, understood: ``pictures`` are the photos that came beside the first;
    ``upload`` is what the photo came as (format, EXIF), none where only pixels are known.

    ``own``: what the caller has stored, None where he may not see it or nothing is kept.
    ``began`` is told each ticket, so that it can be cancelled when the caller hangs up.
    """

    engine: Engine
    photo: Photo
    params: Record
    deadline: Deadline
    choice: Choice = field(default_factory=Choice)
    pictures: Mapping[str, Photo] = field(default_factory=dict)
    priority: Priority = Priority.INTERACTIVE
    began: Callable[[Ticket], None] = lambda _ticket: None
    upload: Upload | None = None
    own: Own | None = None

    def submit(self, model: str, params: Any, rgb: NDArray[np.uint8] | None = None) -> Ticket:
        """Ask a model of the engine: about the photo, unless ``rgb`` is another."""
        pixels = self.photo.rgb if rgb is None else rgb
        ticket = self.engine.submit(model, pixels, params, self.deadline, self.priority)
        self.began(ticket)
        return ticket


@dataclass(frozen=True, kw_only=True)
class Task:
    """``POST /v1/<name>``.

    ``params``: a record with defaults; its fields are the request's parameters.
    ``models``: the ids that ``model`` may name, the default first; ``heavier`` are the heavy
    ones of a task whose default is light, ``lighter`` the light ones of a task whose default is
    heavy.  ``pictures``: further photos that the request may
    carry.  ``answer`` is given the task and a call, and raises a ``Problem`` or gives the
    answer.
    ``draw`` paints a value on the photo, None where the value is a picture itself.
    ``heavy`` tasks have more time by default.  ``check`` raises for parameters that do not
    fit a photo of that height and width.  ``least_hw`` is the upright height and width in
    pixels below which a JPEG may not be scaled while it is decoded, None for every pixel.
    ``off`` says why it is not answered where the server's owner has to switch it on first.
    """

    name: str
    title: str
    params: type[Record]
    result: type
    models: tuple[str, ...]
    answer: Callable[[Task, Call], Answer]
    draw: Callable[[NDArray[np.uint8], Any], NDArray[np.uint8]] | None = None
    pictures: tuple[str, ...] = ()
    heavy: bool = False
    heavier: tuple[str, ...] = ()
    lighter: tuple[str, ...] = ()
    check: Callable[[tuple[int, int], Record], None] = lambda _size_hw, _params: None
    least_hw: Callable[[Any], tuple[int, int] | None] = lambda _params: None
    off: str = ""

    def check_on(self) -> None:
        """Raise ``TaskDisabled`` where the server's owner has not switched it on."""
        if self.off:
            raise TaskDisabled(self.off)

    def model_of(self, choice: Choice) -> str:
        """The id of the model that was chosen; ``InvalidParameter`` lists those there are."""
        if choice.model and choice.model not in self.models:
            raise InvalidParameter(
                f"{self.name} has the models {', '.join(self.models)}: name one of them"
            )
        return choice.model or self.models[0]
