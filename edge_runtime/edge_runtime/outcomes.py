"""What comes of a question that may be answered here, elsewhere, or not at all.

An outcome is one of three, and ``match`` takes them apart::

    match router.depth(photo):
        case Ok(value, provenance): ...
        case Degraded(value, provenance, why): ...
        case Unavailable(why, retry_after): ...

An outage is never an empty list: ``Ok`` of no faces says that there are none, and out of
``Unavailable`` no value can be got.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Literal, NoReturn, TypeAlias, TypeVar

from edge_runtime.errors import NoAnswer
from edge_runtime.results import Prediction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Value = TypeVar("Value")
Other = TypeVar("Other")


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where a value comes from.

    ``sha256``: of the model's file, empty where it is not known.  ``ms``: milliseconds by
    stage; of a server's answer ``server.*`` are its own and ``round_trip`` is all of it.
    ``bytes_sent``: the upload; ``bytes_saved``: what the photo as given has more than that.
    """

    where: Literal["device", "server"]
    model: str
    sha256: str
    variant: str
    accelerator: str
    ms: Mapping[str, float] = field(default_factory=dict)
    bytes_sent: int = 0
    bytes_saved: int = 0
    attempts: int = 1


@dataclass(frozen=True)
class Ok(Generic[Value]):
    """What was asked for."""

    value: Value
    provenance: Provenance


@dataclass(frozen=True)
class Degraded(Generic[Value]):
    """Less than what was asked for; ``why`` says in what."""

    value: Value
    provenance: Provenance
    why: str


@dataclass(frozen=True)
class Unavailable:
    """No answer: ``why`` is one line; ``retry_after`` seconds from now it may be asked again,
    None where asking again will not help.

    ``code`` is the server's (``weights-missing``, ``invalid-parameter``, ...) or one of
    ``unreachable``, ``deadline``, ``circuit-open``, ``not-an-answer``, ``wrong-file``,
    ``held``, ``not-offered``, ``not-asked``, ``device-failed``, ``waiting``.
    """

    why: str
    retry_after: float | None
    code: str = "unreachable"

    @property
    def value(self) -> NoReturn:
        """There is none: raises ``NoAnswer`` with the reason."""
        raise NoAnswer(f"there is no answer: {self.why}", self)


Outcome: TypeAlias = Ok[Value] | Degraded[Value] | Unavailable


@dataclass(frozen=True, kw_only=True)
class Routed(Prediction[Value]):
    """A prediction, and the outcome of a router that it was taken from."""

    outcome: Ok[Value] | Degraded[Value]


def mapped(outcome: Outcome[Value], change: Callable[[Value], Other]) -> Outcome[Other]:
    """The outcome with another value made of its own, where it has one."""
    match outcome:
        case Ok(value, provenance):
            return Ok(change(value), provenance)
        case Degraded(value, provenance, why):
            return Degraded(change(value), provenance, why)
        case Unavailable():
            return outcome


def degraded(outcome: Outcome[Any], why: str) -> Outcome[Any]:
    """The outcome with ``why`` it is less than what was asked for."""
    match outcome:
        case Ok(value, provenance):
            return Degraded(value, provenance, why)
        case Degraded(value, provenance, first):
            return Degraded(value, provenance, f"{first}; {why}")
        case Unavailable():
            return outcome
