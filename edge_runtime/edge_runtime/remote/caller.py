"""One question to a server: sent, repeated where that is safe, ended at its deadline.

Every question here is safe to repeat: it is answered from the photo alone and changes
nothing, and all its attempts carry one ``Idempotency-Key``.  What is repeated is what
never reached the server or broke on the way, and what the server calls ``retryable``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from edge_runtime.remote.breaker import Breaker
from edge_runtime.remote.connections import TransportError
from edge_runtime.remote.refusals import Refusal, refusal_of
from edge_runtime.remote.retrying import Holds, RetryBudget, jittered

if TYPE_CHECKING:
    from collections.abc import Callable

    from edge_runtime.outcomes import Unavailable
    from edge_runtime.remote.connections import Connections, Line, Reply, Request
    from edge_runtime.remote.remote_settings import RemoteSettings

Answer = TypeVar("Answer")

# A question that had less time than this says nothing of the server where it gets no answer.
_FAIR_SECONDS = 0.25


@dataclass(frozen=True, kw_only=True)
class Answered(Generic[Answer]):
    """What came, how many attempts it took, and the milliseconds of the last one."""

    answer: Answer
    attempts: int
    ms: float


@dataclass(frozen=True)
class Question(Generic[Answer]):
    """A request and how its answer is read: ``read`` raises :class:`Refusal` for one that is
    none.  ``ends``: its deadline, a moment of the monotonic clock."""

    request: Request
    read: Callable[[Reply], Answer]
    ends: float
    hedge_after: float | None = None

    @property
    def left(self) -> float:
        """Seconds until the deadline."""
        return self.ends - monotonic()


Ended: TypeAlias = Answered[Answer] | Refusal


class Caller:
    """Asks one server; safe to use from several threads."""

    def __init__(self, connections: Connections, settings: RemoteSettings) -> None:
        self._connections, self._settings = connections, settings
        self._breaker = Breaker(settings.breaker_failures, settings.breaker_seconds)
        self._budget, self._holds = RetryBudget(), Holds()

    def ask(self, question: Question[Answer]) -> Answered[Answer] | Unavailable:
        """The answer, by the deadline; ``Unavailable`` where there is none."""
        self._budget.earn()
        attempt = 1
        while True:
            ended = self._attempt(question)
            if isinstance(ended, Answered):
                return replace(ended, attempts=attempt)
            wait = self._wait(question, ended, attempt)
            if wait is None:
                return ended.unavailable()
            sleep(wait)
            attempt += 1

    def _attempt(self, question: Question[Answer]) -> Ended[Answer]:
        place = question.request.path.partition("?")[0]
        held = self._holds.rest(place)
        if held:
            return Refusal("the server asked to be left alone", "held", retry_after=held)
        shut = self._breaker.rest()
        if shut:
            return Refusal("the server has failed again and again", "circuit-open", shut)
        fair = question.left >= _FAIR_SECONDS
        alive: bool | None = None
        try:
            race: _Race[Answer] = _Race(self._connections, self._budget)
            ended = race.run(question)
            alive = isinstance(ended, Answered) or ended.alive
        finally:
            self._breaker.note(alive=alive if alive or fair else None)
        if isinstance(ended, Refusal) and ended.retryable and ended.retry_after:
            self._holds.hold(place, ended.retry_after)
        return ended

    def _wait(self, question: Question[Answer], ended: Refusal, attempt: int) -> float | None:
        """Seconds before it is sent again; None where it is not."""
        if not ended.retryable or attempt >= self._settings.attempts:
            return None
        wait = jittered(self._settings.backoff, attempt, ended.retry_after)
        if wait >= question.left or not self._budget.take():
            return None
        return wait


class _Race(Generic[Answer]):
    """An attempt: the request in a thread, and where it is hedged a second one beside it."""

    def __init__(self, connections: Connections, budget: RetryBudget) -> None:
        self._connections, self._budget = connections, budget
        self._ended: SimpleQueue[Ended[Answer]] = SimpleQueue()
        self._lines: list[Line] = []

    def run(self, question: Question[Answer]) -> Ended[Answer]:
        self._start(question)
        waiting = 1
        hedge = question.hedge_after
        while True:
            seconds = question.left if hedge is None else min(hedge, question.left)
            try:
                ended = self._ended.get(timeout=max(seconds, 0))
            except Empty:
                if hedge is None or question.left <= 0:
                    return self._cut(_late())
                hedge = None
                if self._budget.take():
                    self._start(question)
                    waiting += 1
                continue
            waiting -= 1
            if isinstance(ended, Answered) or not waiting:
                return self._cut(ended)

    def _start(self, question: Question[Answer]) -> None:
        line = self._connections.line()
        self._lines.append(line)
        # A daemon: one that is stuck in a name look-up does not keep the program from ending.
        Thread(target=self._send, args=(line, question), daemon=True).start()

    def _cut(self, ended: Ended[Answer]) -> Ended[Answer]:
        for line in self._lines:
            line.cut()
        return ended

    def _send(self, line: Line, question: Question[Answer]) -> None:
        self._ended.put(_sent(line, question))


def _sent(line: Line, question: Question[Answer]) -> Ended[Answer]:
    started = monotonic()
    left = str(max(1, int(1000 * question.left)))
    headers = {**question.request.headers, "X-Deadline-Ms": left}
    try:
        reply = line.ask(replace(question.request, headers=headers), question.ends)
        if reply.status != 200:
            return refusal_of(reply)
        answer = question.read(reply)
    except TransportError as error:
        if question.left <= 0:  # it and who waits for it look at one clock: either may be first
            return _late()
        return Refusal(f"the server cannot be reached ({error})", "unreachable", 0.0)
    except Refusal as refusal:
        return refusal
    return Answered(answer=answer, attempts=1, ms=1000 * (monotonic() - started))


def _late() -> Refusal:
    return Refusal("no answer by the deadline", "deadline", 0.0)
