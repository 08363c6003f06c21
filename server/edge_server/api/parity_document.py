"""``/v1/parity`` in the OpenAPI document."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from edge_runtime.doctor.parity import Parity
from edge_server.tasks.parity import ParityParams

Json: TypeAlias = dict[str, Any]

_BINARY = {"type": "string", "contentMediaType": "application/octet-stream"}
_TEXT = {"type": "string"}
_TEXTS = {"image_base64": _TEXT, "image_url": _TEXT, "allow_truncated": {"type": "boolean"}}
_IN_SCHEMAS = "#/components/schemas/{name}"


def parity_operation(headers: list[Json], problems: Json) -> Json:
    """The operation; ``headers`` and ``problems`` are those of every task."""
    properties = parity_parameters()
    form = {"dump": _BINARY, "image": _BINARY} | _TEXTS | properties
    answer = {"$ref": _IN_SCHEMAS.format(name="Parity")}
    return {
        "operationId": "parity",
        "summary": "What an app computed, held against the very same model file run here",
        "description": "The dump is the ZIP file that `edge-run dump`, the Dart and the "
        "TypeScript runtimes write. The server runs the same file, found by its SHA-256, "
        "compares every stage, and says which one differs first, why, and what to do. "
        "`image` is the photo, where the dump does not have it.",
        "tags": ["service"],
        "parameters": [
            *headers,
            *(
                {"name": name, "in": "query", "required": False, "schema": schema}
                for name, schema in properties.items()
            ),
        ],
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {"type": "object", "properties": form, "required": ["dump"]}
                },
                "application/zip": {"schema": _BINARY},
            },
        },
        "responses": {
            "200": {
                "description": "Every stage with its difference and what is allowed, the first "
                "that differs, findings with what to do, and whether all is healthy",
                "content": {"application/json": {"schema": answer}},
            }
        }
        | problems,
    }


def parity_parameters() -> dict[str, Json]:
    """What may be said beside the dump, as JSON Schema."""
    schema = msgspec.json.schema(ParityParams)
    found: dict[str, Json] = schema["$defs"]["ParityParams"]["properties"]
    return found


def parity_schemas() -> dict[str, Json]:
    """The answer and the records in it, by name."""
    (_,), found = msgspec.json.schema_components([Parity], ref_template=_IN_SCHEMAS)
    return found
