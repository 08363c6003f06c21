"""The protocol over HTTP: JSON, and its extension for tensors as bytes behind the JSON."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING, Any

import msgspec
from flask import Blueprint, Response, jsonify, request

from edge_server.api.owning import own_of
from edge_server.api.passage import passage
from edge_server.api.requests import DEADLINE, cancelled_when_gone, deadline_of
from edge_server.oip.json_requests import Request, read_request
from edge_server.oip.models import (
    EXTENSIONS,
    NAME,
    TIMEOUT,
    VERSION,
    Infer,
    Models,
    inputs_of,
    outputs_of,
)
from edge_server.oip.tensors import to_raw, to_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edge_server.api.app import Services
    from edge_server.engine.interface import Answer, Deadline
    from edge_server.oip.models import Described
    from edge_server.oip.tensors import Tensor
    from edge_server.tasks.task import Task

JSON_LENGTH = "Inference-Header-Content-Length"
# How the extension "model configuration" writes datatypes.
_CONFIGURED = {"BYTES": "TYPE_STRING"}


def rest(services: Services) -> Blueprint:
    """``/v2`` and what is below it."""
    blueprint = Blueprint("v2", __name__, url_prefix="/v2")
    views = Views(models=Models(services=services), services=services)
    blueprint.add_url_rule("", "server", views.server)
    blueprint.add_url_rule("/health/live", "live", views.live)
    blueprint.add_url_rule("/health/ready", "ready", views.ready)
    for place in ("/models/<name>", "/models/<name>/versions/<version>"):
        for end, view in (
            ("", views.model),
            ("/config", views.config),
            ("/ready", views.check),
        ):
            blueprint.add_url_rule(f"{place}{end}", f"{place}{end}", view)
        blueprint.add_url_rule(
            f"{place}/infer", f"{place}/infer", views.infer, methods=["POST"]
        )
    return blueprint


@dataclass(frozen=True, kw_only=True)
class Views:
    """The answers to each address."""

    models: Models
    services: Services

    def server(self) -> Response:
        """Name, version and extensions."""
        return jsonify(name=NAME, version=version_of(NAME), extensions=list(EXTENSIONS))

    def live(self) -> Response:
        """Whether the process lives."""
        return jsonify(live=True)

    def ready(self) -> tuple[Response, int]:
        """Whether requests are taken and every model whose weights are here can answer."""
        ready = self.models.ready()
        return jsonify(ready=ready), 200 if ready else 503

    def model(self, name: str, version: str = "") -> Response:
        """Inputs and outputs of a model."""
        task = self.models.task(name, version)
        return jsonify(
            name=task.name,
            versions=[VERSION],
            platform=NAME,
            inputs=[_described(one) for one in inputs_of(task)],
            outputs=[_described(one) for one in outputs_of(task)],
        )

    def config(self, name: str, version: str = "") -> Response:
        """The same as Triton's extension has it: requests are not batched by callers."""
        task = self.models.task(name, version)
        return jsonify(
            name=task.name,
            platform=NAME,
            max_batch_size=0,
            input=[_configured(one) for one in inputs_of(task)],
            output=[_configured(one) for one in outputs_of(task)],
        )

    def check(self, name: str, version: str = "") -> Response:
        """Whether it can answer; a problem says why not."""
        self.models.check_ready(self.models.task(name, version))
        return jsonify(name=name, ready=True)

    def infer(self, name: str, version: str = "") -> Response:
        """Answer a request."""
        task = self.models.task(name, version)
        deadline = deadline_of(self.services.settings, task)
        with passage(self.services.gates, task, deadline) as named:
            asked = read_request(request.get_data(), request.headers.get(JSON_LENGTH))
            named(asked.parameters.get("model"))
            answer, outputs = self.models.infer(
                Infer(
                    task=task,
                    parameters=asked.parameters,
                    inputs=asked.inputs,
                    outputs=list(asked.outputs),
                    deadline=self._deadline(task, asked),
                    began=cancelled_when_gone,
                    own=own_of(self.services),
                )
            )
            return _answered(_head(task, answer, asked), outputs, asked)

    def _deadline(self, task: Task, asked: Request) -> Deadline:
        """By our header, or by the protocol's parameter."""
        if DEADLINE in request.headers or TIMEOUT not in asked.parameters:
            return deadline_of(self.services.settings, task)
        return self.models.deadline(task, asked.parameters)


def _described(one: Described) -> dict[str, Any]:
    return {"name": one.name, "datatype": one.datatype, "shape": list(one.shape)}


def _configured(one: Described) -> dict[str, Any]:
    kind = _CONFIGURED.get(one.datatype, f"TYPE_{one.datatype}")
    return {"name": one.name, "data_type": kind, "dims": list(one.shape)}


def _head(task: Task, answer: Answer, asked: Request) -> dict[str, Any]:
    head = {"id": asked.id} if asked.id else {}
    return head | {
        "model_name": task.name,
        "model_version": VERSION,
        "parameters": {"model": answer.model, "sha256": answer.sha256},
    }


def _answered(head: dict[str, Any], outputs: Sequence[Tensor], asked: Request) -> Response:
    described: list[dict[str, Any]] = []
    raws: list[bytes] = []
    for one in outputs:
        entry: dict[str, Any] = {"name": one.name, "datatype": one.datatype, "shape": one.shape}
        if asked.outputs.get(one.name, asked.binary):
            raws.append(to_raw(one))
            entry |= {"parameters": {"binary_data_size": len(raws[-1])}}
        else:
            entry |= {"data": to_values(one)}
        described.append(entry)
    record = msgspec.json.encode(head | {"outputs": described})
    if not raws:
        return Response(record, mimetype="application/json")
    response = Response(b"".join((record, *raws)), mimetype="application/octet-stream")
    response.headers[JSON_LENGTH] = str(len(record))
    return response
