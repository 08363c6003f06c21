from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.images import Photo
from edge_runtime.results import Mask
from edge_server.engine.interface import Deadline
from edge_server.problems import InvalidParameter
from edge_server.tasks.task import Call, Choice, NoParams, Task


def task(*models: str) -> Task:
    return Task(
        name="t",
        title="",
        params=NoParams,
        result=Mask,
        models=models,
        answer=lambda _task, call: call.submit("a", call.params).result(),  # type: ignore[return-value]
    )


def test_the_first_model_answers_unless_another_is_named() -> None:
    assert task("a", "b").model_of(Choice()) == "a"
    assert task("a", "b").model_of(Choice(model="b")) == "b"
    with pytest.raises(InvalidParameter, match="t has the models a, b"):
        task("a", "b").model_of(Choice(model="c"))


class Recorder:
    """An engine that only writes down what it is given."""

    def __init__(self) -> None:
        self.given: list[tuple[object, ...]] = []

    def submit(self, *given: object) -> Recorder:
        self.given.append(given)
        return self

    def result(self) -> str:
        return "answered"


def test_a_call_submits_its_photo_and_tells_of_the_ticket() -> None:
    engine, began = Recorder(), []
    deadline = Deadline.after(1)
    rgb = np.zeros((2, 3, 3), np.uint8)
    call = Call(
        engine=engine,  # type: ignore[arg-type]
        photo=Photo(rgb),
        params=NoParams(),
        deadline=deadline,
        began=began.append,
    )
    assert task("a").answer(task("a"), call) == "answered"  # type: ignore[comparison-overlap]
    model, pixels, _, until, _ = engine.given[0]
    assert (model, until) == ("a", deadline)
    assert pixels is rgb
    assert began == [engine]
    other = np.ones((1, 1, 3), np.uint8)
    call.submit("b", NoParams(), other)
    assert engine.given[1][1] is other
