"""Vectors beside a graph are put into it by a thread of its own, while searches go on.

What is not in the graph yet is compared one by one, so that a search finds it at once.  A graph
is written to its file when it was added to, and not otherwise.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from edge_server.problems import Problem
from edge_server.store.unasked import unasked

if TYPE_CHECKING:
    from collections.abc import Callable

    from edge_server.search.indexes import Indexes

_LOG = logging.getLogger("edge_server")
_AT_ONCE = 500  # vectors, after which it may have to end


@dataclass
class Folding:
    """For the indexes of all owners; any number of threads may use one."""

    indexes: Indexes
    _leave: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)
    _thread: Thread | None = None

    def wake(self) -> None:
        """See to it, if any index has more beside its graph than it should."""
        if self.indexes.next_due() is None:
            return
        with self._lock:
            if not self._leave.is_set() and self._thread is None:
                self._thread = Thread(target=self._work, name="search graph", daemon=True)
                self._thread.start()

    def settle(self, seconds: float) -> None:
        """Wait until it is done, at most so many seconds."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def stop(self, seconds: float = 10.0) -> None:
        """End soon, whatever is done by then; it is begun anew after the next start."""
        self._leave.set()
        self.settle(seconds)

    @unasked()
    def _work(self) -> None:
        try:
            while (owner := self.indexes.next_due()) is not None and not self._leave.is_set():
                fold(self.indexes, owner, self._leave.is_set)
        except Problem as problem:
            _LOG.info("an index of the search is not made yet: %s", problem.code)
        finally:
            with self._lock:
                self._thread = None


def fold(indexes: Indexes, owner: str, must_leave: Callable[[], bool] = lambda: False) -> bool:
    """Put everything of an owner into the graph, write it, and go on with it: whether it was
    done, and not left."""
    with indexes.index(owner) as index:
        graph = index.nearest.graph()
        keys, vectors = index.nearest.beside.all()
    for start in range(0, len(keys), _AT_ONCE):
        if must_leave():
            return False
        part = slice(start, start + _AT_ONCE)
        graph.add(keys[part], vectors[part])
    indexes.save(owner, graph)
    with indexes.index(owner) as index:
        index.nearest.take(graph)
    return True
