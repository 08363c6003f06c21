"""Analyses of one photo side by side: each comes as soon as it is ready.

Each is a task's own call in a thread of its own, which waits; what computes are the slots of
the engine, where light models never wait behind heavy ones.  What two of them ask alike is
computed once (:mod:`edge_server.engine.sharing`).
"""

from __future__ import annotations

import logging
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING, TypeAlias

from edge_server.analysis.findings import Finding, finding_of
from edge_server.engine.interface import Priority
from edge_server.engine.sharing import SharedRuns
from edge_server.problems import Problem
from edge_server.tasks.task import Call

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edge_server.engine.interface import Deadline, Engine, Ticket
    from edge_server.intake.upload import Upload
    from edge_server.tasks.task import Own, Task

_LOG = logging.getLogger("edge_server")
Outcome: TypeAlias = tuple[str, Finding | Problem]


@dataclass
class Tickets:
    """What was submitted for one question, so that all of it can be dropped at once."""

    gone: bool = False
    _begun: list[Ticket] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def add(self, ticket: Ticket) -> None:
        """One more; dropped at once where nobody waits any more."""
        with self._lock:
            self._begun.append(ticket)
            gone = self.gone
        if gone:
            ticket.cancel()

    def cancel(self) -> None:
        """Nobody waits any more."""
        with self._lock:
            self.gone = True
            begun = list(self._begun)
        for ticket in begun:
            ticket.cancel()


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Analyses that are wanted of a photo."""

    engine: Engine
    upload: Upload
    tasks: Sequence[Task]
    deadline: Deadline
    priority: Priority = Priority.INTERACTIVE
    own: Own | None = None
    tickets: Tickets = field(default_factory=Tickets)


def outcomes(asking: Asking, patience: float | None = None) -> Iterator[Outcome | None]:
    """What came of each task, by its name, in the order in which they end.

    None where nothing has come for ``patience`` seconds, as often as that happens.  Whoever
    stops listening stops the rest.
    """
    ended: SimpleQueue[Outcome] = SimpleQueue()
    shared = replace(asking, engine=SharedRuns(asking.engine))
    for task in asking.tasks:
        Thread(
            target=copy_context().run,  # asked or unasked, as we are
            args=(lambda one: ended.put((one.name, _outcome(shared, one))), task),
            name=f"analysis-{task.name}",
            daemon=True,
        ).start()
    left = len(asking.tasks)
    try:
        while left:
            try:
                outcome = ended.get(timeout=patience)
            except Empty:
                yield None
                continue
            left -= 1
            yield outcome
    finally:
        if left:
            asking.tickets.cancel()


def _outcome(asking: Asking, task: Task) -> Finding | Problem:
    try:
        params = task.params()
        rgb = asking.upload.photo.rgb
        task.check((rgb.shape[0], rgb.shape[1]), params)
        call = Call(
            engine=asking.engine,
            photo=asking.upload.photo,
            params=params,
            deadline=asking.deadline,
            priority=asking.priority,
            began=asking.tickets.add,
            upload=asking.upload,
            own=asking.own,
        )
        return finding_of(task.answer(task, call))
    except Problem as problem:
        return problem
    except Exception as error:  # noqa: BLE001  one that fails takes none of the others with it
        _LOG.exception("a bug: %s in %s", type(error).__name__, task.name)
        return Problem("something went wrong here, not with the photo: report the instance")
