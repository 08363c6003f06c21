"""``/v1/cut``: objects by their names, by Mask R-CNN or by the bundle's own models."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from edge_runtime.images import Photo
from edge_runtime.results import CutOut
from edge_server.cutting import CutParams, Finders, cut
from edge_server.engine.interface import State, Times
from edge_server.heavy_model import heavy_model
from edge_server.problems import DeadlineExceeded
from edge_server.tasks.light import Asked
from edge_server.tasks.task import Task

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime import Lens
    from edge_runtime.bundle import Bundle
    from edge_runtime.results import Instances, Prediction
    from edge_server.engine.interface import Answer
    from edge_server.tasks.task import Call

    Pixels = NDArray[np.uint8]

INSTANCES = "instance-segmentation"
DETECTOR = "object-detection"
PORTRAIT = "portrait-segmentation"


def cut_task(bundle: Bundle) -> Task:
    """The task; it can always be answered, better with Mask R-CNN's weights."""
    labels = bundle.labels(bundle.entry(DETECTOR).spec)
    return Task(
        name="cut",
        title="Objects cut out by typing their names",
        params=CutParams,
        result=CutOut,
        models=(DETECTOR,),
        answer=partial(_answer, labels),
        heavy=True,
    )


@dataclass
class _Asking:
    """The finders over the engine, and every answer that went into the cut-out."""

    call: Call
    answers: list[Answer] = field(default_factory=list)

    def light(
        self, model: str, by: Callable[[Lens, Asked], Prediction[Any]], rgb: Pixels
    ) -> Any:
        """What a model of the bundle says."""
        photo = Photo(rgb)
        asked = Asked(by=by, photo=photo, model=model, params=None, pictures={})
        self.answers.append(self.call.submit(model, asked, rgb).result())
        return self.answers[-1].value.value

    def instances(self, rgb: Pixels, names: tuple[str, ...], score: float) -> Instances:
        """What Mask R-CNN finds of what goes by these names in the weights that are loaded:
        they know what their classes are called, a checkpoint of one's own as well."""
        model = heavy_model(INSTANCES)
        make: Any = model.params
        params = make(classes=names, score=score)
        self.answers.append(self.call.submit(INSTANCES, params, rgb).result())
        found: Instances = self.answers[-1].value
        return found

    def step(self) -> None:
        """Between two objects: whether there is time for another."""
        if self.call.deadline.remaining() < 0:
            raise DeadlineExceeded(
                "the deadline passed before everything was cut out: say more"
            )

    def whole(self, value: CutOut) -> Answer:
        """The answer: of the first model that was asked, with the time of all."""
        times = Times(
            queued=sum(answer.times.queued for answer in self.answers),
            run=sum(answer.times.run for answer in self.answers),
        )
        return replace(self.answers[0], value=value, times=times)


def _answer(labels: tuple[str, ...], task: Task, call: Call) -> Answer:
    task.model_of(call.choice)
    asking = _Asking(call)
    state = call.engine.states()[INSTANCES]
    masks = state in {State.IDLE, State.LOADING, State.READY}
    finders = Finders(
        labels=labels,
        detect=partial(asking.light, DETECTOR, lambda lens, a: lens.detect(a.photo)),
        portrait=partial(_portrait, asking),
        instances=asking.instances if masks else None,
        step=asking.step,
    )
    params: Any = call.params
    return asking.whole(cut(call.photo, params, finders))


def _portrait(asking: _Asking, rgb: Pixels) -> NDArray[np.float32]:
    mask = asking.light(PORTRAIT, lambda lens, a: lens.segment(a.photo), rgb)
    probability: NDArray[np.float32] = mask.probability
    return probability
