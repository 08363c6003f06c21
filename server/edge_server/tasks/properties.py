"""``/v1/properties``: what a photo is like, and the photo without its metadata."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

from edge_runtime.spec import Record
from edge_server.properties.facts import Properties
from edge_server.properties.measuring import measured
from edge_server.properties.scenes import scene_of
from edge_server.tasks.classifying import CLASSIFIER
from edge_server.tasks.distribution import ask_distribution, distribution_in
from edge_server.tasks.task import Task

if TYPE_CHECKING:
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

    from edge_server.engine.interface import Answer
    from edge_server.tasks.task import Call


class PropertiesParams(Record, frozen=True, kw_only=True):
    """``location``: whether the place that the camera wrote into the file is told.

    A picture as the answer is the photo without its metadata, as it was encoded where the
    type that is accepted is the photo's own.
    """

    location: bool = False


def properties_task() -> Task:
    """The task; the classifier of the bundle says what the scene is."""
    return Task(
        name="properties",
        title="Size, camera, colours, sharpness, noise, and what kind of photo it is",
        params=PropertiesParams,
        result=Properties,
        models=(CLASSIFIER,),
        answer=_answer,
        draw=_plain,
    )


def _answer(task: Task, call: Call) -> Answer:
    task.model_of(call.choice)
    ticket = ask_distribution(call)
    began = perf_counter()
    params: Any = call.params
    found = measured(call.photo, call.upload, located=params.location)
    spent = 1000 * (perf_counter() - began)
    answer = distribution_in(ticket.result())
    seen = answer.value
    value = replace(found, scene=scene_of(seen.probabilities, seen.labels))
    times = replace(answer.times, run=max(answer.times.run, spent))
    return replace(answer, value=value, times=times)


def _plain(rgb: NDArray[np.uint8], _value: Properties) -> NDArray[np.uint8]:
    """The photo as it is: nothing is drawn on it."""
    return rgb
