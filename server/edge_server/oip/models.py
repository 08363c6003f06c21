"""The tasks as the protocol's models: one definition, for REST and for gRPC."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from edge_runtime.images import Photo
from edge_server.api.parameters import check_names, names_of, read_parameters
from edge_server.engine.interface import Deadline, State
from edge_server.oip.outputs import Output, outputs_of_result
from edge_server.problems import (
    Draining,
    ImageTooLarge,
    InvalidParameter,
    Loading,
    MalformedRequest,
    MissingImage,
    ModelNotFound,
    ModelUnhealthy,
    WeightsMissing,
)
from edge_server.tasks.task import Call, Choice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from edge_server.api.app import Services
    from edge_server.engine.interface import Answer, Ticket
    from edge_server.oip.tensors import Tensor
    from edge_server.tasks.task import Own, Task

NAME = "pocketlens"
VERSION = "1"
EXTENSIONS = ("binary_tensor_data", "model_configuration", "parameters")
ENCODED = "_encoded"
MAX_ID = 1000
# A request's parameter that is the protocol's own: its deadline in microseconds.
TIMEOUT = "timeout"


@dataclass(frozen=True, kw_only=True)
class Described:
    """A tensor that a model takes or gives; ``shape`` has -1 where any length will do."""

    name: str
    datatype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Infer:
    """One request, its tensors read; ``outputs`` names those that are wanted, none is all.

    ``began`` is told each ticket, so that it can be cancelled when the caller hangs up.
    ``own`` is what the caller has stored.
    """

    task: Task
    deadline: Deadline
    parameters: Mapping[str, Any]
    inputs: Sequence[Tensor]
    outputs: Sequence[str] = ()
    began: Callable[[Ticket], None] = field(default=lambda _ticket: None)
    own: Own | None = None


@dataclass(frozen=True, kw_only=True)
class Models:
    """Every task by name."""

    services: Services

    @cached_property
    def _tasks(self) -> dict[str, Task]:
        return {task.name: task for task in self.services.tasks}

    def task(self, name: str, version: str = "") -> Task:
        """The task of that name; raises ``ModelNotFound``."""
        if name not in self._tasks:
            known = ", ".join(self._tasks)
            raise ModelNotFound(f"there is no such model: known are {known}")
        if version not in {"", VERSION}:
            raise ModelNotFound(f"{name} has the version {VERSION} alone: ask for that")
        return self._tasks[name]

    def check_ready(self, task: Task) -> None:
        """Raise the ``Problem`` that keeps the default model of a task from answering."""
        self.check_taking()
        task.check_on()
        _check_state(task.name, self.services.engine.states().get(task.models[0]))

    def ready(self) -> bool:
        """Whether requests are taken and every model whose weights are here can answer.

        A model that is loaded at its first use can; one that is being loaded, or has failed,
        cannot.
        """
        states = set(self.services.engine.states().values())
        return not self.services.draining() and not states & {State.LOADING, State.UNHEALTHY}

    def deadline(
        self, task: Task, parameters: Mapping[str, Any], seconds: float | None = None
    ) -> Deadline:
        """From ``seconds`` or the parameter ``timeout``, whichever is less, at most what the
        settings allow; else what the task has by default.
        """
        settings = self.services.settings
        given = [] if seconds is None else [seconds]
        if parameters.get(TIMEOUT):
            given.append(_seconds(parameters[TIMEOUT]))
        default = settings.heavy_seconds if task.heavy else settings.request_seconds
        return Deadline.after(min([*given, settings.max_request_seconds]) if given else default)

    def infer(self, asked: Infer) -> tuple[Answer, list[Tensor]]:
        """The answer, and the outputs that are wanted; raises the ``Problem``."""
        task = asked.task
        wanted = _wanted(task, asked.outputs)
        given = {name: value for name, value in asked.parameters.items() if name != TIMEOUT}
        check_names(given, {*names_of(task.params), *names_of(Choice)})
        photos = self._photos(task, asked.inputs)
        if "image" not in photos:
            raise MissingImage("there is no image: send the input 'image' or 'image_encoded'")
        photo = photos.pop("image")
        params = read_parameters(task.params, given)
        task.check((photo.rgb.shape[0], photo.rgb.shape[1]), params)
        call = Call(
            engine=self.services.engine,
            photo=photo,
            params=params,
            deadline=asked.deadline,
            choice=read_parameters(Choice, given),
            pictures=photos,
            began=asked.began,
            own=asked.own,
        )
        answer = task.answer(task, call)
        return answer, [output.of(answer.value) for output in wanted]

    def check_taking(self) -> None:
        """Raise ``Draining`` where nothing new is taken."""
        if self.services.draining():
            raise Draining("the server is shutting down: ask again soon", retry_after=5)

    def _photos(self, task: Task, inputs: Sequence[Tensor]) -> dict[str, Photo]:
        known = {one.name for one in inputs_of(task)}
        found: dict[str, Photo] = {}
        for one in inputs:
            if one.name not in known:
                raise MalformedRequest(f"no such input: known are {', '.join(sorted(known))}")
            name = one.name.removesuffix(ENCODED)
            if name in found:
                raise MalformedRequest(f"{name} is there twice: send it once")
            found[name] = self._encoded(one) if one.name != name else self._pixels(one)
        return found

    def _encoded(self, given: Tensor) -> Photo:
        if given.datatype != "BYTES" or given.array.size != 1:
            raise MalformedRequest(f"{given.name} is one element of BYTES: a picture file")
        return self.services.intake.from_bytes(given.array.ravel()[0]).photo

    def _pixels(self, given: Tensor) -> Photo:
        array = given.array
        if array.ndim == 4 and len(array) == 1:  # clients that always send a batch
            array = array[0]
        good = given.datatype == "UINT8" and array.ndim == 3 and array.shape[2] == 3
        if not good or not array.size:
            raise MalformedRequest(f"{given.name} is UINT8 [height, width, 3]: RGB, upright")
        self._check_size(given.name, array.shape[0], array.shape[1])
        return Photo(array.copy(), None, "the tensor given")  # of its own: it is written to

    def _check_size(self, name: str, height: int, width: int) -> None:
        """The limits of pictures that come as files."""
        pixels, side = self.services.settings.max_pixels, self.services.settings.max_side
        if height * width > pixels or max(height, width) > side:
            raise ImageTooLarge(
                f"{name} has more than {pixels} pixels, or a side of more than {side}: "
                "shrink it",
                limit=pixels,
                actual=height * width,
            )


def inputs_of(task: Task) -> list[Described]:
    """Each photo as pixels, or as the bytes of a file: one of the two has to be sent."""
    names = ("image", *task.pictures)
    pixels = [Described(name=name, datatype="UINT8", shape=(-1, -1, 3)) for name in names]
    files = [Described(name=f"{name}{ENCODED}", datatype="BYTES", shape=(1,)) for name in names]
    return pixels + files


def outputs_of(task: Task) -> list[Described]:
    """What its result gives."""
    return [
        Described(name=one.name, datatype=one.datatype, shape=one.shape)
        for one in outputs_of_result(task.result, task.name)
    ]


def _wanted(task: Task, names: Sequence[str]) -> list[Output]:
    """Known before anything is computed."""
    known = {one.name: one for one in outputs_of_result(task.result, task.name)}
    if len(set(names)) < len(names):
        raise MalformedRequest("an output is asked for twice: name it once")
    if not known.keys() >= set(names):
        raise MalformedRequest(f"no such output: known are {', '.join(known)}")
    return [known[name] for name in names] or list(known.values())


def _check_state(name: str, state: State | None) -> None:
    if state is State.LOADING:
        raise Loading(f"{name} is being loaded: ask again soon", retry_after=2)
    if state is State.WEIGHTS_MISSING:
        raise WeightsMissing(
            f"the weights of {name} are not here: see 'edge-serve weights list'"
        )
    if state not in {State.READY, State.IDLE}:
        raise ModelUnhealthy(f"{name} has failed: the server's log says why")


def _seconds(timeout: Any) -> float:
    """``timeout`` is in microseconds; in a form that may be text."""
    text = timeout[0] if isinstance(timeout, list) and len(timeout) == 1 else timeout
    if not isinstance(text, str | int) or isinstance(text, bool):
        raise InvalidParameter("timeout is not a whole number of microseconds: mend it")
    digits = str(text)
    if not digits.isdecimal() or len(digits) > 18:
        raise InvalidParameter("timeout is not a whole number of microseconds: mend it")
    return int(digits) / 1e6
