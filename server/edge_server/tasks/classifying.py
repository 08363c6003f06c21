"""What the bundle's classifier says of a photo: every class, and the best of them.

Two tasks ask it: one wants the best labels, the other all of them.  It is one question of
both, so that a request that has both tasks runs the network once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edge_runtime.contract import Run, TopLabels
from edge_runtime.program import execute
from edge_runtime.results import Prediction
from edge_runtime.spec import ImageClassification

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime import Lens
    from edge_runtime.images import Photo
    from edge_runtime.results import Labels
    from edge_server.tasks.light import Asked

CLASSIFIER = "image-classification"


@dataclass(frozen=True, kw_only=True, eq=False)
class Distribution:
    """``probabilities``: float32 [classes] in 0..1, their sum 1; ``labels`` in that order;
    ``best``: the labels that ``/v1/classify`` tells.
    """

    probabilities: NDArray[np.float32]
    labels: tuple[str, ...]
    best: Labels


def distribution(lens: Lens, asked: Asked) -> Prediction[Distribution]:
    """What a classifier of the bundle says of the photo, whatever the parameters: those of
    the task are about decoding, which has been done."""
    return distribution_by(lens, asked.photo, asked.model)


def distribution_by(
    lens: Lens, photo: Photo, model: str = CLASSIFIER
) -> Prediction[Distribution]:
    """What a lens's classifier says of a photo."""
    network = lens.predictor(model, ImageClassification)
    output = network.step(TopLabels).output
    outputs: Any = {}
    value: Any = None
    for step, value in execute(network.spec.program, network.view(photo.rgb)):
        if isinstance(step, Run):
            outputs = value
    found = Distribution(probabilities=outputs[output][0], labels=network.labels, best=value)
    return Prediction(value=found, model=network.spec.id, variant=network.variant)
