"""One piece of work, and its end, which comes exactly once."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from edge_server.engine.interface import Answer, Deadline, Priority
from edge_server.heavy_model import Job
from edge_server.problems import Cancelled, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime.spec import Record


@dataclass(frozen=True, kw_only=True)
class Work:
    """What was asked for: ``rgb`` uint8 [H, W, 3]."""

    model_id: str
    rgb: NDArray[np.uint8]
    params: Record
    deadline: Deadline
    priority: Priority = Priority.INTERACTIVE


class Submission:
    """A ticket as the engine sees it.

    ``ended`` is called once, in the thread that brings the end, before anyone who waits is
    told.  ``late`` says why the deadline could not be met.
    """

    def __init__(
        self,
        work: Work,
        ended: Callable[[Submission], None],
        late: Callable[[Submission], Problem],
    ) -> None:
        self.work = work
        self.taken = monotonic()
        self.began: float | None = None
        self.ended = 0.0
        self.outcome: Answer | Problem | None = None
        self._ended, self._late = ended, late
        self._lock = Lock()
        self._done = Lock()  # held until its end has come: less work than an Event
        self._done.acquire()
        self._share = 0.0

    def result(self) -> Answer:
        """Wait for the answer, at most until the deadline; raises the ``Problem``."""
        if not self._done.acquire(timeout=max(0.0, self.work.deadline.remaining())):
            self.settle(self._late(self))
            self._done.acquire()
        self._done.release()  # for whoever else waits
        outcome = self.outcome
        if isinstance(outcome, Answer):
            return outcome
        raise Problem("no outcome") if outcome is None else outcome.with_traceback(None)

    def cancel(self) -> None:
        """Nobody waits any more."""
        self.settle(Cancelled("the caller hung up before the answer was ready"))

    def progress(self) -> float:
        """The share that is done, 0..1."""
        return self._share

    @property
    def settled(self) -> bool:
        """Whether its end has come."""
        return self.outcome is not None

    def settle(self, outcome: Answer | Problem) -> bool:
        """Bring its end; False where it had come before."""
        with self._lock:
            if self.outcome is not None:
                return False
            self.ended = monotonic()
            self.outcome = outcome
        if isinstance(outcome, Answer):
            self._share = 1.0
        try:
            self._ended(self)
        finally:
            self._done.release()
        return True

    def alive(self) -> bool:
        """Whether anybody still wants it; ends it where its deadline has passed."""
        if not self.settled and self.work.deadline.remaining() <= 0:
            self.settle(self._late(self))
        return not self.settled

    def begin(self) -> bool:
        """Whether it is still wanted; if so it is computed from now on."""
        if not self.alive():
            return False
        self.began = self.began or monotonic()
        return True

    def job(self) -> Job:
        """What a model is given."""
        work = self.work
        return Job(
            rgb=work.rgb, params=work.params, progress=self._tell, cancelled=self._unwanted
        )

    def _unwanted(self) -> bool:
        return not self.alive()

    def _tell(self, share: float) -> None:
        if not self.settled:
            self._share = min(1.0, max(0.0, share))
