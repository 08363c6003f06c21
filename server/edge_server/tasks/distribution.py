"""The classifier's whole answer: the probability of every class, not only of the best."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from edge_server.tasks.classifying import CLASSIFIER, Distribution, distribution
from edge_server.tasks.light import Asked
from edge_server.tasks.task import ClassifyParams

if TYPE_CHECKING:
    from edge_runtime.results import Prediction
    from edge_server.engine.interface import Answer, Ticket
    from edge_server.tasks.task import Call


def ask_distribution(call: Call) -> Ticket:
    """Have the bundle's classifier look at the call's photo, as ``/v1/classify`` has by
    default; see :func:`distribution_in`."""
    asked = Asked(
        by=distribution,
        photo=call.photo,
        model=CLASSIFIER,
        params=ClassifyParams(),
        pictures={},
    )
    return call.submit(CLASSIFIER, asked)


def distribution_in(answer: Answer) -> Answer:
    """The answer of that ticket, with the :class:`Distribution` as its value."""
    prediction: Prediction[Distribution] = answer.value
    return replace(
        answer, value=prediction.value, model=prediction.model, variant=prediction.variant
    )
