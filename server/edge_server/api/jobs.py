"""``POST /v1/analyze/batch`` and ``/v1/jobs``: many photos, answered when they are ready."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from threading import BoundedSemaphore
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import msgspec
from flask import Blueprint, Response, request

from edge_runtime.spec import Record
from edge_server.analysis import event_stream
from edge_server.analysis.event_stream import EVENTS, event
from edge_server.api.access import owner_of
from edge_server.api.batches import new_job
from edge_server.api.idempotency import answered_once
from edge_server.api.parameters import check_names, names_of, read_parameters
from edge_server.api.requests import deadline_or
from edge_server.problems import NotAcceptable, NotFound, Overloaded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_server.analysis.job_records import JobRecord
    from edge_server.analysis.job_runner import JobRunner
    from edge_server.analysis.jobs import Jobs
    from edge_server.api.app import Services

Json: TypeAlias = dict[str, Any]
JSON = "application/json"
LAST = "Last-Event-ID"
# Each holds a thread for as long as it is listened to.
_MOST_LISTENERS = 16


class ListParams(Record, frozen=True, kw_only=True):
    """``limit``: jobs on a page; ``after``: where the page before ended."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20
    after: Annotated[str, msgspec.Meta(max_length=32)] = ""


class JobParams(Record, frozen=True, kw_only=True):
    """``answers``: whether what was found in each photo is told as well."""

    answers: bool = True


def jobs(services: Services) -> Blueprint:
    """Make, see, follow and end jobs."""
    blueprint = Blueprint("jobs", __name__, url_prefix="/v1")
    views = _Views(services, BoundedSemaphore(_MOST_LISTENERS))
    once = partial(
        answered_once, services.kept, partial(deadline_or, services.settings), views.begin
    )
    blueprint.add_url_rule("/analyze/batch", "begin", once, methods=["POST"])
    blueprint.add_url_rule("/jobs", "list", views.list, methods=["GET"])
    one = "/jobs/<job_id>"
    blueprint.add_url_rule(one, "see", views.see, methods=["GET"])
    blueprint.add_url_rule(one, "end", views.end, methods=["DELETE"])
    return blueprint


@dataclass(frozen=True)
class _Views:
    """One method an address."""

    services: Services
    listeners: BoundedSemaphore

    def begin(self) -> Response:
        services = self.services
        deadline = deadline_or(services.settings)
        jobs = self._jobs
        with services.gates[False].passed(deadline):
            new = new_job(services)
            record = jobs.submit(owner_of(), new)
        self._runner.start()
        self._runner.wake()
        response = _json(record, 202)
        response.headers["Location"] = f"/v1/jobs/{record.id}"
        return response

    def list(self) -> Response:
        fields = {name: list(texts) for name, texts in request.args.lists()}
        check_names(fields, names_of(ListParams))
        params = read_parameters(ListParams, fields)
        return _json(self._jobs.page(owner_of(), params.limit, params.after))

    def see(self, job_id: str) -> Response:
        fields = {name: list(texts) for name, texts in request.args.lists()}
        check_names(fields, names_of(JobParams))
        params = read_parameters(JobParams, fields)
        best = request.accept_mimetypes.best_match((JSON, EVENTS))
        if request.accept_mimetypes and best is None:
            raise NotAcceptable(f"a job is told as {JSON} or {EVENTS}: accept one of them")
        owner, jobs = owner_of(), self._jobs
        record = jobs.record(owner, job_id)
        if best == EVENTS:
            return self._followed(_Followed(jobs, owner, record, answers=params.answers))
        photos = jobs.photos(owner, job_id)
        told = photos if params.answers else [_bare(one) for one in photos]
        return _json(msgspec.structs.asdict(record) | {"photos": told})

    def end(self, job_id: str) -> Response:
        """One that runs is cancelled; one that has ended is deleted."""
        owner, jobs = owner_of(), self._jobs
        if jobs.record(owner, job_id).state != "running":
            jobs.delete(owner, job_id)
            return Response(status=204)
        record = jobs.cancel(owner, job_id)
        self._runner.drop(job_id)
        self._runner.wake()
        return _json(record)

    def _followed(self, followed: _Followed) -> Response:
        if not self.listeners.acquire(blocking=False):
            raise Overloaded(
                "too many follow their jobs: ask for the job as JSON, or again soon",
                limit=_MOST_LISTENERS,
                retry_after=5,
            )
        last = request.headers.get(LAST, "")
        after = int(last) if last.isdecimal() and len(last) < 10 else 0
        seconds = self.services.settings.max_request_seconds
        parts = followed.events(self._runner, after, monotonic() + seconds)
        response = Response(parts, mimetype=EVENTS, headers=event_stream.HEADERS)
        response.call_on_close(self.listeners.release)
        return response

    @property
    def _jobs(self) -> Jobs:
        return self._runner.jobs()

    @property
    def _runner(self) -> JobRunner:
        return self.services.jobs


@dataclass(frozen=True)
class _Followed:
    """A job whose owner listens."""

    jobs: Jobs
    owner: str
    record: JobRecord
    answers: bool

    def events(self, runner: JobRunner, after: int, until: float) -> Iterator[bytes]:
        """Each photo as it ends, from behind that place; ``done`` once there are no more.

        Without that, the server ends or has told for long enough: a client that comes back
        says which was the last that it heard of.
        """
        record = self.record
        while True:
            news = runner.news
            try:
                record = self.jobs.record(self.owner, record.id)
                photos = self.jobs.photos(self.owner, record.id, after)
            except NotFound:  # it was deleted meanwhile
                return
            for one in photos:
                after = one.place or after
                yield event("photo", one if self.answers else _bare(one), after)
            yield event("progress", record)
            if record.state != "running":
                yield event("done", record)
                return
            if runner.stopping or monotonic() > until:
                return
            runner.wait(event_stream.SILENCE_SECONDS, news)


def _bare(photo: Any) -> Any:
    return msgspec.structs.replace(photo, answer=None)


def _json(content: Any, status: int = 200) -> Response:
    response = Response(msgspec.json.encode(content), status=status, mimetype=JSON)
    response.headers["Cache-Control"] = "no-store"
    return response
