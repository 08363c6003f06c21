"""From a batch that a slot took to the end of each submission in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from time import monotonic
from typing import TYPE_CHECKING

from edge_server.engine.batching import Attempt, Callee, guarded, run_batch
from edge_server.engine.failures import Failure, give_cached_memory_back, problem_of
from edge_server.engine.interface import Answer, Times
from edge_server.problems import ModelUnhealthy, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edge_server.engine.circuit import Circuit
    from edge_server.engine.counting import Observer
    from edge_server.engine.residency import Residency
    from edge_server.engine.resident import Place, Resident
    from edge_server.engine.submission import Submission

_OF_THE_MODEL = {Failure.CRASHED, Failure.POISONED}
_OF_MEMORY = {Failure.MEMORY, Failure.GPU_MEMORY}


@dataclass(kw_only=True)
class _Round:
    """What one try brought.

    ``broken``: those that failed by no fault of their own, as far as is known; ``fatal``:
    there is no use in asking the model anything else; ``seconds`` that it ran.
    """

    seconds: float = 0.0
    answered: int = 0
    broken: list[tuple[Submission, Attempt]] = field(default_factory=list)
    fatal: bool = False

    def failed_by(self, kinds: set[Failure]) -> bool:
        """Whether one of the kinds is among the failures."""
        return any(attempt.failure in kinds for _, attempt in self.broken)


@dataclass(frozen=True, kw_only=True)
class Executor:
    """Loads, runs, and settles; the same for every slot."""

    residency: Residency
    circuits: Mapping[str, Circuit]
    observer: Observer

    def execute(self, batch: Sequence[Submission], place: Place) -> float:
        """Bring each submission to its end; the seconds that the model ran for each.

        What that says of the model is known before anybody is told the end: who asks again at
        once finds it as it now is.
        A model that crashes is loaded again and tried once more; where memory does not
        suffice, what is idle is unloaded and it is tried once more.
        """
        model_id = batch[0].work.model_id
        circuit = self.circuits[model_id]
        permit = circuit.enter()
        if permit is None:
            for submission in batch:
                submission.settle(unhealthy(model_id, circuit))
            return 0.0
        try:
            return self._tried(batch, place, circuit) / len(batch)
        finally:
            circuit.leave(permit)

    def _tried(self, batch: Sequence[Submission], place: Place, circuit: Circuit) -> float:
        done, again = self._round(batch, place, circuit)
        seconds = done.seconds
        if again:
            done, _ = self._round([one for one, _ in done.broken], place, circuit, last=True)
            seconds += done.seconds
        model_id = batch[0].work.model_id
        ill = not done.answered and done.failed_by(_OF_THE_MODEL)
        unhealthy_now = ill and circuit.failed(fatal=done.fatal)
        for submission, attempt in done.broken:
            submission.settle(attempt.problem or problem_of(Failure.CRASHED, model_id))
        if unhealthy_now:
            self.residency.forget(model_id)
        return seconds

    def _round(
        self, batch: Sequence[Submission], place: Place, circuit: Circuit, *, last: bool = False
    ) -> tuple[_Round, bool]:
        """One try, and whether another may help; after the ``last`` there is none."""
        if not any(submission.alive() for submission in batch):
            return _Round(), False
        model_id = batch[0].work.model_id
        resident, failed = guarded(lambda: self.residency.lease(model_id, place), model_id)
        if failed is not None:
            done = _not_loaded(batch, failed)
            return done, not last and self._may_help(done, place, circuit)
        done, again = _Round(fatal=True), False
        try:
            done = self._run(resident, [one for one in batch if one.begin()], circuit)
            again = not last and self._may_help(done, place, circuit)
        finally:
            broken = done.fatal or (again and done.failed_by(_OF_THE_MODEL))
            self.residency.release(resident, keep=not broken)
        if done.fatal:
            self._lost(place)
        return done, again

    def _may_help(self, done: _Round, place: Place, circuit: Circuit) -> bool:
        if not done.broken or done.answered:
            return False  # a model that answers others is well: it was the input
        if done.failed_by(_OF_MEMORY):
            freed = self.residency.evict_idle(place.device)
            give_cached_memory_back()
            return freed
        return circuit.may_reload()

    def _lost(self, place: Place) -> None:
        """CUDA's context is lost, and with it all that was loaded on the device.

        The context is the process's: where loading again does not help, as after an assert
        of a kernel, every model of the device soon is unhealthy, the server is not ready,
        and whoever supervises the process has to start it again.
        """
        self.observer.count("poisoned", device=place.device)
        self.residency.evict_idle(place.device)

    def _run(self, resident: Resident, batch: Sequence[Submission], circuit: Circuit) -> _Round:
        done = _Round()
        if not batch:
            return done
        model_id = resident.id

        def told(size: int) -> None:
            self.observer.count("runs", model=model_id)
            self.observer.observe("batch_size", size, model=model_id)

        callee = Callee(servable=resident.servable, runner=resident.runner, told=told)
        began = monotonic()
        attempts = run_batch(callee, [submission.job() for submission in batch])
        done.seconds = monotonic() - began
        if any(attempt.failure is None for attempt in attempts):
            circuit.succeeded()
        for submission, attempt in zip(batch, attempts, strict=True):
            if attempt.failure is None:
                done.answered += 1
                submission.settle(_answer(resident, submission, attempt, len(batch)))
            elif attempt.failure is Failure.REFUSED:
                submission.settle(attempt.problem or problem_of(attempt.failure, model_id))
            else:
                done.broken.append((submission, attempt))
        done.fatal = done.failed_by({Failure.POISONED})
        return done


def unhealthy(model_id: str, circuit: Circuit) -> Problem:
    """Why nobody tries the model now."""
    return ModelUnhealthy(
        f"{model_id} has failed and rests before it is tried again: try again later",
        retry_after=max(1, ceil(circuit.resting())),
    )


def _not_loaded(batch: Sequence[Submission], failed: Attempt) -> _Round:
    if failed.failure is not Failure.REFUSED:
        return _Round(broken=[(submission, failed) for submission in batch], fatal=True)
    for submission in batch:
        submission.settle(failed.problem or problem_of(Failure.REFUSED, ""))
    return _Round()


def _answer(resident: Resident, submission: Submission, attempt: Attempt, batch: int) -> Answer:
    now = monotonic()
    began = submission.began or now
    return Answer(
        value=attempt.value,
        model=resident.id,
        variant=resident.servable.variant,
        sha256=resident.sha256,
        device=resident.place.device,
        times=Times(
            queued=(began - submission.taken) * 1000, run=(now - began) * 1000, batch=batch
        ),
    )
