from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from edge_runtime.bundle import Bundle
from edge_runtime.images import Photo
from edge_runtime.results import Labels, Picture
from edge_server.engine.interface import Deadline
from edge_server.problems import InvalidParameter, OutputTooLarge, WeightsMissing
from edge_server.tasks.every import every_task
from edge_server.tasks.joined import joined_tasks
from edge_server.tasks.task import Call, Choice, NoParams, Task


def answers(task: Task, call: Call) -> Any:
    return task.name, task.title, task.model_of(call.choice), call.choice.checkpoint


LIGHT = Task(
    name="classify",
    title="light",
    params=NoParams,
    result=Labels,
    models=("small",),
    answer=answers,
    draw=lambda rgb, _value: rgb,
)
HEAVY = replace(LIGHT, title="heavy", models=("large", "larger"), heavy=True, draw=None)


def ask(task: Task, **choice: str) -> Any:
    call = Call(
        engine=None,  # type: ignore[arg-type]
        photo=Photo(np.zeros((4, 4, 3), np.uint8)),
        params=NoParams(),
        deadline=Deadline.after(1),
        choice=Choice(**choice),
    )
    return task.answer(task, call)


def test_two_tasks_of_one_name_are_one() -> None:
    other = replace(HEAVY, name="depth", models=("deep",))
    both, alone = joined_tasks([LIGHT], [HEAVY, other])
    assert (both.models, both.heavier) == (("small", "large", "larger"), ("large", "larger"))
    assert (both.heavy, both.draw) == (False, LIGHT.draw)
    assert alone is other


def test_a_light_task_by_itself_stays_as_it_is() -> None:
    assert joined_tasks([LIGHT], []) == (LIGHT,)


@pytest.mark.parametrize(
    ("choice", "answer"),
    [
        ({}, ("classify", "light", "small", "")),
        ({"model": "small"}, ("classify", "light", "small", "")),
        ({"model": "large"}, ("classify", "heavy", "large", "")),
        ({"model": "larger", "checkpoint": "x"}, ("classify", "heavy", "larger", "x")),
    ],
)
def test_the_model_that_is_named_answers(choice: dict[str, str], answer: Any) -> None:
    assert ask(joined_tasks([LIGHT], [HEAVY])[0], **choice) == answer


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        ({"model": "none"}, "has the models small, large, larger"),
        ({"checkpoint": "x"}, "small is a file of the bundle"),
    ],
)
def test_what_neither_has_is_refused(choice: dict[str, str], says: str) -> None:
    with pytest.raises(InvalidParameter, match=says):
        ask(joined_tasks([LIGHT], [HEAVY])[0], **choice)


def test_the_heavy_models_check_holds_for_them_alone() -> None:
    def check(_size_hw: tuple[int, int], _params: Any) -> None:
        raise OutputTooLarge("too large")

    task = joined_tasks([LIGHT], [replace(HEAVY, check=check)])[0]
    ask(task)
    with pytest.raises(OutputTooLarge):
        ask(task, model="large")


def test_a_model_of_another_kind_cannot_join() -> None:
    with pytest.raises(TypeError, match="cannot join classify"):
        joined_tasks([LIGHT], [replace(HEAVY, result=Picture)])


def test_every_heavy_model_has_a_task() -> None:
    tasks = every_task(Bundle.open())
    assert {task.name for task in tasks if task.heavier} <= {"classify", "faces", "objects"}
    assert len({task.name for task in tasks}) == len(tasks)


def lacking(_task: Task, _call: Call) -> Any:
    raise WeightsMissing("the weights of large are not here: run it")


def test_a_light_task_may_stand_back_for_the_heavy() -> None:
    light = replace(LIGHT, lighter=("small",))
    (both,) = joined_tasks([light], [HEAVY])
    assert both.models == ("large", "larger", "small")
    assert (both.heavy, both.heavier, both.lighter) == (True, (), ("small",))
    assert (both.title, both.draw) == ("heavy", None)
    assert ask(both) == ("classify", "heavy", "large", "")
    assert ask(both, model="small") == ("classify", "light", "small", "")
    with pytest.raises(InvalidParameter, match="small is a file of the bundle"):
        ask(both, model="small", checkpoint="x")


@pytest.mark.parametrize(("lighter", "choice"), [(("small",), ""), ((), "large")])
def test_without_weights_the_problem_names_what_is_at_hand(
    lighter: tuple[str, ...], choice: str
) -> None:
    light = replace(LIGHT, lighter=lighter)
    (both,) = joined_tasks([light], [replace(HEAVY, answer=lacking)])
    with pytest.raises(WeightsMissing, match="run it; model=small is at hand"):
        ask(both, model=choice)
