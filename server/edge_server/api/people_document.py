"""``/v1/people`` and what is below it in the OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from edge_server.api.people import EnrolParams, RenameParams, VerifyParams
from edge_server.people import records

if TYPE_CHECKING:
    from edge_runtime.spec import Record

Json: TypeAlias = dict[str, Any]

_JSON = "application/json"
_BINARY = {"type": "string", "contentMediaType": "application/octet-stream"}
_TEXT = {"type": "string"}
_IN_SCHEMAS = "#/components/schemas/{name}"
_SOURCES = ("image_base64", "image_url", "face")
_RECORDS = (
    records.PeopleRecord,
    records.Verdict,
    records.CollectedFaces,
    records.ClustersRecord,
    records.DecisionsRecord,
)


def people_paths(headers: list[Json], problems: Json) -> Json:
    """The addresses; ``headers`` are those of a question with a photo, ``problems`` the
    statuses that every question may have."""
    asking = _Asking(headers, problems)
    person, photo = "/v1/people/{person_id}", "/v1/people/photos/{photo_id}"
    plain = asking.plain
    said, renamed = _fields(records.SayParams), _fields(RenameParams)
    decided = asking.with_body("say", "Merge, split or name groups", "DecisionRecord", said)
    name = asking.with_body("rename", "Rename a person", "PersonRecord", renamed, "person_id")
    return {
        "/v1/people": {"get": plain("list", "Everybody whom you know", "PeopleRecord")},
        "/v1/people/enrolments": {
            "post": asking.photos("enrol", "Enrol a person who agreed", EnrolParams)
        },
        "/v1/people/verify": {
            "post": asking.photos("verify", "Whether two faces are one person's", VerifyParams)
        },
        person: {
            "get": plain("see", "A person", "PersonRecord", "person_id"),
            "patch": name,
            "delete": asking.gone("delete", "Forget a person", "person_id"),
        },
        "/v1/people/faces": {"post": asking.photos("collect", "Keep a photo and its faces")},
        "/v1/people/faces/{face_id}/chip": {"get": asking.picture("chip", "face_id")},
        f"{person}/chip": {"get": asking.picture("person-chip", "person_id")},
        photo: {
            "get": plain("of-photo", "A photo's faces", "CollectedFaces", "photo_id"),
            "post": asking.made("look", "Collect the faces of a kept photo", "photo_id"),
            "delete": asking.gone("leave", "Forget a photo's faces", "photo_id"),
        },
        "/v1/people/clusters": {"get": plain("clusters", "Faces by person", "ClustersRecord")},
        "/v1/people/decisions": {
            "get": plain("decisions", "What was said of groups", "DecisionsRecord"),
            "post": decided,
        },
        "/v1/people/decisions/{decision_id}": {
            "delete": asking.gone("undo", "Take back what was said", "decision_id")
        },
    }


def people_schemas() -> Json:
    """The records in the answers, by name."""
    _, found = msgspec.json.schema_components(_RECORDS, ref_template=_IN_SCHEMAS)
    return found


class _Asking:
    """Operations, each with the problems that it may end in."""

    def __init__(self, headers: list[Json], problems: Json) -> None:
        self._headers = headers
        self._problems = problems

    def plain(self, name: str, summary: str, answer: str, *path: str) -> Json:
        """A question without a body."""
        return self._operation(name, summary, {"200": _answer(answer)}, *path)

    def gone(self, name: str, summary: str, *path: str) -> Json:
        """Something is taken away."""
        done = {"204": {"description": "It is gone"}}
        return self._operation(name, summary, done, *path)

    def made(self, name: str, summary: str, *path: str) -> Json:
        """A question without a body, after which there is more than before."""
        return self._operation(name, summary, {"201": _answer("CollectedFaces")}, *path)

    def picture(self, name: str, path: str) -> Json:
        """A face to look at."""
        content = {"image/png": {"schema": _BINARY}}
        shown = {"200": {"description": "The face, upright", "content": content}}
        whose = "A person's" if path == "person_id" else "A collected"
        return self._operation(name, f"{whose} face to look at", shown, path)

    def with_body(self, name: str, summary: str, answer: str, fields: Json, *path: str) -> Json:
        """A question whose parameters are a JSON object, or in the address."""
        schema = {"type": "object", "properties": fields, "additionalProperties": False}
        status = "201" if not path else "200"
        operation = self._operation(name, summary, {status: _answer(answer)}, *path)
        body = {"required": False, "content": {_JSON: {"schema": schema}}}
        return operation | {"requestBody": body}

    def photos(self, name: str, summary: str, kind: type[Record] | None = None) -> Json:
        """A question about photos."""
        answer = {"enrol": "PersonRecord", "verify": "Verdict"}.get(name, "CollectedFaces")
        status = "200" if name == "verify" else "201"
        operation = self._operation(name, summary, {status: _answer(answer)})
        names = ("image", "other") if name == "verify" else ("image",)
        return operation | {
            "description": (kind.__doc__ if kind else None) or summary,
            "parameters": self._headers,
            "requestBody": _photo_bodies(names, _fields(kind) if kind else {}),
        }

    def _operation(self, name: str, summary: str, answers: Json, *path: str) -> Json:
        schema = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
        return {
            "operationId": f"people-{name}",
            "summary": summary,
            "tags": ["people"],
            "parameters": [
                {"name": one, "in": "path", "required": True, "schema": schema} for one in path
            ],
            "responses": answers | self._problems,
        }


def _photo_bodies(names: tuple[str, ...], fields: Json) -> Json:
    """A form with files, JSON with base64 or URLs, or the photo as the whole body."""
    texts = {f"{name}{end}": _TEXT for name in names for end in ("_base64", "_url")}
    known = texts | fields | {"allow_truncated": {"type": "boolean"}}
    form = {"type": "object", "properties": dict.fromkeys(names, _BINARY) | known}
    json = {
        "type": "object",
        "properties": known,
        "oneOf": [{"required": [name]} for name in _SOURCES if name in known],
        "additionalProperties": False,
    }
    content = {"multipart/form-data": {"schema": form}, _JSON: {"schema": json}}
    return {"required": True, "content": content | {"image/*": {"schema": _BINARY}}}


def _answer(name: str) -> Json:
    schema = {"$ref": _IN_SCHEMAS.format(name=name)}
    return {"description": name, "content": {_JSON: {"schema": schema}}}


def _fields(kind: type[Record]) -> Json:
    schema = msgspec.json.schema(kind)
    found: Json = schema["$defs"][kind.__name__]["properties"]
    return found
