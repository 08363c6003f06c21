"""The Flask application: built by ``create_app``, nothing happens at import."""

from __future__ import annotations

import logging
import os
import re
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from edge_server import problems
from edge_server.analysis.job_runner import JobRunner, Pace
from edge_server.api.access import Access
from edge_server.api.analyze import analyze
from edge_server.api.catalogue import catalogue
from edge_server.api.docs import docs
from edge_server.api.doors import doors
from edge_server.api.early import Early
from edge_server.api.gate import Gate
from edge_server.api.health import Numbers, health
from edge_server.api.idempotency import KeptAnswers, answered_once
from edge_server.api.jobs import jobs
from edge_server.api.openapi import document
from edge_server.api.owning import own_of
from edge_server.api.parity import answer_parity
from edge_server.api.passage import passage
from edge_server.api.people import people
from edge_server.api.people_groups import people_groups
from edge_server.api.photos import photos
from edge_server.api.problem_responses import problem_response
from edge_server.api.rates import Rates
from edge_server.api.replies import Served, chosen, reply
from edge_server.api.requests import Reader, deadline_of, deadline_or
from edge_server.api.search import search
from edge_server.api.web import web
from edge_server.asgi.guard import no_memory
from edge_server.asgi.refusing import new_request_id
from edge_server.made_once import made_once
from edge_server.oip.rest import rest
from edge_server.parents.every import parents
from edge_server.problems import Problem
from edge_server.tasks.parity import PARITY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from edge_runtime.bundle import Bundle
    from edge_server.analysis.inquiry import Analyst
    from edge_server.analysis.jobs import Jobs
    from edge_server.engine.interface import Engine
    from edge_server.intake.intake import Intake
    from edge_server.keys import KeyStore
    from edge_server.search.searcher import Searcher
    from edge_server.settings import Settings
    from edge_server.store.store import Store
    from edge_server.tasks.task import Task

_LOG = logging.getLogger("edge_server")
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_TRACE = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, kw_only=True)
class Services:
    """What an application is made of."""

    settings: Settings
    engine: Engine
    intake: Intake
    keys: KeyStore
    bundle: Bundle
    tasks: Sequence[Task]
    numbers: Numbers = field(default_factory=Numbers)
    draining: Callable[[], bool] = lambda: False
    told: list[Callable[[], None]] = field(default_factory=list)
    """Called whenever a new photo is kept."""

    @made_once
    def rates(self) -> Rates:
        """What each caller has left, over whichever protocol."""
        return Rates(self.settings.requests_per_minute)

    @made_once
    def kept(self) -> KeptAnswers:
        """The answers that attempts with the same idempotency key are given."""
        settings = self.settings
        return KeptAnswers(most_bytes=settings.kept_bytes, seconds=settings.kept_seconds)

    @made_once
    def store(self) -> Store | None:
        """What is kept, opened when it is first used; None where the settings keep nothing."""
        from edge_server.store.store import open_store

        return open_store(self.settings, self.told)

    @made_once
    def analyst(self) -> Analyst:
        """What makes many analyses of a photo at once."""
        from edge_server.analysis.analyses import Analyses
        from edge_server.analysis.inquiry import Analyst

        analyses = Analyses.of(self.tasks, self.engine)
        return Analyst(analyses=analyses, intake=self.intake, store=self.store)

    @property
    def needed_store(self) -> Store:
        """The store; raises ``StoreDisabled`` where there is none."""
        if self.store is None:
            raise problems.StoreDisabled(
                "this server keeps nothing: ask its owner to switch the store on"
            )
        return self.store

    @made_once
    def jobs(self) -> JobRunner:
        """What works through the jobs, once it is started."""
        settings = self.settings

        def jobs() -> Jobs:
            from edge_server.analysis.jobs import Jobs

            return Jobs(self.needed_store, settings.running_jobs)

        pace = Pace(seconds=settings.heavy_seconds, keep_days=settings.job_days)
        return JobRunner(jobs=jobs, analyst=lambda: self.analyst, pace=pace)

    @made_once
    def searcher(self) -> Searcher:
        """What finds copies of a photo among those that are kept; ``StoreDisabled`` where
        nothing is."""
        from edge_server.search.searcher import Searcher

        return Searcher(
            store=self.needed_store,
            engine=self.engine,
            intake=self.intake,
            folder=self.settings.folder / "search",
        )

    @made_once
    def gates(self) -> Mapping[bool, Gate]:
        """One for the light tasks (False), one for the heavy (True): neither waits for the
        other.
        """
        cores = self.settings.threads or os.cpu_count() or 1
        light = Gate(permits=2 * cores, waiting=self.settings.waiting)
        return {False: light, True: Gate(permits=1 + self.settings.queue, waiting=0)}

    @made_once
    def early(self) -> Early:
        """What refuses requests before their body is taken, while too many come."""
        return Early(
            doors=doors(self),
            gates=self.gates,
            numbers=self.numbers,
            origins=self.settings.cors_origins,
        )


