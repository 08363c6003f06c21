"""``/v1/photos`` in the OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from edge_server.api.photos import SHOWN, KeepParams, ViewParams
from edge_server.store.records import Kept, Page, Search

if TYPE_CHECKING:
    from edge_runtime.spec import Record

Json: TypeAlias = dict[str, Any]

_JSON = "application/json"
_BINARY = {"type": "string", "contentMediaType": "application/octet-stream"}
_TEXT = {"type": "string"}
_IN_SCHEMAS = "#/components/schemas/{name}"
_ID = {"type": "string", "pattern": "^[0-9a-f]{32}$"}


def photo_paths(problems: Json) -> Json:
    """The addresses; ``problems`` are the statuses that every question may have."""
    one, shown = "/v1/photos/{photo_id}", dict.fromkeys(SHOWN, _BINARY)
    answers = {
        "page": _answer("A page of the photos, the last kept first", {_JSON: _ref("Page")}),
        "document": _answer("Everything that is known of it", {_JSON: _ref("KeptDocument")}),
        "gone": {"204": {"description": "It is gone, and all that was known of it"}},
        "file": _file("The bytes as they came, as a file to save", {"image/*": _BINARY}),
        "shown": _file("The photo, upright, without the file's metadata", shown),
        "picture": _file("The picture", {"image/*": _BINARY}),
    }

    def operation(name: str, summary: str, answer: str, *parameters: Json) -> Json:
        return {
            "operationId": f"photos-{name}",
            "summary": summary,
            "tags": ["photos"],
            "parameters": list(parameters),
            "responses": answers[answer] | problems,
        }

    photo, picture = _path("photo_id"), _path("picture_id")
    searched, viewed = _queries(Search), _queries(ViewParams)
    return {
        "/v1/photos": {
            "post": _keep(problems),
            "get": operation("search", "Photos that are kept", "page", *searched),
        },
        one: {
            "get": operation("document", "What is known of a photo", "document", photo),
            "delete": operation("delete", "Delete a photo", "gone", photo),
        },
        f"{one}/original": {"get": operation("original", "Its bytes", "file", photo)},
        f"{one}/view": {"get": operation("view", "To look at", "shown", photo, *viewed)},
        f"{one}/pictures/{{picture_id}}": {
            "get": operation("picture", "A result's picture", "picture", photo, picture)
        },
    }


def photo_schemas() -> Json:
    """The records in the answers, by name."""
    _, found = msgspec.json.schema_components([Kept, Page], ref_template=_IN_SCHEMAS)
    photo = found["PhotoRecord"]
    results = {"type": "array", "items": {"type": "object"}}
    document = {
        "type": "object",
        "properties": photo["properties"] | {"results": results},
        "required": [*photo["required"], "results"],
    }
    return found | {"KeptDocument": document}


def _keep(problems: Json) -> Json:
    properties = _properties(KeepParams) | {"allow_truncated": {"type": "boolean"}}
    sources = {"image_base64": _TEXT, "image_url": _TEXT}
    form = {"type": "object", "properties": {"image": _BINARY} | sources | properties}
    json = {
        "type": "object",
        "properties": sources | properties,
        "oneOf": [{"required": [name]} for name in sources],
        "additionalProperties": False,
    }
    kept = {_JSON: _ref("Kept")}
    return {
        "operationId": "photos-keep",
        "summary": "Keep a photo",
        "description": KeepParams.__doc__,
        "tags": ["photos"],
        "parameters": [*_queries(KeepParams)],
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {"schema": form},
                _JSON: {"schema": json},
                "image/*": {"schema": _BINARY},
            },
        },
        "responses": {
            "200": _answer("It was kept before", kept)["200"],
            "201": _answer("It is kept now", kept)["200"],
        }
        | problems,
    }


def _answer(description: str, content: Json) -> Json:
    shown = {media: {"schema": schema} for media, schema in content.items()}
    return {"200": {"description": description, "content": shown}}


def _file(description: str, content: Json) -> Json:
    """Of whose bytes the caller may have a copy, known by its ETag."""
    return _answer(description, content) | {"304": {"description": "It is as it was"}}


def _ref(name: str) -> Json:
    return {"$ref": _IN_SCHEMAS.format(name=name)}


def _path(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": _ID}


def _properties(kind: type[Record]) -> Json:
    schema = msgspec.json.schema(kind)
    found: Json = schema["$defs"][kind.__name__]["properties"]
    return found


def _queries(kind: type[Record]) -> list[Json]:
    """The record's fields in the address."""
    return [
        {"name": name, "in": "query", "required": False, "schema": schema}
        | ({"style": "form", "explode": False} if schema.get("type") == "array" else {})
        for name, schema in _properties(kind).items()
    ]
