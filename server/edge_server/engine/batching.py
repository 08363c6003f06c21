"""Work that goes together, and what is done when one of a batch spoils it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edge_server.engine.failures import (
    Failure,
    failure_of,
    give_cached_memory_back,
    problem_of,
)
from edge_server.problems import Cancelled, ModelOutputInvalid, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from edge_server.engine.interface import Servable
    from edge_server.engine.submission import Submission
    from edge_server.heavy_model import Job, Runner

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What came of one job: a value, or a failure and what to tell about it."""

    value: Any = None
    failure: Failure | None = None
    problem: Problem | None = None


@dataclass(frozen=True, kw_only=True)
class Callee:
    """A loaded model: ``told`` hears the size of each batch that it is called with."""

    servable: Servable
    runner: Runner
    told: Callable[[int], None]


def mates(first: Submission, queued: Iterable[Submission], most: int) -> list[Submission]:
    """At most so many of ``queued`` that one call can take together with ``first``."""
    found: list[Submission] = []
    for other in queued:
        if len(found) >= most:
            break
        if _fits(first, other):
            found.append(other)
    return found


def _fits(first: Submission, other: Submission) -> bool:
    one, two = first.work, other.work
    same = one.model_id == two.model_id and one.rgb.shape == two.rgb.shape
    return same and bool(one.params == two.params)


def run_batch(callee: Callee, jobs: Sequence[Job]) -> list[Attempt]:
    """An attempt for each job, in order; raises nothing.

    Where the accelerator's memory does not suffice, the batch is halved until it does.
    Where a batch fails otherwise, each job runs alone, so that only the guilty fails.
    """
    attempts = _call(callee, jobs)
    failure = attempts[0].failure
    if failure is Failure.GPU_MEMORY:
        give_cached_memory_back()
    if failure in {None, Failure.POISONED} or len(jobs) == 1:
        return attempts
    if failure is Failure.GPU_MEMORY:
        half = (len(jobs) + 1) // 2
        return run_batch(callee, jobs[:half]) + run_batch(callee, jobs[half:])
    return [_alone(callee, job) for job in jobs]


def _alone(callee: Callee, job: Job) -> Attempt:
    if job.cancelled():
        gone = Cancelled("nobody waits for the answer any more")
        return Attempt(failure=Failure.REFUSED, problem=gone)
    return _call(callee, (job,))[0]


def _call(callee: Callee, jobs: Sequence[Job]) -> list[Attempt]:
    callee.told(len(jobs))
    values, failed = guarded(lambda: callee.runner.run(jobs), callee.servable.id)
    if failed is not None:
        return [failed] * len(jobs)
    if not isinstance(values, Sequence) or len(values) != len(jobs):
        return [_invalid()] * len(jobs)
    return [_checked(callee.servable, value) for value in values]


def guarded(call: Callable[[], Any], model_id: str) -> tuple[Any, Attempt | None]:
    """What the call gives, or the failure that its exception means.

    The exception is let go of before this returns: its traceback would keep the tensors of
    the call alive.
    """
    try:
        return call(), None
    except BaseException as error:  # noqa: BLE001  a model may raise anything, SystemExit too
        failure = failure_of(error)
        if failure is not Failure.REFUSED:
            _log.warning("%s failed (%s)", model_id, failure.name, exc_info=True)
        problem = error if isinstance(error, Problem) else problem_of(failure, model_id)
        problem.__traceback__ = problem.__context__ = problem.__cause__ = None
        return None, Attempt(failure=failure, problem=problem)


def _checked(servable: Servable, value: Any) -> Attempt:
    _, failed = guarded(lambda: servable.check(value), servable.id)
    if failed is None:
        return Attempt(value=value)
    refused = failed.failure is Failure.REFUSED
    return failed if refused else _invalid()


def _invalid() -> Attempt:
    problem = ModelOutputInvalid("the model gave no valid answer for this image: send another")
    return Attempt(failure=Failure.REFUSED, problem=problem)