def create_app(services: Services) -> Flask:
    """An application over these services; more than one may live in a process."""
    app = Flask("edge_server", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = services.settings.max_body_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = services.settings.max_body_bytes
    app.before_request(_name)
    services.numbers.attach(app)
    Access(services.settings, services.keys, services.rates).attach(app)
    app.after_request(_mark)
    app.register_error_handler(Problem, problem_response)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(MemoryError, _answer_memory)
    app.register_error_handler(Exception, _answer_bug)
    page = document(services.tasks, version("pocketlens"))
    app.register_blueprint(health(services.engine, services.numbers, services.draining))
    app.register_blueprint(_v1(services, page))
    app.register_blueprint(analyze(services, _reader(services)))
    app.register_blueprint(jobs(services))
    app.register_blueprint(rest(services))
    app.register_blueprint(photos(services))
    app.register_blueprint(people(services))
    app.register_blueprint(people_groups(services))
    app.register_blueprint(search(services))
    app.register_blueprint(docs(page))
    app.register_blueprint(web(services))
    for blueprint in parents(services):
        app.register_blueprint(blueprint)
    return app


def _v1(services: Services, page: dict[str, Any]) -> Blueprint:
    blueprint = Blueprint("v1", __name__, url_prefix="/v1")
    reader = _reader(services)

    for task in services.tasks:
        view = partial(_answer_task, services, reader, task)
        once = partial(
            answered_once, services.kept, partial(deadline_of, services.settings, task), view
        )
        blueprint.add_url_rule(f"/{task.name}", task.name, once, methods=["POST"])

    once = partial(
        answered_once,
        services.kept,
        partial(deadline_or, services.settings, services.settings.heavy_seconds),
        partial(answer_parity, services, reader),
    )
    blueprint.add_url_rule("/parity", PARITY, once, methods=["POST"])

    @blueprint.get("/models")
    def models() -> Response:
        return jsonify(models=catalogue(services.bundle, services.tasks, services.engine))

    @blueprint.get("/openapi.json")
    def openapi() -> Response:
        return jsonify(page)

    return blueprint


def _reader(services: Services) -> Reader:
    own = partial(own_of, services)
    return Reader(engine=services.engine, intake=services.intake, own=own)


def _answer_task(services: Services, reader: Reader, task: Task) -> Response:
    media_types = chosen(request.accept_mimetypes, task)
    deadline = deadline_of(services.settings, task)
    with passage(services.gates, task, deadline) as named:
        asked = reader.read(task, deadline)
        named(asked.call.choice.model)
        answer = task.answer(task, asked.call)
        served = Served(
            task=task, upload=asked.upload, answer=answer, wanted=asked.wanted, began=g.began
        )
        return reply(served, media_types)


def _name() -> None:
    sent = request.headers.get("X-Request-Id", "")
    g.request_id = sent if _ID.fullmatch(sent) else new_request_id()
    trace = _TRACE.fullmatch(request.headers.get("traceparent", ""))
    g.trace_id = trace.group(1) if trace else ""


def _mark(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    if g.get("rate_left") is not None:
        response.headers["RateLimit-Remaining"] = str(g.rate_left)
    _LOG.info(
        "%s %s %d",
        request.method,
        request.path.encode("unicode_escape").decode()[:200],
        response.status_code,
        extra={
            "request_id": g.request_id,
            "trace_id": g.trace_id,
            "caller": g.get("caller", ""),
            "status": response.status_code,
        },
    )
    return response


def _answer_http(error: HTTPException) -> Response:
    known: dict[int, type[Problem]] = {
        404: problems.NotFound,
        405: problems.MethodNotAllowed,
        413: problems.BodyTooLarge,
        415: problems.UnsupportedMediaType,
    }
    details = {
        404: "there is nothing at this address: /docs lists what there is",
        405: "this address does not take that method: see Allow",
    }
    code = error.code or 500
    kind = known.get(code, problems.MalformedRequest if code < 500 else Problem)
    response = problem_response(
        kind(details.get(code, "the request cannot be used: see /docs"))
    )
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(error.valid_methods)
    return response


def _answer_memory(_error: MemoryError) -> Response:
    return problem_response(no_memory())


def _answer_bug(error: Exception) -> Response:
    _LOG.error("a bug: %s", type(error).__name__, exc_info=error)
    return problem_response(
        Problem("something went wrong here, not with the request: report the instance")
    )
