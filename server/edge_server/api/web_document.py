"""What the page asks for besides the tasks, in the OpenAPI document."""

from __future__ import annotations

from typing import Any, TypeAlias

from edge_server.api.requests import ENDS
from edge_server.api.wire import PICTURE_TYPES

Json: TypeAlias = dict[str, Any]

_BINARY = {"type": "string", "contentMediaType": "application/octet-stream"}
_TEXT = {"type": "string"}


def page_paths(problems: Json) -> Json:
    """``POST /page/photo``; ``problems`` are the statuses that every question may have."""
    return {"/page/photo": {"post": _shown(problems)}}


def _shown(problems: Json) -> Json:
    texts = {f"image{end}": _TEXT for end in ENDS if end}
    json = {
        "type": "object",
        "properties": texts,
        "oneOf": [{"required": [name]} for name in texts],
        "additionalProperties": False,
    }
    form = {"type": "object", "properties": {"image": _BINARY} | texts}
    bodies = {"multipart/form-data": {"schema": form}, "application/json": {"schema": json}}
    raw = {media: {"schema": _BINARY} for media in PICTURE_TYPES}
    picture = {"image/png": {"schema": _BINARY}}
    return {
        "operationId": "page-photo",
        "summary": "A photo to look at: upright, as PNG, without the file's metadata",
        "tags": ["service"],
        "requestBody": {"required": True, "content": bodies | raw},
        "responses": {"200": {"description": "The photo", "content": picture}} | problems,
    }
