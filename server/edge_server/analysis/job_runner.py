"""Threads that work through the jobs, behind everyone who waits in front of a screen."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Condition, Event, Lock, Thread
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

import msgspec

from edge_server.analysis.analyses import Chosen
from edge_server.analysis.analysing import Tickets
from edge_server.analysis.inquiry import Wanted
from edge_server.analysis.reporting import Report
from edge_server.asgi.refusing import problem_record
from edge_server.engine.interface import Deadline, Priority
from edge_server.engine.slots import stand_back
from edge_server.problems import Cancelled, Draining, Problem, WorkerLost
from edge_server.store.unasked import unasked
from edge_server.tasks.task import Own

if TYPE_CHECKING:
    from collections.abc import Callable

    from edge_server.analysis.inquiry import Analyst, Inquiry
    from edge_server.analysis.job_records import Due, PhotoState
    from edge_server.analysis.jobs import Jobs

_LOG = logging.getLogger("edge_server")
_At: TypeAlias = tuple[str, int]
# A photo that was begun so often and has not ended is given up.
MOST_TRIES = 3
_SOON = 2.0
_LOOK_SECONDS = 10.0  # for photos that are due again, and for jobs of other processes
_HOUR = 3600.0
_DAY = 86400.0


@dataclass(frozen=True, kw_only=True)
class Pace:
    """``threads``: photos at once; ``seconds``: for one; ``keep_days``: jobs that ended so
    long ago are deleted; ``nice``: how far decoding and what is computed outside the engine
    stand back for the requests of others (Linux); ``lease``: seconds that a photo is this
    process' own unless it says so again, for there may be other servers.
    """

    threads: int = 2
    seconds: float = 300.0
    keep_days: float = 7.0
    lease: float = 30.0
    nice: int = 10


@dataclass
class JobRunner:
    """Works from :meth:`start` to :meth:`stop`; other threads wait for what it does.

    ``jobs`` and ``analyst`` are asked for when there is work: nothing is opened before.
    ``news`` counts what has happened: a photo has ended, a job has come.
    """

    jobs: Callable[[], Jobs]
    analyst: Callable[[], Analyst]
    pace: Pace = field(default_factory=Pace)
    news: int = 0
    _turn: Condition = field(default_factory=Condition)
    _left: Event = field(default_factory=Event)
    _taking: Lock = field(default_factory=Lock)
    _renewing: Lock = field(default_factory=Lock)
    _busy: dict[_At, Tickets] = field(default_factory=dict)
    _leased: set[_At] = field(default_factory=set)
    _threads: list[Thread] = field(default_factory=list)
    _stopping: bool = False
    _regained: bool = False
    _expired: float = 0.0

    def start(self) -> None:
        """Begin, also with what an earlier process has left; once is enough."""
        with self._turn:
            if self._threads or self._stopping:
                return
            self._threads = [
                Thread(target=self._work, name=f"job-{number}", daemon=True)
                for number in range(self.pace.threads)
            ]
            self._threads.append(Thread(target=self._hold, name="job-lease", daemon=True))
            for thread in self._threads:
                thread.start()

    def leave(self) -> None:
        """Take nothing more, and drop what runs: the next process begins it anew."""
        with self._turn:
            self._stopping = True
            self._left.set()
            running = list(self._busy.values())
        self.wake()
        for tickets in running:
            tickets.cancel()

    def stop(self, seconds: float = 5.0) -> None:
        """Leave, and wait for the threads."""
        self.leave()
        for thread in self._threads:
            thread.join(seconds)

    def wake(self) -> None:
        """There may be something to do, or to tell."""
        with self._turn:
            self.news += 1
            self._turn.notify_all()

    def wait(self, seconds: float, news: int) -> None:
        """Until there is more news than those, or so long."""
        with self._turn:
            self._turn.wait_for(lambda: self.news != news or self._stopping, seconds)

    @property
    def stopping(self) -> bool:
        """Whether it takes nothing any more."""
        return self._stopping

    def drop(self, job_id: str) -> None:
        """Nobody wants that job's photos any more."""
        with self._turn:
            running = [tickets for at, tickets in self._busy.items() if at[0] == job_id]
        for tickets in running:
            tickets.cancel()

    @unasked()
    def _work(self) -> None:
        stand_back(self.pace.nice)
        while not self._stopping:
            news = self.news
            try:
                idle = not self._step()
            except Problem as problem:  # the store cannot be asked: it may be soon
                _LOG.warning("jobs wait: %s", problem.code)
                idle = True
            except Exception:  # noqa: BLE001  the others go on
                _LOG.exception("a bug in a job")
                idle = True
            if idle:
                self.wait(_LOOK_SECONDS, news)

    @unasked()
    def _hold(self) -> None:
        """Say again and again which photos are worked on."""
        while not self._left.wait(self.pace.lease / 3):
            with self._renewing:
                self._renew()

    def _renew(self) -> None:
        with self._turn:
            leased = list(self._leased)
        if leased:
            try:
                self.jobs().renew(leased, self.pace.lease)
            except Problem as problem:
                _LOG.warning("jobs cannot be held: %s", problem.code)

    def _step(self) -> bool:
        """One photo; False where there is none."""
        self._expire()
        tickets = Tickets()
        due = self._taken(tickets)
        if due is None:
            return False
        at = (due.job_id, due.number)
        try:
            answered = self._answered(due, tickets)
            with self._renewing, self._turn:  # what is written now is not to be renewed after
                self._leased.discard(at)
            self._end(due, *answered)
        finally:
            with self._turn:
                self._leased.discard(at)
                del self._busy[at]
            self.wake()
        return True

    def _taken(self, tickets: Tickets) -> Due | None:
        with self._taking:
            jobs = self.jobs()
            if not self._regained:
                jobs.regain()
                self._regained = True
            due = None if self._stopping else jobs.take(list(self._busy), self.pace.lease)
            if due is not None:
                at = (due.job_id, due.number)
                with self._turn:
                    self._busy[at] = tickets
                    self._leased.add(at)
                    stopping = self._stopping
                if stopping:  # who told us to leave has not seen these
                    tickets.cancel()
        return due

    def _answered(self, due: Due, tickets: Tickets) -> tuple[tuple[Problem, ...], Any]:
        """The problems, if there were any, and the answer."""
        began = perf_counter()
        name = str(UUID(due.job_id))
        try:
            if due.tries > MOST_TRIES:
                raise WorkerLost("the server ended each time that it began with this photo")
            inquiry = self._inquired(due, tickets)
        except Problem as problem:
            return (problem,), {"problem": problem_record(problem, name)}
        report = Report(inquiry=inquiry, request_id=name, began=began)
        return tuple(inquiry.problems.values()), report.whole()

    def _inquired(self, due: Due, tickets: Tickets) -> Inquiry:
        deadline = Deadline.after(self.pace.seconds)
        wanted = Wanted(
            chosen=Chosen(analyses=due.analyses),
            owner=due.owner,
            deadline=deadline,
            own=Own(owner=due.owner, store=self.jobs().store),
            keep=due.keep,
            allow_truncated=due.allow_truncated,
            priority=Priority.BATCH,
        )
        if due.sha256 is None:
            content = self.analyst().intake.bytes_of_url(due.url, deadline)
        else:
            content = self.jobs().store.content(due.sha256)
        inquiry = self.analyst().begin(content, wanted)
        inquiry.tickets = tickets
        inquiry.finish()
        return inquiry

    def _end(self, due: Due, problems: tuple[Problem, ...], answer: Any) -> None:
        """Write down what came of it, or that it has to begin anew."""
        passing = [one for one in problems if one.retryable]
        if any(isinstance(one, Cancelled | Draining) for one in problems):
            self.jobs().put_back(due, 0, counted=False)
        elif passing and due.tries < MOST_TRIES:
            self.jobs().put_back(due, max(one.retry_after or _SOON for one in passing))
        else:
            state: PhotoState = "failed" if "problem" in answer else "done"
            self.jobs().finish(due, state, msgspec.json.encode(answer))

    def _expire(self) -> None:
        now = self.jobs().store.clock()
        if self.pace.keep_days and now - self._expired > _HOUR:
            self._expired = now
            with suppress(Problem):
                self.jobs().expire(now - self.pace.keep_days * _DAY)
