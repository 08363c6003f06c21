"""``/v1/search`` in the OpenAPI document."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from edge_server.search.records import Found, SearchParams

Json: TypeAlias = dict[str, Any]

_JSON = "application/json"
_BINARY = {"type": "string", "contentMediaType": "application/octet-stream"}
_TEXT = {"type": "string"}
_IN_SCHEMAS = "#/components/schemas/{name}"


def search_paths(headers: list[Json], problems: Json) -> Json:
    """The addresses; ``headers`` and ``problems`` are those that every question may have."""
    deadline = [one for one in headers if one["name"] == "X-Deadline-Ms"]
    one = {"name": "photo_id", "in": "path", "required": True, "schema": _TEXT}
    return {
        "/v1/search": {
            "post": _operation("sent", "Kept photos that are this one, copies of it, or alike")
            | {
                "parameters": [*deadline, *_queries(), _truncated()],
                "requestBody": {"required": True, "content": _bodies()},
                "responses": _answered() | problems,
            }
        },
        "/v1/search/{photo_id}": {
            "get": _operation("kept", "Kept photos that are copies of a kept one, or alike")
            | {
                "parameters": [one, *deadline, *_queries()],
                "responses": _answered() | problems,
            }
        },
    }


def search_schemas() -> Json:
    """The records in the answers, by name."""
    _, found = msgspec.json.schema_components([Found], ref_template=_IN_SCHEMAS)
    return found


def _operation(name: str, summary: str) -> Json:
    return {
        "operationId": f"search-{name}",
        "summary": summary,
        "description": SearchParams.__doc__,
        "tags": ["photos"],
    }


def _answered() -> Json:
    schema = {"$ref": _IN_SCHEMAS.format(name="Found")}
    description = "The matches: exact ones, then changed copies, then what is alike"
    return {"200": {"description": description, "content": {_JSON: {"schema": schema}}}}


def _bodies() -> Json:
    sources = {"image_base64": _TEXT, "image_url": _TEXT}
    said = _properties() | {"allow_truncated": {"type": "boolean"}}
    form = {"type": "object", "properties": {"image": _BINARY} | sources | said}
    json = {
        "type": "object",
        "properties": sources | said,
        "oneOf": [{"required": [name]} for name in sources],
        "additionalProperties": False,
    }
    return {
        "multipart/form-data": {"schema": form},
        _JSON: {"schema": json},
        "image/*": {"schema": _BINARY},
    }


def _queries() -> list[Json]:
    return [
        {"name": name, "in": "query", "required": False, "schema": schema}
        for name, schema in _properties().items()
    ]


def _truncated() -> Json:
    schema = {"type": "boolean", "default": False}
    return {"name": "allow_truncated", "in": "query", "required": False, "schema": schema}


def _properties() -> Json:
    schema = msgspec.json.schema(SearchParams)
    found: Json = schema["$defs"][SearchParams.__name__]["properties"]
    return found
