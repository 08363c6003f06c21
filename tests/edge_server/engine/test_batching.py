from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from edge_server.engine.batching import Attempt, Callee, guarded, mates, run_batch
from edge_server.engine.failures import Failure
from edge_server.heavy_model import Job
from edge_server.problems import GpuMemory, InvalidParameter, ModelOutputInvalid


class OutOfMemoryError(RuntimeError):
    """As torch names it."""


class Runner:
    memory_bytes = 1

    def __init__(self, behave: Callable[[list[int]], Any]) -> None:
        self.behave = behave
        self.calls: list[list[int]] = []

    def run(self, jobs: Sequence[Job]) -> Any:
        values = [job.params.value for job in jobs]
        self.calls.append(values)
        return self.behave(values)

    def close(self) -> None: ...


@pytest.fixture
def run(fake: Any, submission: Any) -> Callable[..., tuple[list[Attempt], list[list[int]]]]:
    def ran(
        behave: Callable[[list[int]], Any], values: Sequence[int], gone: Sequence[int] = ()
    ) -> tuple[list[Attempt], list[list[int]]]:
        runner, sizes = Runner(behave), []
        work = [submission("m", value) for value in values]
        for one in work:
            if one.work.params.value in gone:
                one.cancel()
        callee = Callee(servable=fake("m").servable(), runner=runner, told=sizes.append)
        attempts = run_batch(callee, [one.job() for one in work])
        assert sizes == [len(call) for call in runner.calls]
        return attempts, runner.calls

    return ran


def test_all_go_in_one_call(run: Any) -> None:
    attempts, calls = run(lambda values: values, [1, 2, 3])
    assert [one.value for one in attempts] == [1, 2, 3]
    assert calls == [[1, 2, 3]]


@pytest.mark.parametrize("error", [InvalidParameter("no"), ValueError("crash"), MemoryError()])
def test_only_the_guilty_fails(run: Any, error: Exception) -> None:
    def behave(values: list[int]) -> list[int]:
        if 4 in values:
            raise error
        return values

    attempts, calls = run(behave, range(8))
    assert [one.value for one in attempts] == [0, 1, 2, 3, None, 5, 6, 7]
    assert [one.failure is None for one in attempts].count(False) == 1
    assert calls == [list(range(8)), *([value] for value in range(8))]


def test_who_has_gone_is_not_run_alone(run: Any) -> None:
    def behave(values: list[int]) -> list[int]:
        if 0 in values:
            raise ValueError
        return values

    _, calls = run(behave, [0, 1, 2], gone=[1])
    assert calls == [[0, 1, 2], [0], [2]]


def test_memory_that_does_not_suffice_halves_the_batch(run: Any) -> None:
    def behave(values: list[int]) -> list[int]:
        if len(values) > 2:
            raise OutOfMemoryError
        return values

    attempts, calls = run(behave, range(7))
    assert [one.value for one in attempts] == list(range(7))
    assert calls == [
        [0, 1, 2, 3, 4, 5, 6],
        [0, 1, 2, 3],
        [0, 1],
        [2, 3],
        [4, 5, 6],
        [4, 5],
        [6],
    ]


def test_one_photo_that_does_not_fit_is_told_so(run: Any) -> None:
    def behave(_values: list[int]) -> list[int]:
        raise OutOfMemoryError

    attempts, calls = run(behave, [1, 2])
    assert [one.failure for one in attempts] == [Failure.GPU_MEMORY] * 2
    assert isinstance(attempts[0].problem, GpuMemory)
    assert calls == [[1, 2], [1], [2]]


def test_a_device_that_is_lost_is_not_asked_again(run: Any) -> None:
    def behave(_values: list[int]) -> list[int]:
        raise RuntimeError("CUDA error: device-side assert triggered")

    attempts, calls = run(behave, [1, 2])
    assert [one.failure for one in attempts] == [Failure.POISONED] * 2
    assert len(calls) == 1


@pytest.mark.parametrize("answers", [[], [1, 2, 3], None, 5])
def test_a_wrong_number_of_answers_is_none(run: Any, answers: Any) -> None:
    attempts, _ = run(lambda _values: answers, [1, 2])
    assert {type(one.problem) for one in attempts} == {ModelOutputInvalid}


def test_an_answer_that_is_no_number_is_none(run: Any) -> None:
    attempts, _ = run(lambda _values: [1.0, float("nan")], [1, 2])
    assert [type(one.problem) for one in attempts] == [type(None), ModelOutputInvalid]


def test_the_traceback_keeps_nothing_alive() -> None:
    class Tensor:
        pass

    held: list[weakref.ref[Tensor]] = []

    def call() -> None:
        tensor = Tensor()
        held.append(weakref.ref(tensor))
        try:
            raise KeyError(tensor)  # noqa: TRY301  as a model may
        except KeyError:
            raise InvalidParameter("no") from None

    gc.disable()
    try:
        _, failed = guarded(call, "m")
        assert failed is not None
        assert held[0]() is None
    finally:
        gc.enable()


def test_mates_are_of_one_model_one_size_and_equal_parameters(submission: Any) -> None:
    first = submission("m", 1)
    same = [submission("m", 1) for _ in range(3)]
    wide = submission("m", 1, rgb=np.zeros((4, 7, 3), np.uint8))
    others = [submission("n", 1), submission("m", 2), wide]
    assert mates(first, [*others, *same], 9) == same
    assert mates(first, [*others, *same], 2) == same[:2]
    assert mates(first, same, 0) == []
