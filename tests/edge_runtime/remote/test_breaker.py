from __future__ import annotations

from edge_runtime.remote.breaker import Breaker


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_opens_after_failures_in_a_row_only() -> None:
    breaker = Breaker(3, 5.0, Clock())
    for alive in (False, False, True, False, False, None):
        assert breaker.rest() == 0
        breaker.note(alive=alive)
    assert breaker.rest() == 0
    breaker.note(alive=False)
    assert breaker.rest() == 5


def test_one_is_let_through_and_closes_it() -> None:
    clock = Clock()
    breaker = Breaker(1, 5.0, clock)
    breaker.note(alive=False)
    clock.now += 5
    assert breaker.rest() == 0
    assert breaker.rest() > 0  # only one
    breaker.note(alive=True)
    assert breaker.rest() == 0
    assert breaker.rest() == 0


def test_each_failed_trial_doubles_the_wait_to_a_minute() -> None:
    clock = Clock()
    breaker = Breaker(1, 5.0, clock)
    breaker.note(alive=False)
    waits = []
    for _ in range(5):
        waits.append(breaker.rest())
        clock.now += breaker.rest()
        assert breaker.rest() == 0
        breaker.note(alive=None)  # a trial that says nothing is no success
    assert waits == [5, 10, 20, 40, 60]
    clock.now += 60
    assert breaker.rest() == 0
    breaker.note(alive=True)
    breaker.note(alive=False)
    assert breaker.rest() == 5  # the wait is the first one again
