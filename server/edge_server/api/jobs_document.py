"""``/v1/analyze/batch`` and ``/v1/jobs`` in the OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from edge_server.analysis.event_stream import EVENTS
from edge_server.analysis.job_records import JobPage, JobRecord
from edge_server.api.analyze_document import analyze_parameters
from edge_server.api.batches import BatchImage
from edge_server.api.jobs import JobParams, ListParams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edge_runtime.spec import Record
    from edge_server.tasks.task import Task

Json: TypeAlias = dict[str, Any]

JSON = "application/json"
_TEXT = {"type": "string"}
_BINARY = {"type": "string", "contentMediaType": "application/octet-stream"}
_IN_SCHEMAS = "#/components/schemas/{name}"
_JOB = {"$ref": "#/components/schemas/JobRecord"}
_ID = {"name": "job_id", "in": "path", "required": True, "schema": {"type": "string"}}
_SAID = ("analyses", "keep", "allow_truncated")


def job_paths(tasks: Sequence[Task], headers: list[Json], problems: Json) -> Json:
    """The addresses; ``headers`` and ``problems`` are those of every task."""
    read = {
        code: told
        for code, told in problems.items()
        if code in {"400", "401", "403", "404", "406", "422", "429", "503"}
    }
    return {
        "/v1/analyze/batch": {"post": _batch(tasks, headers, problems)},
        "/v1/jobs": {"get": _list(read)},
        "/v1/jobs/{job_id}": {"get": _see(read), "delete": _end(read)},
    }


def job_schemas() -> dict[str, Json]:
    """The records of jobs, by name."""
    (_, _, _), found = msgspec.json.schema_components(
        [JobRecord, JobPage, BatchImage], ref_template=_IN_SCHEMAS
    )
    photo = {
        "type": "object",
        "properties": {
            "number": {"type": "integer"},
            "name": _TEXT,
            "state": {"enum": ["waiting", "done", "failed", "cancelled"]},
            "place": {"type": ["integer", "null"]},
            "answer": {"type": ["object", "null"]},
        },
        "required": ["number", "name", "state", "place", "answer"],
        "additionalProperties": False,
    }
    listed = {"photos": {"type": "array", "items": photo}}
    whole = found["JobRecord"]
    properties = whole["properties"] | listed
    required = [*whole["required"], "photos"]
    return found | {"Job": whole | {"properties": properties, "required": required}}


def _batch(tasks: Sequence[Task], headers: list[Json], problems: Json) -> Json:
    known = analyze_parameters(tasks)
    said = {name: known[name] for name in _SAID}
    files = {"image": {"type": "array", "items": _BINARY}}
    image = {"$ref": "#/components/schemas/BatchImage"}
    images = {"images": {"type": "array", "items": image, "minItems": 1}}
    json = {
        "type": "object",
        "properties": images | said,
        "required": ["images"],
        "additionalProperties": False,
    }
    form = {"type": "object", "properties": files | said}
    content = {"multipart/form-data": {"schema": form}, JSON: {"schema": json}}
    accepted = _answer("The job was made; its address is in Location", _JOB)
    location = {"Location": {"schema": _TEXT, "description": "Where the job is told of"}}
    return {
        "operationId": "analyze_batch",
        "summary": "Many photos at once, answered when they are ready",
        "description": "Every file of the form is a photo, whatever the name of its field. The "
        "job goes on when the server is started again; requests that wait for their answer go "
        "first.",
        "tags": ["analysis"],
        "parameters": [*headers, *(_query(*one) for one in said.items())],
        "requestBody": {"required": True, "content": content},
        "responses": {"202": accepted | {"headers": location}} | problems,
    }


def _list(problems: Json) -> Json:
    page = {"$ref": "#/components/schemas/JobPage"}
    return {
        "operationId": "jobs",
        "summary": "The jobs of the caller's owner, the newest first",
        "tags": ["analysis"],
        "parameters": _parameters(ListParams),
        "responses": {"200": _answer("A page of jobs", page)} | problems,
    }


def _see(problems: Json) -> Json:
    job = {"$ref": "#/components/schemas/Job"}
    told = _answer("How the job stands, and every photo's answer that there is", job)
    told["content"][EVENTS] = {"schema": _TEXT}
    last = {"name": "Last-Event-ID", "in": "header", "required": False, "schema": _TEXT}
    return {
        "operationId": "job",
        "summary": "How a job stands, at once or as it goes on",
        "description": "As `text/event-stream` there is a `photo` for each one that has ended, "
        "with the place that it ended at as id, `progress`, and `done`. With `Last-Event-ID` "
        "it begins behind that place.",
        "tags": ["analysis"],
        "parameters": [_ID, last, *_parameters(JobParams)],
        "responses": {"200": told} | problems,
    }


def _end(problems: Json) -> Json:
    cancelled = _answer("It ran: what had not ended is cancelled", _JOB)
    deleted = {"description": "It had ended: it is deleted, with its answers"}
    return {
        "operationId": "end_job",
        "summary": "Cancel a job that runs, delete one that has ended",
        "tags": ["analysis"],
        "parameters": [_ID],
        "responses": {"200": cancelled, "204": deleted} | problems,
    }


def _answer(description: str, schema: Json) -> Json:
    return {"description": description, "content": {JSON: {"schema": schema}}}


def _parameters(kind: type[Record]) -> list[Json]:
    schema = msgspec.json.schema(kind)
    properties: Json = schema["$defs"][kind.__name__]["properties"]
    return [_query(name, one) for name, one in properties.items()]


def _query(name: str, schema: Json) -> Json:
    style = {"style": "form", "explode": False} if schema.get("type") == "array" else {}
    return {"name": name, "in": "query", "required": False, "schema": schema} | style
