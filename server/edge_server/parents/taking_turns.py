"""Of those who want the same at the same time, one computes it and the others wait."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Condition
from typing import TYPE_CHECKING

from edge_server.problems import DeadlineExceeded

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from edge_server.engine.interface import Deadline


class TakingTurns:
    """Names that somebody is busy with; safe in threads."""

    def __init__(self) -> None:
        self._busy: set[Hashable] = set()
        self._turn = Condition()

    @contextmanager
    def alone(self, name: Hashable, deadline: Deadline) -> Iterator[None]:
        """Nobody else is busy with that name while this is held; ``DeadlineExceeded`` where
        somebody was for too long.
        """
        with self._turn:
            while name in self._busy:
                if not self._turn.wait(max(0.0, deadline.remaining())):
                    raise DeadlineExceeded(
                        "another is still computing the same: ask again soon", retry_after=1
                    )
            self._busy.add(name)
        try:
            yield
        finally:
            with self._turn:
                self._busy.discard(name)
                self._turn.notify_all()
