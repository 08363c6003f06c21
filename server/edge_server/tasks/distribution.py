"""The classifier's whole answer: the probability of every class, not only of the best."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from edge_runtime.contract import Run, TopLabels
from edge_runtime.program import execute
from edge_runtime.results import Prediction
from edge_runtime.spec import ImageClassification
from edge_server.tasks.light import Asked

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime import Lens
    from edge_runtime.images import Photo
    from edge_server.engine.interface import Answer, Ticket
    from edge_server.tasks.task import Call

CLASSIFIER = "image-classification"


@dataclass(frozen=True, kw_only=True, eq=False)
class Distribution:
    """``probabilities``: float32 [classes] in 0..1, their sum 1; ``labels`` in that order."""

    probabilities: NDArray[np.float32]
    labels: tuple[str, ...]


def ask_distribution(call: Call) -> Ticket:
    """Have the bundle's classifier look at the call's photo; see :func:`distribution_in`."""
    asked = Asked(by=distribution, photo=call.photo, model=CLASSIFIER, params=None, pictures={})
    return call.submit(CLASSIFIER, asked)


def distribution_in(answer: Answer) -> Answer:
    """The answer of that ticket, with the :class:`Distribution` as its value."""
    prediction: Prediction[Distribution] = answer.value
    return replace(
        answer, value=prediction.value, model=prediction.model, variant=prediction.variant
    )


def distribution(lens: Lens, asked: Asked) -> Prediction[Distribution]:
    """What the classifier says of the photo, before the best labels are picked."""
    return distribution_by(lens, asked.photo)


def distribution_by(lens: Lens, photo: Photo) -> Prediction[Distribution]:
    """What a lens's classifier says of a photo."""
    network = lens.predictor(CLASSIFIER, ImageClassification)
    output = network.step(TopLabels).output
    steps = execute(network.spec.program, network.view(photo.rgb))
    outputs: Any = next(value for step, value in steps if isinstance(step, Run))
    found = Distribution(probabilities=outputs[output][0], labels=network.labels)
    return Prediction(value=found, model=network.spec.id, variant=network.variant)
