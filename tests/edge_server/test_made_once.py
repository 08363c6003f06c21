from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from threading import Barrier, Event

import pytest

from edge_server.api.app import Services
from edge_server.made_once import made_once
from edge_server.search.searcher import Searcher


class Owner:
    def __init__(self) -> None:
        self.made: list[object] = []
        self.other = Event()

    @made_once
    def thing(self) -> object:
        """A thing."""
        self.made.append(object())
        self.other.wait(0.2)  # whoever else would make one has the time to
        return self.made[-1]


def test_threads_that_ask_at_once_are_given_one_and_the_same() -> None:
    owner, start = Owner(), Barrier(8)

    def ask(_: int) -> object:
        start.wait(10)
        return owner.thing

    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(ask, range(8)))
    assert found == set(owner.made)
    assert len(found) == 1
    assert vars(owner)["thing"] in found


def test_each_owner_has_its_own() -> None:
    assert Owner().thing is not Owner().thing
    assert Owner.thing.__doc__ == "A thing."


@pytest.mark.parametrize("kind", [Services, Searcher])
def test_what_all_threads_share_is_made_once(kind: type) -> None:
    """Python 3.13 would make two queues of jobs, two stores, two indexers."""
    unlocked = [name for name, value in vars(kind).items() if type(value) is cached_property]
    assert unlocked == []
