"""Questions asked while no server is there: kept in a file, answered once one is.

::

    queue = OfflineQueue("questions.sqlite")
    job = queue.put("depth", "street.jpg")
    queue.drain(remote, told=lambda job, outcome: ...)  # now, or after the next start
    queue.result(job)

A job is on disk before :meth:`OfflineQueue.put` returns, and its answer before anybody is
told, so that the program may be killed at any place.  Each job has one answer.  One whose
answer was on its way when the program died is sent again with the same
``Idempotency-Key``, by which a server that keeps keys knows it.
"""

from __future__ import annotations

import sqlite3
import uuid
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from edge_runtime.errors import PocketLensError, UnknownName
from edge_runtime.exclusive import exclusive
from edge_runtime.outcomes import Unavailable, mapped
from edge_runtime.remote.asking import TASKS, Prepared, prepared, read_answer
from edge_runtime.remote.connections import Reply
from edge_runtime.remote.remote_lens import How
from edge_runtime.remote.uploads import opened
from edge_runtime.transparency import as_transparent, packed, unpacked
from edge_runtime.typed_reading import from_json
from edge_runtime.write_ahead import write_ahead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edge_runtime.outcomes import Outcome
    from edge_runtime.remote.asking import Field, Received
    from edge_runtime.remote.caller import Answered
    from edge_runtime.remote.remote_lens import RemoteLens
    from edge_runtime.remote.uploads import Shown

