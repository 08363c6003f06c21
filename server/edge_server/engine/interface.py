"""The one interface between the API and what computes.

The API submits; a ticket comes back at once, or a ``Problem`` where the engine cannot
take the work.  The engine in this process is :mod:`edge_server.engine.local`; another one
behind the same interface is a matter of configuration.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from edge_server.engine.finite import check_finite

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime.spec import Record
    from edge_server.heavy_model import Runner


class Priority(IntEnum):
    """Who goes first."""

    INTERACTIVE = 0
    BATCH = 1


class State(StrEnum):
    """How a model stands."""

    WEIGHTS_MISSING = "weights-missing"
    IDLE = "idle"
    LOADING = "loading"
    READY = "ready"
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True)
class Deadline:
    """A moment of the monotonic clock, in seconds: a clock that is set does not move it."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """That many seconds from now."""
        return cls(monotonic() + seconds)

    def remaining(self) -> float:
        """Seconds that are left; negative once it has passed."""
        return self.at - monotonic()


@dataclass(frozen=True, kw_only=True)
class Times:
    """Where the time of one submission went, in milliseconds."""

    queued: float
    run: float
    batch: int = 1


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A result, and how it came about: ``sha256`` is that of the weights or model file."""

    value: Any
    model: str
    variant: str
    sha256: str
    device: str
    times: Times


class Ticket(Protocol):
    """One submission."""

    def result(self) -> Answer:
        """Wait for the answer, at most until the deadline; raises the ``Problem``."""
        ...

    def cancel(self) -> None:
        """Nobody waits any more: it is dropped if it has not begun, else its result is."""
        ...

    def progress(self) -> float:
        """The share that is done, 0..1."""
        ...


@dataclass(frozen=True, kw_only=True)
class Servable:
    """A model as an engine sees it; :class:`~edge_server.heavy_model.HeavyModel` and the
    bundle's light models both become one.

    ``load(device)`` raises ``WeightsMissing`` or another ``Problem``; just before it comes
    ``sha256()``, which names what will be loaded.  ``slots``: whether
    every inference slot of a CPU has a runner of its own (light models, one core each), or
    all share one that uses every core (heavy models).  ``lane`` keeps the heavy from
    blocking the light: each lane has a queue of its own.  ``on``: the one device that can run
    it, whatever others there are; empty for any.  ``check`` raises
    ``ModelOutputInvalid`` for a value that is no answer.  ``version`` is ``sha256`` as a
    record has it, where looking is quicker than hashing.
    """

    id: str
    load: Callable[[str], Runner]
    available: Callable[[], bool]
    variant: str = ""
    sha256: Callable[[], str] = field(default=lambda: "")
    own_slot: bool = False
    lane: str = "heavy"
    on: str = ""
    batch: int = 1
    check: Callable[[Any], None] = check_finite
    version: Callable[[], str] | None = None


class Engine(Protocol):
    """What computes."""

    def submit(
        self,
        model_id: str,
        rgb: NDArray[np.uint8],
        params: Record,
        deadline: Deadline,
        priority: Priority = Priority.INTERACTIVE,
    ) -> Ticket:
        """Take the work: ``rgb`` uint8 [H, W, 3], upright.

        Raises ``ModelNotFound``, ``WeightsMissing``, ``ModelUnhealthy``, ``Overloaded``,
        ``Draining`` or ``DeadlineExceeded``, each without having computed anything.
        """
        ...

    def states(self) -> Mapping[str, State]:
        """Every model by id, and how it stands."""
        ...

    def version(self, model_id: str) -> str | None:
        """The ``sha256`` that an answer of the model has from now on; None where its weights
        are not here.  Raises ``ModelNotFound``.
        """
        ...

    def warm(self, model_ids: Sequence[str]) -> None:
        """Load these now instead of at their first use."""
        ...

    def drain(self, seconds: float) -> bool:
        """Take nothing new, finish what runs, give all memory back; whether all finished."""
        ...
