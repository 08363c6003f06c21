"""Every task and every model of this server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_server.tasks.age_and_gender import age_and_gender_task
from edge_server.tasks.cutting import cut_task
from edge_server.tasks.heavy import heavy_servables, heavy_tasks
from edge_server.tasks.joined import joined_tasks
from edge_server.tasks.light import light_servables, light_tasks
from edge_server.tasks.parity import parity_servable
from edge_server.tasks.people import people_task
from edge_server.tasks.properties import properties_task

if TYPE_CHECKING:
    from edge_runtime.bundle import Bundle
    from edge_server.engine.interface import Servable
    from edge_server.tasks.task import Task
    from edge_server.weights.weights_store import WeightsStore


def every_task(bundle: Bundle, *, age_and_gender: bool = False) -> tuple[Task, ...]:
    """The tasks of the bundle's models, of the heavy ones, and of both; ``age_and_gender``:
    whether these may be guessed."""
    return (
        *joined_tasks(light_tasks(bundle), heavy_tasks()),
        cut_task(bundle),
        properties_task(),
        people_task(),
        age_and_gender_task(on=age_and_gender),
    )


def every_servable(bundle: Bundle, store: WeightsStore) -> tuple[Servable, ...]:
    """What an engine is given."""
    return (*light_servables(bundle), *heavy_servables(store), parity_servable(bundle))
