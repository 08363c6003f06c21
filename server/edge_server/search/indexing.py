"""Kept photos are described: when they are kept, after a start, and by the command."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from itertools import islice
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from edge_server.engine.interface import Deadline, Priority
from edge_server.intake.decoding import Wishes
from edge_server.problems import NotFound, Problem
from edge_server.store.unasked import unasked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edge_server.intake.intake import Intake
    from edge_server.search.describing import Describer
    from edge_server.search.description import Description
    from edge_server.search.rows import Rows
    from edge_server.store.store import Store

_LOG = logging.getLogger("edge_server")
_AT_ONCE = 50
_WHATEVER_IS_THERE = Wishes(allow_truncated=True)
_SECONDS = 60.0  # for one photo
_AGAIN, _AT_MOST = 2.0, 300.0  # seconds until it is tried again, doubled each time


@dataclass
class Indexer:
    """Describes what is kept and has no row yet.

    Which photos these are is asked of the database, so that none is forgotten, whoever kept
    it and whatever was killed meanwhile.
    """

    store: Store
    intake: Intake
    describer: Describer
    rows: Rows
    _leave: Event = field(default_factory=Event)
    _wanted: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)
    _thread: Thread | None = None

    def catch_up(
        self,
        owner: str | None = None,
        most: int | None = None,
        told: Callable[[int], None] = lambda _count: None,
    ) -> int:
        """Describe what is pending, of one owner or of all, at most so many: how many.

        ``told`` is given the number so far.  What keeps one photo from being described keeps
        no other: the first such ``Problem`` is raised at the end.
        """
        count, problem = 0, None
        for whose, photo_id in islice(self._pending(owner), most):
            try:
                count += self._index(whose, photo_id)
            except Problem as kept_from:
                problem = problem or kept_from
            told(count)
        if problem is not None:
            raise problem
        return count

    def wake(self) -> None:
        """Something was kept: a thread of its own looks for it and ends when all is done."""
        self._wanted.set()
        with self._lock:
            if not self._leave.is_set() and (
                self._thread is None or not self._thread.is_alive()
            ):
                self._thread = Thread(target=self._work, name="search", daemon=True)
                self._thread.start()

    def settle(self, seconds: float) -> None:
        """Wait until nothing is pending, at most so many seconds."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(max(0.0, seconds))

    def stop(self, seconds: float = 10.0) -> None:
        """End after the photo in hand."""
        self._leave.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(seconds)

    @unasked()
    def _work(self) -> None:
        pause = _AGAIN
        while not self._leave.is_set():
            self._wanted.clear()
            try:
                self.catch_up()
            except Problem as problem:
                _LOG.info("some photos are not described yet: %s", problem.code)
                self._leave.wait(pause)
                pause = min(2 * pause, _AT_MOST)
                continue
            with self._lock:
                if not self._wanted.is_set():
                    self._thread = None
                    return

    def _pending(self, owner: str | None) -> Iterator[tuple[str, str]]:
        """Each photo that is pending, once, until this has to end."""
        after = ""
        while part := self.rows.pending(owner, after, _AT_ONCE):
            for whose, photo_id in part:
                if self._leave.is_set():
                    return
                yield whose, photo_id
            after = part[-1][1]

    def _index(self, owner: str, photo_id: str) -> bool:
        try:
            _, content = self.store.original(owner, photo_id)
        except NotFound:
            return False  # deleted meanwhile
        return self.rows.put(owner, photo_id, self._described(content))

    def _described(self, content: bytes) -> Description | None:
        """None for bytes that were taken in, but cannot be decoded whole."""
        try:
            photo = self.intake.from_bytes(content, _WHATEVER_IS_THERE).photo
        except Problem as problem:
            if problem.retryable or problem.status >= 500:
                raise
            _LOG.warning("a kept photo cannot be searched for: %s", problem.code)
            return None
        deadline = Deadline.after(_SECONDS)
        return self.describer.describe(photo, deadline, priority=Priority.BATCH)
