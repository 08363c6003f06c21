from __future__ import annotations

from threading import Event, Thread
from typing import Any

import pytest

from edge_server.engine.interface import Priority
from edge_server.engine.lane import Lane
from edge_server.problems import Draining, Overloaded


def one_each(_first: object) -> int:
    return 1


def values(batch: Any) -> list[int]:
    return [one.work.params.value for one in batch]


def filled(submission: Any, *values_: int, capacity: int = 99, **fields: Any) -> Lane:
    lane = Lane("l", capacity=capacity, slots=1)
    for value in values_:
        lane.put(submission("m", value, **fields))
    return lane


def test_first_in_first_out(submission: Any) -> None:
    lane = filled(submission, 1, 2, 3)
    assert [values(lane.take(one_each)) for _ in range(3)] == [[1], [2], [3]]


def test_interactive_goes_before_batch_and_batch_is_not_starved(submission: Any) -> None:
    lane = filled(submission, 100, 101, priority=Priority.BATCH)
    for value in range(12):
        lane.put(submission("m", value))
    order = [values(lane.take(one_each))[0] for _ in range(14)]
    assert order == [0, 1, 2, 3, 100, 4, 5, 6, 7, 101, 8, 9, 10, 11]


def test_a_queue_that_is_full_takes_no_more(submission: Any) -> None:
    lane = filled(submission, 1, 2, capacity=2)
    with pytest.raises(Overloaded) as raised:
        lane.put(submission("m", 3))
    assert (raised.value.limit, raised.value.actual, raised.value.retry_after) == (2, 2, 1)


def test_batch_work_does_not_fill_the_queue_of_the_interactive(submission: Any) -> None:
    lane = filled(submission, 1, 2, capacity=2, priority=Priority.BATCH)
    with pytest.raises(Overloaded):
        lane.put(submission("m", 3, priority=Priority.BATCH))
    lane.put(submission("m", 4))
    assert lane.depths() == {Priority.INTERACTIVE: 1, Priority.BATCH: 2}


@pytest.mark.parametrize(
    ("seconds", "slots", "retry"), [(0.01, 1, 1), (4.0, 1, 12), (4.0, 2, 6), (500.0, 1, 60)]
)
def test_when_to_try_again_is_what_was_measured(
    submission: Any, seconds: float, slots: int, retry: int
) -> None:
    lane = Lane("l", capacity=3, slots=slots)
    lane.put(submission())
    lane.take(one_each)
    lane.done(seconds)
    for _ in range(3):
        lane.put(submission())
    with pytest.raises(Overloaded) as raised:
        lane.put(submission())
    assert raised.value.retry_after == retry


def test_what_fits_goes_together(submission: Any) -> None:
    lane = filled(submission, 1, 2, 1, 1, 1)
    lane.put(submission("m", 1, priority=Priority.BATCH))
    lane.put(submission("other", 1))
    assert values(lane.take(lambda _first: 4)) == [1, 1, 1, 1]
    assert values(lane.take(lambda _first: 4)) == [2]
    assert lane.depths() == {Priority.INTERACTIVE: 1, Priority.BATCH: 1}


def test_a_batch_is_not_waited_for_at_low_load(submission: Any) -> None:
    lane = filled(submission, 1)
    assert values(lane.take(lambda _first: 8)) == [1]


def test_a_batch_is_waited_for_where_that_is_configured(submission: Any) -> None:
    lane = Lane("l", capacity=9, slots=2, patience=20)
    asked, taken = Event(), []

    def limit(_first: object) -> int:
        asked.set()
        return 3

    taking = Thread(target=lambda: taken.extend(lane.take(limit)))
    taking.start()
    lane.put(submission("m", 5))
    assert asked.wait(10)
    lane.put(submission("m", 5))
    lane.put(submission("m", 5))
    taking.join(10)
    assert values(taken) == [5, 5, 5]


def test_who_waits_for_a_batch_does_not_keep_others_from_their_work(submission: Any) -> None:
    lane = Lane("l", capacity=9, slots=2, patience=20)
    asked, batches = Event(), []

    def limit(_first: object) -> int:
        asked.set()
        return 3

    takers = [Thread(target=lambda: batches.append(values(lane.take(limit))))]
    takers[0].start()
    lane.put(submission("m", 5))
    assert asked.wait(10)
    takers.append(Thread(target=lambda: batches.append(values(lane.take(one_each)))))
    takers[1].start()
    while len(lane._work._waiters) < 2:  # type: ignore[attr-defined]
        Event().wait(0.001)
    lane.put(submission("m", 6))
    takers[1].join(10)
    assert batches == [[6]]
    lane.close()
    takers[0].join(10)
    assert batches == [[6], [5]]


def test_what_nobody_waits_for_leaves_its_place(submission: Any) -> None:
    lane = filled(submission, 1, capacity=2)
    gone = submission("m", 2)
    lane.put(gone)
    assert lane.discard(gone)
    assert not lane.discard(gone)
    lane.put(submission("m", 3))
    assert [values(lane.take(one_each)) for _ in range(2)] == [[1], [3]]


def test_idle_is_nothing_waiting_and_nothing_computed(submission: Any) -> None:
    lane = filled(submission)
    assert lane.wait_idle(0)
    lane.put(submission())
    assert not lane.wait_idle(0)
    lane.take(one_each)
    assert lane.busy() == 1
    assert not lane.wait_idle(0)
    ending = Thread(target=lane.done)
    ending.start()
    assert lane.wait_idle(10)
    ending.join()


def test_idle_is_also_what_was_discarded(submission: Any) -> None:
    lane, one = filled(submission), submission()
    lane.put(one)
    leaving = Thread(target=lane.discard, args=(one,))
    leaving.start()
    assert lane.wait_idle(10)
    leaving.join()


def test_a_lane_that_drains_gives_what_it_has_and_takes_nothing(submission: Any) -> None:
    lane = filled(submission, 1)
    lane.drain()
    with pytest.raises(Draining):
        lane.put(submission())
    assert values(lane.take(one_each)) == [1]


def test_a_lane_that_closes_sends_everybody_home(submission: Any) -> None:
    lane = Lane("l", capacity=2, slots=2)
    batches: list[object] = []
    takers = [Thread(target=lambda: batches.append(lane.take(one_each))) for _ in range(2)]
    for taker in takers:
        taker.start()
    assert lane.close() == []
    for taker in takers:
        taker.join(10)
    assert batches == [[], []]
    with pytest.raises(Draining):
        lane.put(submission())


def test_closing_gives_back_what_waited(submission: Any) -> None:
    assert values(filled(submission, 1, 2).close()) == [1, 2]
