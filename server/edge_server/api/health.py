"""How the server is: alive, ready, and in numbers for Prometheus."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import generate_latest

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from edge_server.engine.interface import Engine

# The parts of an address that name models, of which there are few; what else stands in one
# may be anything, and is not counted apart.
_FEW = frozenset({"model", "name", "version"})


class Numbers:
    """Requests by route and status, and how long they took."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "pocketlens_requests",
            "Requests by route and status.",
            ["route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "pocketlens_request_seconds",
            "Seconds from the whole body to the answer.",
            ["route"],
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
        )

    def attach(self, app: Flask) -> None:
        """Count every request of the application."""
        app.before_request(_begin)
        app.after_request(self._count)

    def _count(self, response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "unknown"
        if request.view_args and response.status_code < 400:
            for name in _FEW & request.view_args.keys():
                route = route.replace(f"<{name}>", str(request.view_args[name]))
        self.count(route, response.status_code, perf_counter() - g.began)
        return response

    def count(self, route: str, status: int, seconds: float) -> None:
        """One request that was answered."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)


def _begin() -> None:
    g.began = perf_counter()


def health(engine: Engine, numbers: Numbers, draining: Callable[[], bool]) -> Blueprint:
    """``/healthz``, ``/readyz`` and ``/metrics``."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="alive")

    @blueprint.get("/readyz")
    def readyz() -> tuple[Response, int]:
        states = {model: state.value for model, state in engine.states().items()}
        if draining():
            return jsonify(status="draining", models=states), 503
        return jsonify(status="ready", models=states), 200

    @blueprint.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(numbers.registry), content_type=CONTENT_TYPE_LATEST)

    return blueprint
