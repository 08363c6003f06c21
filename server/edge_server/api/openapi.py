"""The OpenAPI 3.1 document, made from the tasks' own records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from edge_runtime.results import CutOut, Picture
from edge_server.api.analyze_document import analyze_operation, analyze_schemas
from edge_server.api.jobs_document import job_paths, job_schemas
from edge_server.api.parity_document import parity_operation, parity_schemas
from edge_server.api.people_document import people_paths, people_schemas
from edge_server.api.photos_document import photo_paths, photo_schemas
from edge_server.api.replies import JSON, NPY, offered, parameter_records
from edge_server.api.search_document import search_paths, search_schemas
from edge_server.api.web_document import page_paths
from edge_server.api.wire import ON_WHITE, PICTURE_TYPES
from edge_server.parents.document import parent_paths, parent_schemas
from edge_server.problems import problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edge_runtime.spec import Record
    from edge_server.tasks.task import Task

Json: TypeAlias = dict[str, Any]

PROBLEM = "application/problem+json"
_IMAGE = {
    "image": ("binary", "The photo's bytes"),
    "image_base64": ("base64", "The photo as base64, or as a data: URI"),
    "image_url": ("uri", "The photo's address, http or https"),
}
_SOURCES = tuple(_IMAGE)
_BINARY = {"type": "string", "contentMediaType": "application/octet-stream"}
_MS = {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}}
_TEXT = {"type": "string"}
_WHITENED = (
    " What is transparent stays so in PNG and WebP; where JPEG alone is accepted it is on "
    f"white, and the header X-Warnings (image.warnings in JSON) says {ON_WHITE}."
)


def document(tasks: Sequence[Task], version: str) -> Json:
    """The whole document; every task is ``POST /v1/<name>``."""
    paths = {f"/v1/{task.name}": {"post": _operation(task)} for task in tasks}
    parity = parity_operation(_headers(), problem_responses())
    paths |= {"/v1/parity": {"post": parity}}
    analyze = analyze_operation(tasks, _headers(), problem_responses())
    paths |= {"/v1/analyze": {"post": analyze}}
    paths |= job_paths(tasks, _headers(), problem_responses())
    paths |= parent_paths(problem_responses())
    problem = _problem_schema()
    asked = people_paths(_headers(), problem_responses())
    paths |= {path: paths.get(path, {}) | operations for path, operations in asked.items()}
    paths |= photo_paths(problem_responses())
    paths |= search_paths(_headers(), problem_responses())
    paths |= page_paths(problem_responses())
    schemas = {"Problem": problem, "Answer": _answer_schema()} | parity_schemas()
    schemas |= photo_schemas() | search_schemas() | people_schemas()
    schemas |= analyze_schemas() | job_schemas()
    schemas |= parent_schemas(problem)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "PocketLens",
            "version": version,
            "summary": "On-device vision's companion server",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths | _service_paths(),
        "components": {
            "schemas": schemas,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"key": []}],
    }


def _operation(task: Task) -> Json:
    return {
        "operationId": task.name,
        "summary": f"{task.title} (switched off here)" if task.off else task.title,
        "description": task.off or task.params.__doc__ or task.title,
        "tags": ["switched off" if task.off else "tasks"],
        "parameters": [
            *_headers(),
            *(_query(name, schema) for name, schema in parameter_schemas(task).items()),
        ],
        "requestBody": {"required": True, "content": _bodies(task)},
        "responses": {"200": _answered(task)} | problem_responses(),
    }


def parameter_schemas(task: Task) -> dict[str, Json]:
    """Every parameter of a task and of its reply, by name, as JSON Schema."""
    found: dict[str, Json] = {}
    for kind, names in parameter_records(task).items():
        properties = _properties(kind)
        found |= {name: properties[name] for name in names}
    found["allow_truncated"] = {"type": "boolean", "default": False}
    found["model"] = {"enum": ["", *task.models], "default": ""}
    return found


def _properties(kind: type[Record]) -> dict[str, Json]:
    schema = msgspec.json.schema(kind)
    name = schema["$ref"].rsplit("/", 1)[1]
    properties: dict[str, Json] = schema["$defs"][name]["properties"]
    return properties


def _query(name: str, schema: Json) -> Json:
    listed = schema.get("type") == "array"
    style = {"style": "form", "explode": False} if listed else {}
    return {"name": name, "in": "query", "required": False, "schema": schema} | style


def _headers() -> list[Json]:
    """The headers that every question may have."""
    deadline = {
        "name": "X-Deadline-Ms",
        "description": "How long the caller waits, in milliseconds",
        "schema": {"type": "integer", "minimum": 1},
    }
    key = {
        "name": "Idempotency-Key",
        "description": "Makes attempts that are one question, one: the answer of the first "
        "that succeeds is given to all, for some minutes",
        "schema": {"type": "string", "minLength": 1, "maxLength": 128},
    }
    return [{"in": "header", "required": False} | header for header in (deadline, key)]


def _bodies(task: Task) -> Json:
    names = (*_SOURCES, *task.pictures)
    files = dict.fromkeys(("image", *task.pictures), _BINARY)
    texts = {name: _TEXT for name in names if name not in files}
    parameters = parameter_schemas(task)
    form = {"type": "object", "properties": files | texts | parameters}
    json_pictures = {
        f"{name}{end}": _TEXT for name in task.pictures for end in ("_base64", "_url")
    }
    text_sources = dict.fromkeys(_SOURCES[1:], _TEXT)
    json = {
        "type": "object",
        "properties": text_sources | json_pictures | parameters,
        "oneOf": [{"required": [name]} for name in _SOURCES[1:]],
        "additionalProperties": False,
    }
    raw = {media: {"schema": _BINARY} for media in PICTURE_TYPES}
    return {"multipart/form-data": {"schema": form}, JSON: {"schema": json}} | raw


def _answered(task: Task) -> Json:
    answer: Json = {"$ref": "#/components/schemas/Answer"}
    content = {
        media: {"schema": answer if media == JSON else _BINARY} for media in offered(task)
    }
    units = (
        " Depth in PNG is in millimetres, 16 bits; in npy in metres." if NPY in content else ""
    )
    white = _WHITENED if task.result in {CutOut, Picture} else ""
    return {"description": f"The answer, in the type that Accept asks for.{units}{white}"} | {
        "content": content
    }


def problem_responses() -> Json:
    """Every status a task may answer with, and the codes of problem that it has."""
    codes: dict[int, list[str]] = {}
    for kind in problems():
        if kind.status not in {499, 500}:
            codes.setdefault(kind.status, []).append(f"`{kind.code}`")
    schema = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        str(status): {"description": ", ".join(names), "content": schema}
        for status, names in codes.items()
    }


def _problem_schema() -> Json:
    fault = {"pointer": _TEXT, "message": _TEXT}
    properties = dict.fromkeys(("type", "title", "detail", "instance", "code"), _TEXT)
    return {
        "type": "object",
        "properties": properties
        | {"status": {"type": "integer"}, "retryable": {"type": "boolean"}}
        | {"limit": {"type": "number"}, "actual": {"type": "number"}}
        | {"errors": {"type": "array", "items": {"type": "object", "properties": fault}}},
        "required": [*properties, "status", "retryable"],
        "additionalProperties": False,
    }


def _answer_schema() -> Json:
    texts = dict.fromkeys(("task", "model", "variant", "sha256", "device"), _TEXT)
    whole = {"image": {"type": "object"}, "result": {"type": "object"}, "ms": _MS}
    picture = {"type": "object", "required": ["type", "base64"]}
    return {
        "type": "object",
        "properties": texts | whole | {"picture": picture},
        "required": [*texts, *whole],
        "additionalProperties": False,
    }


def _service_paths() -> Json:
    return {
        "/v1/models": _get("models", "Every model, how it stands and where it is from"),
        "/healthz": _get("healthz", "Whether the process lives"),
        "/readyz": _get("readyz", "Whether requests are taken; each model's state", 503),
    }


def _get(name: str, summary: str, *others: int) -> Json:
    schema = {JSON: {"schema": {"type": "object"}}}
    responses = {
        str(code): {"description": summary, "content": schema} for code in (200, *others)
    }
    every = {
        code: response
        for code, response in problem_responses().items()
        if code in {"400", "401", "403", "429"}
    }
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "tags": ["service"],
            "responses": responses | every,
        }
    }
