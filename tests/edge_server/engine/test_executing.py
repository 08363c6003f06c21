from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from edge_server.engine.circuit import Circuit, Rest
from edge_server.engine.counting import Tally
from edge_server.engine.executing import Executor
from edge_server.engine.residency import Residency
from edge_server.engine.resident import Place
from edge_server.problems import (
    DeadlineExceeded,
    GpuMemory,
    InvalidParameter,
    ModelUnhealthy,
    Problem,
    WeightsMissing,
)

GPU = Place("cuda:0")
STICKY = "CUDA error: device-side assert triggered"


class OutOfMemoryError(RuntimeError):
    """As torch names it."""


class Desk:
    """An executor with two models, and what is left of each submission."""

    def __init__(self, fake: Any, submission: Any) -> None:
        self.tally, self._submission = Tally(), submission
        self.model, self.other = fake("m"), fake("other")
        servables = [self.model.servable(variant="v"), self.other.servable()]
        self.residency = Residency(servables, self.tally, budget=1000)
        self.now = 0.0
        self.circuits = {
            one.id: Circuit(Rest(strikes=2, reloads=2), lambda: self.now) for one in servables
        }
        self.executor = Executor(
            residency=self.residency, circuits=self.circuits, observer=self.tally
        )

    def run(self, *values: int, model: str = "m", **fields: Any) -> list[Any]:
        batch = [self._submission(model, value, **fields) for value in values]
        self.executor.execute(batch, GPU)
        return [outcome(one) for one in batch]

    def fails(self, error: BaseException, when: Callable[[int, list[int], int], bool]) -> None:
        """``when(load, values, turn)``."""

        def behave(runner: Any, jobs: Sequence[Any], turn: int) -> list[int]:
            values = [job.params.value for job in jobs]
            if when(runner.number, values, turn):
                raise error
            return values

        self.model.behave = behave


def outcome(one: Any) -> Any:
    try:
        return one.result().value
    except Problem as problem:
        return type(problem)


@pytest.fixture
def desk(fake: Any, submission: Any) -> Desk:
    return Desk(fake, submission)


def test_an_answer_says_how_it_came_about(desk: Desk, submission: Any) -> None:
    batch = [submission("m", value) for value in (4, 5)]
    seconds = desk.executor.execute(batch, GPU)
    answer = batch[1].result()
    assert (answer.value, answer.model, answer.variant) == (5, "m", "v")
    assert (answer.sha256, answer.device, answer.times.batch) == ("sha-m", "cuda:0", 2)
    assert answer.times.queued >= 0
    assert 0 <= seconds * 1000 <= answer.times.run
    assert desk.tally.total("runs", model="m") == 1


def test_work_past_its_deadline_costs_nothing(desk: Desk) -> None:
    assert desk.run(1, 2, seconds=-1) == [DeadlineExceeded] * 2
    assert (desk.model.loads, desk.model.runs) == (0, [])


def test_work_whose_deadline_passes_while_it_is_loaded_does_not_run(
    desk: Desk, submission: Any
) -> None:
    one = submission("m")
    desk.model.on_load = lambda _number: one.cancel()
    desk.executor.execute([one], GPU)
    assert (desk.model.loads, desk.model.runs) == (1, [])


def test_an_input_that_is_refused_says_nothing_about_the_model(desk: Desk) -> None:
    desk.fails(InvalidParameter("no"), lambda *_: True)
    assert [desk.run(1) for _ in range(9)] == [[InvalidParameter]] * 9
    assert desk.model.loads == 1
    assert not desk.circuits["m"].unhealthy


def test_a_model_that_crashes_is_loaded_again_and_answers(desk: Desk) -> None:
    desk.fails(ValueError("broken inside"), lambda load, *_: load == 1)
    assert desk.run(1) == [1]
    assert (desk.model.loads, desk.model.closed) == (2, 1)
    assert not desk.circuits["m"].unhealthy


def test_a_model_that_goes_on_crashing_is_unhealthy_while_others_serve(desk: Desk) -> None:
    desk.fails(ValueError("broken"), lambda *_: True)
    assert desk.run(1) == [ModelUnhealthy]
    assert desk.circuits["m"].unhealthy
    assert (desk.model.loads, desk.model.alive) == (2, 0)
    assert desk.run(2) == [ModelUnhealthy]
    assert desk.model.loads == 2
    assert desk.run(3, model="other") == [3]


