"""``/v1/analyze`` in the OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from edge_server.analysis.analyses import ALL, known_analyses
from edge_server.analysis.event_stream import EVENTS
from edge_server.api.analyze import AnalyzeParams
from edge_server.api.wire import PICTURE_TYPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edge_server.tasks.task import Task

Json: TypeAlias = dict[str, Any]

_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_BINARY = {"type": "string", "contentMediaType": "application/octet-stream"}
_MS = {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}}
_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_PICTURE = {"type": "object", "required": ["type", "base64"]}
JSON = "application/json"


def analyze_operation(tasks: Sequence[Task], headers: list[Json], problems: Json) -> Json:
    """The operation; ``headers`` and ``problems`` are those of every task."""
    parameters = analyze_parameters(tasks)
    return {
        "operationId": "analyze",
        "summary": "Many analyses of one photo at once, side by side",
        "description": "Every analysis is answered by its result or by its problem: what fails "
        "or is missing here keeps none of the others. As `text/event-stream` each comes when "
        "it is ready: `image`, then `result` and `problem` for each analysis, `picture` where "
        "one is wanted, and `done`. As a picture it is all that can be painted, on the photo. "
        "Where nothing succeeds, the answer is the first problem.",
        "tags": ["analysis"],
        "parameters": [*headers, *(_query(*one) for one in parameters.items())],
        "requestBody": {"required": True, "content": _bodies(parameters)},
        "responses": {"200": _answered()} | problems,
    }


def analyze_parameters(tasks: Sequence[Task]) -> dict[str, Json]:
    """What may be said beside the photo, as JSON Schema."""
    schema = msgspec.json.schema(AnalyzeParams)
    found: dict[str, Json] = schema["$defs"]["AnalyzeParams"]["properties"]
    names = [ALL, *known_analyses(tasks)]
    listed = {"type": "array", "items": {"enum": names}, "default": []}
    cut = {"allow_truncated": {"type": "boolean", "default": False}}
    return found | {"analyses": listed} | cut


def analyze_schemas() -> dict[str, Json]:
    """The answer and the records in it, by name."""
    texts = dict.fromkeys(("model", "variant", "sha256", "device"), _TEXT)
    finding = texts | {"result": {"type": "object"}, "ms": _MS, "stored": {"type": "boolean"}}
    either = {
        "results": {
            "type": "object",
            "additionalProperties": {"$ref": "#/components/schemas/AnalysisResult"},
        },
        "problems": {"type": "object", "additionalProperties": _PROBLEM},
    }
    told = {"image": {"type": "object"}, "skipped": _TEXTS, "warnings": _TEXTS, "ms": _MS}
    return {
        "AnalysisResult": _object(finding, required=[*texts, "result", "ms", "stored"]),
        "Analysis": _object(told | either | {"picture": _PICTURE}, required=[*told, *either]),
    }


def _object(properties: Json, required: list[str]) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _query(name: str, schema: Json) -> Json:
    listed = schema.get("type") == "array"
    style = {"style": "form", "explode": False} if listed else {}
    return {"name": name, "in": "query", "required": False, "schema": schema} | style


def _bodies(parameters: Json) -> Json:
    texts = dict.fromkeys(("image_base64", "image_url"), _TEXT)
    form = {"type": "object", "properties": {"image": _BINARY} | texts | parameters}
    json = {
        "type": "object",
        "properties": texts | parameters,
        "oneOf": [{"required": [name]} for name in texts],
        "additionalProperties": False,
    }
    raw = {media: {"schema": _BINARY} for media in PICTURE_TYPES}
    return {"multipart/form-data": {"schema": form}, JSON: {"schema": json}} | raw


def _answered() -> Json:
    stored = {"description": "The analyses that were kept, and not computed now"}
    content = {
        JSON: {"schema": {"$ref": "#/components/schemas/Analysis"}},
        EVENTS: {"schema": _TEXT},
    }
    return {
        "description": "Every result and every problem by the analysis' name; `skipped` were "
        "not named, and have no weights here.",
        "headers": {"X-Stored": {"schema": _TEXT} | stored},
        "content": content | {media: {"schema": _BINARY} for media in PICTURE_TYPES},
    }
