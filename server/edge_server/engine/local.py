"""The engine inside this process: threads, queues, and the models they share."""

from __future__ import annotations

from functools import partial
from os import cpu_count
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from edge_server.engine.admission import Admission
from edge_server.engine.batching import guarded
from edge_server.engine.circuit import Circuit
from edge_server.engine.counting import Metric, Observer, Tally, gauge
from edge_server.engine.engine_settings import EngineSettings
from edge_server.engine.executing import Executor, unhealthy
from edge_server.engine.failures import Failure
from edge_server.engine.interface import Deadline, Priority, State
from edge_server.engine.lane import Lane
from edge_server.engine.residency import Residency
from edge_server.engine.slots import Duty, Pool, Running, Slot, Watch, shut_down
from edge_server.engine.submission import Submission, Work
from edge_server.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime.spec import Record
    from edge_server.engine.interface import Servable
    from edge_server.engine.resident import Place, Resident


class LocalEngine:
    """An :class:`~edge_server.engine.interface.Engine` of threads.

    Light models (``own_slot``) and heavy ones have lanes of their own: a queue of the heavy
    takes CPU time from the light, but never a turn.  ``observer`` is told what happens;
    :meth:`gauges` says how things stand.
    """

    def __init__(
        self,
        servables: Sequence[Servable],
        settings: EngineSettings | None = None,
        observer: Observer | None = None,
    ) -> None:
        self.settings = settings or EngineSettings()
        self.observer: Observer = observer or Tally()
        self._residency = Residency(
            servables,
            self.observer,
            budget=self.settings.memory_bytes,
            load_seconds=self.settings.load_seconds,
        )
        self._circuits = {one.id: Circuit(self.settings.rest) for one in servables}
        self._admission = Admission(self._residency, self._circuits)
        self._replacing = Lock()
        self._lanes: dict[str, Lane] = {}
        self._whole: set[str] = set()  # lanes whose models use a device whole
        self._cut_short = False
        self._pool = self._started(self._places(servables))

    def submit(
        self,
        model_id: str,
        rgb: NDArray[np.uint8],
        params: Record,
        deadline: Deadline,
        priority: Priority = Priority.INTERACTIVE,
    ) -> Submission:
        """Take the work; see :class:`~edge_server.engine.interface.Engine`."""
        work = Work(
            model_id=model_id, rgb=rgb, params=params, deadline=deadline, priority=priority
        )
        submission = Submission(work, self._ended, self._admission.late)
        try:
            self._admission.check(work)
            self._lane(model_id).put(submission)
        except Problem as problem:
            known = model_id if model_id in self._circuits else ""
            self.observer.count("rejects", model=known, reason=problem.code)
            raise
        self.observer.count("submissions", model=model_id, priority=priority.name.lower())
        return submission

    def states(self) -> Mapping[str, State]:
        """Every model by id, and how it stands."""
        return self._admission.states()

    def version(self, model_id: str) -> str | None:
        """What answers, by its hash; see :class:`~edge_server.engine.interface.Engine`."""
        self._admission.known(model_id)
        return self._residency.version(model_id)

    def warm(self, model_ids: Sequence[str]) -> None:
        """Load these now, in every slot that may need them; raises the ``Problem``."""
        for model_id in model_ids:
            self._admission.known(model_id)
            for place in self._pool.places(self._lane(model_id)):
                self._warm(model_id, place)

    def replace(self, servable: Servable) -> None:
        """Serve another version of a model from now on.

        It is loaded beside the one that is served, so that nobody waits for it and both take
        memory for a moment; where that fails its ``Problem`` is raised, and the one before
        stays.  Each answer is that of one version, and names it.
        """
        self._admission.known(servable.id)
        with self._replacing:
            lane = self._lane(servable.id)
            if servable.lane != lane.name:
                raise ValueError(f"{servable.id} is in the lane {lane.name}, and stays there")
            places = self._residency.places(servable.id) or self._pool.places(lane)[:1]
            self._residency.swap(servable, self._loaded(servable, places))
            self._circuits[servable.id] = Circuit(self.settings.rest)

    def drain(self, seconds: float) -> bool:
        """Take nothing new and finish what was taken; whether all was finished.

        What is not finished after so many seconds ends as ``Draining``.  Its thread goes on
        computing, and a process that ends as usual may abort in it, as torch's do: after a
        False, end by ``os._exit``.
        """
        until = Deadline.after(seconds)
        for lane in self._lanes.values():
            lane.drain()
        left = (lane.wait_idle(max(0.0, until.remaining())) for lane in self._lanes.values())
        finished = all(left)
        self.give_up()
        self._residency.close()
        patience = max(1.0, until.remaining()) if finished else 0.1
        return self._pool.stop(patience) and finished and not self._cut_short

    def give_up(self) -> None:
        """Take nothing new; all that was taken and has not ended ends as ``Draining`` now."""
        left = [one for lane in self._lanes.values() for one in lane.close()]
        for submission in (*left, *self._pool.running()):
            if submission.settle(shut_down()):
                self._cut_short = True

    def close(self) -> None:
        """End at once; what runs is not waited for."""
        self.drain(0)

    def gauges(self) -> tuple[Metric, ...]:
        """How things stand now."""
        memory = sorted(self._residency.memory_bytes().items())
        states = self.states().items()
        return (
            *(one for lane in self._lanes.values() for one in _lane_gauges(lane)),
            *(gauge("memory_bytes", size, device=of) for of, size in memory),
            *(gauge("model_state", 1, model=of, state=state.value) for of, state in states),
            gauge("leaked_threads", self._pool.leaked()),
        )

    def _places(self, servables: Sequence[Servable]) -> list[tuple[Lane, str]]:
        """A lane for each name, and the devices of its slots."""
        found: list[tuple[Lane, str]] = []
        kinds: dict[str, set[tuple[bool, str]]] = {}
        for servable in servables:
            kinds.setdefault(servable.lane, set()).add((servable.own_slot, servable.on))
        for name, kind in kinds.items():
            if len(kind) > 1:
                raise ValueError(
                    f"lane {name}: either all its models have slots, or none, and all run on "
                    "the same devices"
                )
            own_slot, on = next(iter(kind))
            cores = ("cpu",) * (self.settings.slots or cpu_count() or 1)
            devices = cores if own_slot else (on,) if on else self.settings.devices
            self._lanes[name] = Lane(
                name,
                capacity=self.settings.queue,
                slots=len(devices),
                patience=self.settings.fill_seconds,
            )
            if not own_slot:
                self._whole.add(name)
            found += [(self._lanes[name], device) for device in devices]
        return found

    def _started(self, places: Sequence[tuple[Lane, str]]) -> Pool:
        executor = Executor(
            residency=self._residency, circuits=self._circuits, observer=self.observer
        )
        watch = Watch(
            due=self._is_stuck, given_up=self._given_up, every=self.settings.watch_seconds
        )
        duty = Duty(execute=executor.execute, limit=self._batch, nice=self._nice)
        return Pool(places, duty, watch)

    def _lane(self, model_id: str) -> Lane:
        return self._lanes[self._residency.servable(model_id).lane]

    def _batch(self, first: Submission, place: Place) -> int:
        on_cpu = place.device == "cpu"  # measured: there it costs, and gains nothing
        return 1 if on_cpu else self._residency.servable(first.work.model_id).batch

    def _nice(self, lane: Lane) -> int:
        return self.settings.nice if lane.name in self._whole else 0

    def _ended(self, submission: Submission) -> None:
        model_id, outcome = submission.work.model_id, submission.outcome
        code = outcome.code if isinstance(outcome, Problem) else "answered"
        self.observer.count("outcomes", model=model_id, outcome=code)
        began = submission.began
        if began is None:
            self._lane(model_id).discard(submission)
            self.observer.count("dropped", model=model_id, reason=code)
            return
        queued, ran = began - submission.taken, submission.ended - began
        self.observer.observe("seconds", queued, model=model_id, stage="queue")
        self.observer.observe("seconds", ran, model=model_id, stage="run")

    def _is_stuck(self, running: Running) -> bool:
        loading = self._residency.loading(running.model_id)
        # What a load took that nobody waited for is not held against the run behind it.
        since = max(running.unwanted_since(), self._residency.load_ended(running.model_id))
        due = since + self.settings.stuck_seconds
        if loading:
            due = max(due, running.since + self.settings.load_seconds)
        return monotonic() > due

    def _given_up(self, slot: Slot, running: Running) -> None:
        """Its model is at fault; nobody comes near its runner any more."""
        self.observer.count("stuck", model=running.model_id)
        self._circuits[running.model_id].failed(fatal=True)
        self._residency.vacate(slot.place)
        for submission in running.batch:
            submission.settle(self._admission.late(submission))

    def _warm(self, model_id: str, place: Place) -> None:
        resident, failed = guarded(lambda: self._residency.lease(model_id, place), model_id)
        if failed is None:
            self._residency.release(resident)
            return
        circuit = self._circuits[model_id]
        if failed.failure in {Failure.CRASHED, Failure.POISONED}:
            circuit.failed(fatal=True)
        raise failed.problem or unhealthy(model_id, circuit)

    def _loaded(self, servable: Servable, places: Sequence[Place]) -> list[Resident]:
        loaded: list[Resident] = []
        for place in places:
            one, failed = guarded(partial(self._residency.load, servable, place), servable.id)
            if failed is not None:
                self._residency.discard(loaded)
                raise failed.problem or unhealthy(servable.id, Circuit(self.settings.rest))
            loaded.append(one)
        return loaded


def _lane_gauges(lane: Lane) -> tuple[Metric, ...]:
    waiting = lane.depths().items()
    return (
        gauge("slots", lane.slots, lane=lane.name),
        gauge("busy_slots", lane.busy(), lane=lane.name),
        *(
            gauge("queue_depth", n, lane=lane.name, priority=of.name.lower())
            for of, n in waiting
        ),
    )
