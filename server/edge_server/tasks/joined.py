"""A task that the bundle answers by itself, and a heavy model better where it is asked for.

``/v1/classify`` is the phone's own classifier; ``/v1/classify?model=classification-resnet50``
is a heavy one.  A heavy model joins a light task by naming it in ``HeavySpec.task``: it takes
the light task's parameters, and gives the same kind of result.

A task may have it the other way round (``Task.lighter``): ``/v1/super-resolution`` is
Real-ESRGAN, and the phone's network where that is named.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from edge_server.problems import InvalidParameter, WeightsMissing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edge_server.engine.interface import Answer
    from edge_server.tasks.task import Call, Task


def joined_tasks(light: Sequence[Task], heavy: Sequence[Task]) -> tuple[Task, ...]:
    """Every task once, the light before the heavy; two of one name become one."""
    heavier = {task.name: task for task in heavy}
    names = {task.name for task in light}
    return (
        *(
            _joined(task, heavier[task.name]) if task.name in heavier else task
            for task in light
        ),
        *(task for task in heavy if task.name not in names),
    )


def _joined(light: Task, heavy: Task) -> Task:
    if (light.params, light.result) != (heavy.params, heavy.result):
        raise TypeError(
            f"{', '.join(heavy.models)} cannot join {light.name}: give the model the light "
            f"task's parameters ({light.params.__name__}) and result ({light.result.__name__})"
        )
    if light.lighter:
        return replace(
            heavy,
            models=(*heavy.models, *light.models),
            lighter=light.models,
            answer=partial(_answer, light, heavy),
        )
    return replace(
        light,
        models=(*light.models, *heavy.models),
        heavier=heavy.models,
        answer=partial(_answer, light, heavy),
    )


def _answer(light: Task, heavy: Task, task: Task, call: Call) -> Answer:
    model = task.model_of(call.choice)
    if model in heavy.models:
        heavy.check((call.photo.rgb.shape[0], call.photo.rgb.shape[1]), call.params)
        return _heavily(light, heavy, call)
    if call.choice.checkpoint:
        raise InvalidParameter(
            f"{model} is a file of the bundle and has no checkpoints: leave checkpoint out"
        )
    return light.answer(light, call)


def _heavily(light: Task, heavy: Task, call: Call) -> Answer:
    """The heavy answer; where its weights are missing, the problem says what is at hand."""
    try:
        return heavy.answer(heavy, call)
    except WeightsMissing as problem:
        raise WeightsMissing(
            f"{problem.detail}; model={light.models[0]} is at hand and needs none"
        ) from None
