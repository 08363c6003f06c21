"""The heavy models as tasks, and as an engine sees them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from edge_server.engine.interface import Servable
from edge_server.heavy_model import heavy_model, heavy_models
from edge_server.problems import InvalidParameter, Problem
from edge_server.tasks.task import Task

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_runtime.images import Photo
    from edge_server.engine.interface import Answer, Ticket
    from edge_server.heavy_model import Beside, HeavyModel, Runner, Weights
    from edge_server.tasks.task import Call
    from edge_server.weights.weights_store import WeightsStore


def heavy_tasks() -> tuple[Task, ...]:
    """A task for each address that the heavy models have; the first model by id is asked."""
    asked = (model for model in heavy_models().values() if model.spec.task)
    models = sorted(asked, key=lambda m: (m.spec.task, m.spec.id))
    grouped = groupby(models, key=lambda m: m.spec.task)
    return tuple(_task(name, tuple(group)) for name, group in grouped)


def heavy_servables(store: WeightsStore) -> tuple[Servable, ...]:
    """Each heavy model with its default weights, and once more for each checkpoint."""
    return tuple(
        _servable(model, store, checkpoint)
        for model in heavy_models().values()
        for checkpoint in ("", *(one.name for one in model.spec.checkpoints))
    )


def servable_id(model_id: str, checkpoint: str = "") -> str:
    """How an engine calls a model with a certain checkpoint."""
    return f"{model_id}:{checkpoint}" if checkpoint else model_id


def _task(name: str, models: tuple[HeavyModel, ...]) -> Task:
    first = models[0]
    return Task(
        name=name,
        title=first.spec.title,
        params=first.params,
        result=first.result,
        models=tuple(model.spec.id for model in models),
        answer=_answer,
        check=first.check,
        draw=first.draw,
        heavy=True,
    )


def _answer(task: Task, call: Call) -> Answer:
    model_id = task.model_of(call.choice)
    model = heavy_models()[model_id]
    known = [one.name for one in model.spec.checkpoints]
    if call.choice.checkpoint and call.choice.checkpoint not in known:
        raise InvalidParameter(f"{model_id} has the checkpoints {', '.join(known)}: name one")
    asked = servable_id(model_id, call.choice.checkpoint)
    ticket = call.submit(asked, call.params, _with_alpha(call.photo) if model.alpha else None)
    if model.beside is None or not model.beside.wanted(call.params):
        return ticket.result()
    return _of_both(ticket, model.beside, call)


def _with_alpha(photo: Photo) -> NDArray[np.uint8]:
    return photo.rgb if photo.alpha is None else np.dstack([photo.rgb, photo.alpha])


def _of_both(ticket: Ticket, beside: Beside, call: Call) -> Answer:
    """The answer of two models; what keeps either from answering is the problem."""
    try:
        other = call.submit(beside.model, heavy_model(beside.model).params())
    except Problem:
        ticket.cancel()
        raise
    try:
        answer = ticket.result()
    except Problem:
        other.cancel()
        raise
    second = other.result()
    times = replace(answer.times, run=answer.times.run + second.times.run)
    return replace(answer, value=beside.join(answer.value, second.value), times=times)


@dataclass
class _Loading:
    """Loads the weights whose hash was asked for: the store may have others tomorrow."""

    model: HeavyModel
    store: WeightsStore
    checkpoint: str
    weights: Weights | None = None

    def available(self) -> bool:
        """Whether there is something to load."""
        if not self.checkpoint:
            return self.store.has(self.model.spec.id)
        here = {(row.model, row.checkpoint) for row in self.store.rows() if row.here}
        return (self.model.spec.id, self.checkpoint) in here

    def version(self) -> str:
        """That hash as the record of the weights has it: the file is not read."""
        return self.store.sha256(self.model.spec.id, self.checkpoint)

    def sha256(self) -> str:
        """The hash of what the next :meth:`load` loads; raises ``WeightsMissing``."""
        self.weights = self.store.get(self.model.spec.id, self.checkpoint)
        return self.weights.sha256

    def load(self, device: str) -> Runner:
        """The model with those weights on a device."""
        weights = self.weights or self.store.get(self.model.spec.id, self.checkpoint)
        return self.model.load(weights, device)


def _servable(model: HeavyModel, store: WeightsStore, checkpoint: str) -> Servable:
    loading = _Loading(model, store, checkpoint)
    return Servable(
        id=servable_id(model.spec.id, checkpoint),
        load=loading.load,
        available=loading.available,
        variant=checkpoint or _default(model, store),
        sha256=loading.sha256,
        batch=model.batch,
        version=loading.version,
    )


def _default(model: HeavyModel, store: WeightsStore) -> str:
    """The checkpoint that is loaded where none is named: one's own, else a published one."""
    published = [one.name for one in model.spec.checkpoints]
    rows = [row.checkpoint for row in store.rows() if row.here and row.model == model.spec.id]
    own = [name for name in rows if name not in published]
    return (own + rows + published)[0]