_VERSION = 1
_BUSY_SECONDS = 10.0
_TABLE = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    question TEXT NOT NULL,
    body BLOB NOT NULL,
    how TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'refused')),
    answer BLOB,
    attempts INTEGER NOT NULL DEFAULT 0,
    ms REAL NOT NULL DEFAULT 0,
    told INTEGER NOT NULL DEFAULT 0
)
"""
# What the server says of a question that it will never answer, whenever it is asked.
REFUSED = frozenset(
    {
        *("malformed-multipart", "malformed-json", "malformed-request", "missing-image"),
        *("empty-image", "duplicate-field", "ambiguous-source", "bad-base64", "not-acceptable"),
        *("body-too-large", "too-many-parts", "field-too-large", "unsupported-media-type"),
        *("unsupported-image-format", "content-encoding-unsupported", "image-truncated"),
        *("image-undecodable", "image-too-large", "image-too-small", "image-too-complex"),
        *("output-too-large", "invalid-parameter", "invalid-roi", "unknown-name"),
        *("missing-dump", "dump-unusable", "dump-too-large", "unknown-model-file"),
        *("no-face", "several-faces", "consent-missing", "contradiction"),
        "idempotency-key-reused",
    }
)
# What says nothing of the next question: this one has too little time, or is too large.
_OF_ONE = frozenset({"deadline", "deadline-exceeded", "memory"})


@dataclass(frozen=True, kw_only=True)
class Drained:
    """What came of one go: jobs ``answered`` and ``refused`` for good, and those ``waiting``
    still; ``outage`` says why, where one ended it."""

    answered: int = 0
    refused: int = 0
    waiting: int = 0
    outage: Unavailable | None = None


class OfflineQueue:
    """Jobs in an SQLite file; several threads and processes may use it.

    Everything raises ``PocketLensError`` where the file cannot be used.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        with self._open() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version > _VERSION:
                raise PocketLensError(f"{self.path} is of a later PocketLens: update this one")
            db.execute(_TABLE)
            db.execute(f"PRAGMA user_version = {_VERSION}")

    def put(self, task: str, photo: Shown, how: How | None = None, **fields: Field) -> str:
        """Keep a question, and return its job's id.

        ``task``: as the methods of a ``RemoteLens`` are called, but ``background``;
        ``fields``: the parameters of the server's task.  Raises ``PhotoError`` too.
        """
        if task not in TASKS:
            raise UnknownName("task", task, TASKS)
        how = how or How()
        said = {**fields, "model": how.model, "checkpoint": how.checkpoint}
        shown = opened(photo)
        question = prepared(task, shown, said, full_size=how.full_size)
        alpha = packed(shown.photo.alpha)
        job = str(uuid.uuid4())
        kept = msgspec.json.encode(replace(question, body=b"", alpha=alpha)).decode()
        row = (job, kept, question.body, msgspec.json.encode(asdict(how)).decode())
        with self._open() as db:
            db.execute("INSERT INTO jobs (id, question, body, how) VALUES (?, ?, ?, ?)", row)
        return job

    def drain(
        self,
        remote: RemoteLens,
        told: Callable[[str, Outcome[Any]], None] | None = None,
    ) -> Drained:
        """Ask what waits, the oldest first, until all is answered or the server is away.

        ``told`` is given each job that came to an end, with its outcome; one during whose
        telling the program died is told again the next time.  Where another process is
        draining already, nothing is done.
        """
        drained = Drained()
        with self._alone() as alone:
            if alone:
                self._tell(told)
                for job in self._jobs("state = 'waiting'"):
                    drained = self._run(remote, job, drained)
                    self._tell(told)
                    if drained.outage is not None:
                        break
        return replace(drained, waiting=len(self.waiting()))

    def result(self, job: str) -> Outcome[Any]:
        """A job's outcome: ``Unavailable`` with code ``waiting`` until it was answered.

        Raises ``UnknownName`` for a job that there is not.
        """
        with self._open() as db:
            found = db.execute(
                "SELECT question, state, answer, attempts, ms FROM jobs WHERE id = ?", (job,)
            ).fetchone()
        if found is None:
            raise UnknownName("job", job, ())
        kept, state, answer, attempts, ms = found
        if state == "waiting":
            return Unavailable("the job waits for a server", 0.0, "waiting")
        if state == "refused":
            return from_json(answer, Unavailable)
        question = _question(kept)
        reply = Reply(status=200, headers={}, body=answer)
        outcome = read_answer(question, reply, lambda _: "").outcome(question, attempts, ms)
        alpha = unpacked(question.alpha)
        return mapped(outcome, lambda value: as_transparent(value, alpha))

    def waiting(self) -> list[str]:
        """The jobs that are not answered yet, the oldest first."""
        return self._jobs("state = 'waiting'")

    def forget(self, job: str) -> None:
        """Take a job out, answered or not."""
        with self._open() as db:
            db.execute("DELETE FROM jobs WHERE id = ?", (job,))

    def _run(self, remote: RemoteLens, job: str, drained: Drained) -> Drained:
        with self._open() as db:
            found = db.execute(
                "SELECT question, body, how FROM jobs WHERE id = ?", (job,)
            ).fetchone()
        if found is None:  # forgotten meanwhile
            return drained
        kept, body, said = found
        how = replace(from_json(said, How), key=job)
        answered = remote.send(replace(_question(kept), body=body), how)
        if not isinstance(answered, Unavailable):
            self._keep(job, answered)
            return replace(drained, answered=drained.answered + 1)
        if answered.code in REFUSED:
            self._end(job, "refused", msgspec.json.encode(asdict(answered)))
            return replace(drained, refused=drained.refused + 1)
        # What will not pass by waiting, such as missing weights, must not stop the others; nor
        # one that is late: should it be the server that hangs, the client's breaker says so.
        its_own = answered.retry_after is None or answered.code in _OF_ONE
        return drained if its_own else replace(drained, outage=answered)

    def _keep(self, job: str, answered: Answered[Received]) -> None:
        self._end(job, "done", answered.answer.body, answered.attempts, answered.ms)

    def _end(
        self, job: str, state: str, answer: bytes, attempts: int = 0, ms: float = 0.0
    ) -> None:
        """The answer takes the photo's place, in one transaction."""
        with self._open() as db:
            db.execute(
                "UPDATE jobs SET state = ?, answer = ?, attempts = ?, ms = ?, body = x''"
                " WHERE id = ? AND state = 'waiting'",
                (state, answer, attempts, ms, job),
            )

    def _tell(self, told: Callable[[str, Outcome[Any]], None] | None) -> None:
        if told is None:
            return
        for job in self._jobs("state != 'waiting' AND NOT told"):
            told(job, self.result(job))
            with self._open() as db:
                db.execute("UPDATE jobs SET told = 1 WHERE id = ?", (job,))

    def _jobs(self, where: str) -> list[str]:
        with self._open() as db:
            rows = db.execute(f"SELECT id FROM jobs WHERE {where} ORDER BY number")  # noqa: S608
            return [row[0] for row in rows]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A transaction, on disk when it ends."""
        try:
            with closing(sqlite3.connect(self.path, timeout=_BUSY_SECONDS)) as db, db:
                write_ahead(db, _BUSY_SECONDS)
                db.execute("PRAGMA synchronous = FULL")
                yield db
        except sqlite3.Error as error:
            raise self._unusable(error) from None

    def _unusable(self, error: sqlite3.Error) -> PocketLensError:
        return PocketLensError(
            f"{self.path} cannot be used as a queue ({error}): name another file"
        )

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Whether nobody else drains."""
        try:
            beside = self.path.with_name(f"{self.path.name}.draining")
            with exclusive(beside, 0) as alone:
                yield alone
        except sqlite3.Error as error:
            raise self._unusable(error) from None


def _question(kept: str) -> Prepared:
    return from_json(kept, Prepared)
