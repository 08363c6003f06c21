from __future__ import annotations

import pytest

from edge_runtime.remote.retrying import Holds, RetryBudget, jittered


def test_a_fifth_of_the_questions_may_be_repeated() -> None:
    budget = RetryBudget()
    assert sum(budget.take() for _ in range(20)) == 10
    for _ in range(4):
        budget.earn()
    assert not budget.take()
    budget.earn()
    budget.earn()
    assert budget.take()
    assert not budget.take()


def test_no_more_than_ten_are_saved_up() -> None:
    budget = RetryBudget()
    for _ in range(1000):
        budget.earn()
    assert sum(budget.take() for _ in range(20)) == 10


@pytest.mark.parametrize(
    ("attempt", "after", "least", "most"),
    [(1, None, 0, 0.1), (2, None, 0, 0.2), (4, None, 0, 0.8), (1, 3.0, 3, 3.1)],
)
def test_waits_are_spread_over_all_there_is(
    attempt: int, after: float | None, least: float, most: float
) -> None:
    waits = [jittered(0.1, attempt, after) for _ in range(400)]
    assert min(waits) >= least
    assert max(waits) <= most
    assert min(waits) < least + 0.2 * (most - least)
    assert max(waits) > most - 0.2 * (most - least)


def test_an_address_is_held_for_its_time() -> None:
    now = [10.0]
    holds = Holds(lambda: now[0])
    holds.hold("/v1/faces", 2)
    assert (holds.rest("/v1/faces"), holds.rest("/v1/depth")) == (2, 0)
    now[0] += 3
    assert holds.rest("/v1/faces") == 0
