"""An engine as one request sees it: what several of its parts ask alike is computed once.

The same question is the same model, the very same pixels, and parameters that are equal.
Whoever asks it again is given the run that there is, and learns whatever comes of it: the
answer, or the problem.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

from edge_server.engine.interface import Priority

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from edge_server.engine.interface import Answer, Deadline, Engine, State, Ticket


@dataclass(eq=False)
class _Run:
    """A submission, and for how many it is: once none is left, it is dropped."""

    ticket: Ticket
    rgb: NDArray[np.uint8]
    params: Any
    waiting: int = 0
    lock: Lock = field(default_factory=Lock)

    def join(self) -> bool:
        """One more wants it; False where it was dropped."""
        with self.lock:
            if self.waiting < 0:
                return False
            self.waiting += 1
            return True

    def leave(self) -> None:
        """One less."""
        with self.lock:
            self.waiting -= 1
            dropped = self.waiting == 0
            if dropped:
                self.waiting = -1
        if dropped:
            self.ticket.cancel()


class SharedTicket:
    """What one asker has of a run: to cancel it takes the run from nobody else."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._left = False
        self._lock = Lock()

    def result(self) -> Answer:
        """Wait for the answer, at most until the deadline; raises the ``Problem``."""
        return self._run.ticket.result()

    def cancel(self) -> None:
        """Wait no more; whoever else asked still does."""
        with self._lock:
            left, self._left = self._left, True
        if not left:
            self._run.leave()

    def progress(self) -> float:
        """The share that is done, 0..1."""
        return self._run.ticket.progress()


class SharedRuns:
    """An :class:`~edge_server.engine.interface.Engine` for the parts of one request, which
    have one deadline and one priority; safe in threads, and to be forgotten with the request:
    it holds the pixels and the answers until then.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._runs: dict[tuple[str, int], list[_Run]] = {}
        self._lock = Lock()

    def submit(
        self,
        model_id: str,
        rgb: NDArray[np.uint8],
        params: Any,
        deadline: Deadline,
        priority: Priority = Priority.INTERACTIVE,
    ) -> SharedTicket:
        """A ticket of the run of that question; what keeps it from being taken is raised, and
        whoever asks next tries again."""
        with self._lock:
            runs = self._runs.setdefault((model_id, id(rgb)), [])
            for run in runs:
                if run.params == params and run.join():
                    return SharedTicket(run)
            ticket = self._engine.submit(model_id, rgb, params, deadline, priority)
            runs.append(run := _Run(ticket, rgb, params, waiting=1))
            return SharedTicket(run)

    def states(self) -> Mapping[str, State]:
        """Every model by id, and how it stands."""
        return self._engine.states()

    def version(self, model_id: str) -> str | None:
        """The ``sha256`` that an answer of the model has from now on."""
        return self._engine.version(model_id)

    def warm(self, model_ids: Sequence[str]) -> None:
        """Load these now."""
        self._engine.warm(model_ids)

    def drain(self, seconds: float) -> bool:
        """Take nothing new, and finish what runs."""
        return self._engine.drain(seconds)
