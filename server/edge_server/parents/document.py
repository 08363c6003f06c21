"""The addresses of the five projects in the OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from edge_server.api.parameters import names_of
from edge_server.api.wire import PICTURE_TYPES
from edge_server.parents.cloud_vision import DETECTORS, KINDS, MODELS
from edge_server.parents.object_cut import CutWishes
from edge_server.parents.object_remove import RemoveWishes
from edge_server.parents.pic_metric_answers import PicMetric
from edge_server.parents.smart_filter import FACES, OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

Json: TypeAlias = dict[str, Any]

_BINARY = {"type": "string", "contentMediaType": "application/octet-stream"}
_TEXT = {"type": "string"}
_FLAG = {"type": "boolean", "default": False}
# For browsers, which cannot add a header to a plain form; in front of any file.
_KEY = {"type": "string", "format": "password", "writeOnly": True}
_JSON, _FORM, _HTML = "application/json", "multipart/form-data", "text/html"
_URL_FORM = "application/x-www-form-urlencoded"
_DEADLINE = {
    "name": "X-Deadline-Ms",
    "in": "header",
    "required": False,
    "description": "How long the caller waits, in milliseconds",
    "schema": {"type": "integer", "minimum": 1},
}
_PAGE = {"200": {"description": "A page", "content": {_HTML: {"schema": _TEXT}}}}


def parent_paths(problems: Json) -> Json:
    """Every address; ``problems`` are the responses of every task where it fails."""
    sentence, flag = _shaped(problems, "SentenceProblem"), _shaped(problems, "FlagProblem")
    return {
        "/img2img/{model}/": {"post": _img2img(sentence)},
        "/urlimg2img/{model}/": _urlimg2img(sentence),
        **_kinds(sentence),
        "/cut": {"post": _cut(flag)},
        "/remove": {"post": _remove(_shaped(problems, "CodedProblem"))},
        "/": {"get": _page("page", "The page", problems), "post": _form("form", problems)},
        "/smart-filter": {
            "get": _page("smartFilterPage", "The form as a page", problems),
            "post": _form("smartFilter", problems),
        },
        **_pic_metric(sentence),
    }


def parent_schemas(problem: Json) -> Json:
    """The errors in the shapes of the projects: problem details with members of theirs."""
    sentence = {"error": _TEXT}
    flag = {"error": {"const": True}, "message": _TEXT}
    answer = msgspec.json.schema(PicMetric)["$defs"]["PicMetric"]
    return {
        "SentenceProblem": _with(problem, sentence),
        "FlagProblem": _with(problem, flag),
        "CodedProblem": _with(problem, flag | {"error_id": {"enum": ["001", "002", "003"]}}),
        "PicMetric": answer,
    }


def _with(problem: Json, members: Json) -> Json:
    required = [*problem["required"], *members]
    return problem | {"properties": problem["properties"] | members, "required": required}


def _shaped(problems: Json, name: str) -> Json:
    content = {_JSON: {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    return {status: one | {"content": content} for status, one in problems.items()}


def _operation(name: str, summary: str, responses: Json, *parameters: Json) -> Json:
    return {
        "operationId": name,
        "summary": summary,
        "tags": ["parents"],
        "parameters": [_DEADLINE, *parameters],
        "responses": responses,
    }


def _body(**content: Json) -> Json:
    return {"required": True, "content": {media: {"schema": s} for media, s in content.items()}}


def _pictures() -> Json:
    content = {media: {"schema": _BINARY} for media in PICTURE_TYPES}
    return {"200": {"description": "The picture", "content": content}}


def _fields(required: tuple[str, ...] = (), **properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(required)}


def _img2img(problems: Json) -> Json:
    summary = "Cloud Vision API: a photo in, a picture back"
    form = _fields(("file",), file=_BINARY, background=_TEXT)
    made = _operation("img2img", summary, _pictures() | problems, _model(MODELS))
    return made | {"requestBody": _body(**{_FORM: form})}


def _urlimg2img(problems: Json) -> Json:
    summary = "Cloud Vision API: the photo by its address"
    url = {"name": "url", "in": "query", "required": True, "schema": _TEXT}
    asked = _operation(
        "urlimg2imgByQuery", summary, _pictures() | problems, _model(MODELS), url
    )
    optional = url | {"required": False}
    sent = _operation("urlimg2img", summary, _pictures() | problems, _model(MODELS), optional)
    form = _fields(url=_TEXT, background=_TEXT)
    body = _body(**{_JSON: form, _FORM: form, _URL_FORM: form}) | {"required": False}
    return {"get": asked, "post": sent | {"requestBody": body}}


def _kinds(problems: Json) -> Json:
    """The addresses of the later notebook: a picture back, or lists of objects."""
    url = {"name": "url", "in": "query", "required": False, "schema": _TEXT}
    lists = _fields(("rois", "class_ids", "scores"), rois=_TEXT, class_ids=_TEXT, scores=_TEXT)
    told = {"description": "Lists as text of JSON", "content": {_JSON: {"schema": lists}}}
    answers = dict.fromkeys(KINDS, _pictures()) | {"objdet": {"200": told}}
    body = _body(**{_FORM: _fields(file=_BINARY, url=_TEXT)}) | {"required": False}
    summary = "Cloud Vision API: a photo, or its address"
    paths = {}
    for kind, answer in answers.items():
        model = _model(KINDS.get(kind, DETECTORS))
        made = _operation(f"{kind}ByKind", summary, answer | problems, model, url)
        paths[f"/{kind}/{{model}}/"] = {"post": made | {"requestBody": body}}
    return paths


def _model(names: Iterable[str]) -> Json:
    return {"name": "model", "in": "path", "required": True, "schema": {"enum": list(names)}}


def _cut(problems: Json) -> Json:
    names = {"type": "array", "items": _TEXT}
    photo = {"image_base64": _TEXT, "image_url": _TEXT}
    flags = dict.fromkeys(names_of(CutWishes), _FLAG)
    wishes = _fields(("objects",), objects=names, **flags, **photo)
    answer = _fields(
        ("error", "response"),
        error={"const": False},
        response=_fields(("image_base64",), image_base64=_TEXT),
    )
    answered = {"description": "The objects as PNG in base64"} | {
        "content": {_JSON: {"schema": answer}}
    }
    made = _operation("objectCut", "ObjectCut: objects by name", {"200": answered} | problems)
    return made | {"requestBody": _body(**{_JSON: wishes, _FORM: wishes, _URL_FORM: wishes})}


def _remove(problems: Json) -> Json:
    choices = msgspec.json.schema(RemoveWishes)["$defs"]["RemoveWishes"]["properties"]
    wishes = _fields(image_base64=_TEXT, image_url=_TEXT, **choices)
    picture = _fields(image_url=_TEXT, image_base64=_TEXT)
    answer = _fields(
        ("error", "correlation_id", "response"),
        error={"const": False},
        correlation_id=_TEXT,
        response=picture,
    )
    told = {"description": "What is left, as PNG", "content": {_JSON: {"schema": answer}}}
    summary = "ObjectCut: the background away, or the main object"
    made = _operation("objectRemove", summary, {"200": told} | problems)
    return made | {"requestBody": _body(**{_JSON: wishes, _FORM: wishes, _URL_FORM: wishes})}


def _form(name: str, problems: Json) -> Json:
    chosen = {
        "options": {"enum": list(OPTIONS)},
        "options-face-features": {"enum": list(FACES)},
    }
    files = {"file": _BINARY, "bg-file": _BINARY}
    form = _fields(("file",), key=_KEY, params=_TEXT, **files, **chosen)
    made = _operation(name, "Smart Filter: its form", _pictures() | problems)
    return made | {"requestBody": _body(**{_FORM: form})}


def _pic_metric(problems: Json) -> Json:
    md5 = {
        "name": "md5",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    }
    summary = "Pic Metric: a photo sent before, by its MD5"
    again = _looked("picMetricAgain", summary, problems)
    by_form = _looked("picMetricAgainByForm", summary, problems)
    for found in (again, by_form):
        found["parameters"].append(md5)
    with_key = _body(**{_FORM: _fields(key=_KEY)}) | {"required": False}
    sent = _looked("picMetric", "Pic Metric: a file or an address", problems)
    program = _looked("doDataScience", "Pic Metric: what is in a photo", problems)
    named = _looked("doDataScienceUrl", "Pic Metric: the photo by its address", problems)
    for told in (program, named):
        del told["responses"]["200"]["content"][_HTML]
    body = {"requestBody": _body(**{_FORM: _fields(file=_BINARY, url=_TEXT)})}
    form = {"requestBody": _body(**{_FORM: _fields(key=_KEY, file=_BINARY, url=_TEXT)})}
    return {
        "/upload": {
            "get": _page("picMetricPage", "Pic Metric: its page", problems),
            "post": sent | form,
        },
        "/upload/{md5}": {"get": again, "post": by_form | {"requestBody": with_key}},
        "/do_data_science": {"post": program | body},
        "/do_data_science_url": {"post": named | body},
    }


def _looked(name: str, summary: str, problems: Json) -> Json:
    answer = {"$ref": "#/components/schemas/PicMetric"}
    content = {_JSON: {"schema": answer}, _HTML: {"schema": _TEXT}}
    answered = {"description": "Labels, objects and pictures of them", "content": content}
    return _operation(name, summary, {"200": answered} | problems)


def _page(name: str, summary: str, problems: Json) -> Json:
    moved = {"302": {"description": "To the documents, where no page was built"}}
    refused = {code: one for code, one in problems.items() if code in {"400", "401", "429"}}
    made = _operation(name, summary, _PAGE | moved | refused)
    return made | {"parameters": []}