def test_one_who_sends_poison_does_not_take_the_model_from_the_others(desk: Desk) -> None:
    desk.fails(ValueError("crash"), lambda _load, values, _turn: 13 in values)
    for value in range(10):
        assert desk.run(value) == [value]
        assert desk.run(13) == [ModelUnhealthy]
    assert not desk.circuits["m"].unhealthy
    assert desk.model.loads <= 1 + 2  # the reloads of a minute


def test_poison_in_a_batch_takes_nobody_with_it(desk: Desk) -> None:
    desk.fails(ValueError("crash"), lambda _load, values, _turn: 4 in values)
    assert desk.run(*range(8)) == [0, 1, 2, 3, ModelUnhealthy, 5, 6, 7]
    assert desk.model.loads == 1
    assert not desk.circuits["m"].unhealthy


def test_after_its_rest_the_model_is_tried_and_well_again(desk: Desk) -> None:
    desk.fails(ValueError("crash"), lambda *_: desk.now < 20)
    desk.run(1)
    desk.now = 19
    assert desk.run(1) == [ModelUnhealthy]
    desk.now = 20
    assert desk.run(1) == [1]
    assert not desk.circuits["m"].unhealthy


def test_a_try_after_the_rest_that_nobody_waits_for_leaves_the_next(desk: Desk) -> None:
    desk.fails(ValueError("crash"), lambda *_: desk.now < 20)
    desk.run(1)
    desk.now = 20
    assert desk.run(1, seconds=-1) == [DeadlineExceeded]
    assert desk.run(1) == [1]


def test_a_file_that_cannot_be_loaded_is_tried_twice(desk: Desk) -> None:
    def damaged(_number: int) -> None:
        raise OSError("not a model")

    desk.model.on_load = damaged
    assert desk.run(1) == [ModelUnhealthy]
    assert desk.model.loads == 2
    assert desk.circuits["m"].unhealthy


def test_weights_that_are_missing_are_no_failure(desk: Desk) -> None:
    def missing(_number: int) -> None:
        raise WeightsMissing("pull them")

    desk.model.on_load = missing
    assert desk.run(1) == [WeightsMissing]
    assert not desk.circuits["m"].unhealthy


def test_memory_that_does_not_suffice_is_taken_from_the_idle(desk: Desk) -> None:
    desk.run(1, model="other")
    desk.fails(OutOfMemoryError(), lambda *_: desk.other.alive > 0)
    assert desk.run(1) == [1]
    assert desk.model.loads == 1


def test_memory_that_never_suffices_is_said(desk: Desk) -> None:
    desk.fails(OutOfMemoryError(), lambda *_: True)
    assert desk.run(1) == [GpuMemory]
    assert (desk.model.loads, desk.model.alive) == (1, 1)
    assert not desk.circuits["m"].unhealthy


def test_memory_that_does_not_suffice_to_load_is_taken_from_the_idle(desk: Desk) -> None:
    desk.run(1, model="other")

    def load(_number: int) -> None:
        if desk.other.alive:
            raise OutOfMemoryError

    desk.model.on_load = load
    assert desk.run(1) == [1]


def test_a_device_that_is_lost_loses_all_that_was_on_it(desk: Desk) -> None:
    desk.run(1, model="other")
    desk.fails(RuntimeError(STICKY), lambda load, *_: load == 1)
    assert desk.run(1, 2) == [1, 2]
    assert (desk.model.loads, desk.other.alive) == (2, 0)
    assert desk.tally.total("poisoned", device="cuda:0") == 1


def test_a_device_that_stays_lost_makes_the_model_unhealthy(desk: Desk) -> None:
    desk.fails(RuntimeError(STICKY), lambda _load, _values, turn: turn > 1)
    assert desk.run(1) == [1]
    assert desk.run(1) == [ModelUnhealthy]
    assert desk.circuits["m"].unhealthy
    assert desk.model.alive == 0


def test_how_the_model_is_now_is_known_before_anybody_is_told(
    desk: Desk, submission: Any
) -> None:
    desk.fails(ValueError("broken"), lambda _load, _values, turn: turn < 3)
    seen: list[bool] = []

    def told(_one: object) -> None:
        seen.append(desk.circuits["m"].unhealthy)

    for _ in range(2):
        desk.executor.execute([submission("m", 1, ended=told)], GPU)
        desk.now += 100
    assert seen == [True, False]
