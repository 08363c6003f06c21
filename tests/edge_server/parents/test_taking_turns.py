from __future__ import annotations

import time
from threading import Event, Thread

import pytest

from edge_server.engine.interface import Deadline
from edge_server.parents.taking_turns import TakingTurns
from edge_server.problems import DeadlineExceeded


def test_one_computes_and_the_others_find_it_done() -> None:
    turns, done, computed = TakingTurns(), set[str](), []

    def ask(name: str) -> None:
        with turns.alone(name, Deadline.after(20)):
            if name not in done:
                computed.append(name)
                time.sleep(0.02)
                done.add(name)

    threads = [Thread(target=ask, args=(name,)) for name in "aabaab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(computed) == ["a", "b"]


def test_who_waits_does_so_no_longer_than_he_may_and_others_not_at_all() -> None:
    turns, inside, leave = TakingTurns(), Event(), Event()

    def hold() -> None:
        with turns.alone("a", Deadline.after(20)):
            inside.set()
            leave.wait(20)

    thread = Thread(target=hold)
    thread.start()
    assert inside.wait(20)
    with pytest.raises(DeadlineExceeded), turns.alone("a", Deadline.after(0.01)):
        pass
    with turns.alone("b", Deadline.after(0.01)):
        pass
    leave.set()
    thread.join(20)


def test_who_fails_leaves_the_turn_to_the_next() -> None:
    turns = TakingTurns()
    with pytest.raises(ValueError, match="x"), turns.alone("a", Deadline.after(1)):
        raise ValueError("x")
    with turns.alone("a", Deadline.after(0.01)):
        pass
