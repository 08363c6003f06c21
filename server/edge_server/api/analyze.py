"""``POST /v1/analyze``: many analyses of one photo, in one answer or each as it comes."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec
from flask import Blueprint, Response, g, request

from edge_runtime.spec import Record
from edge_server.analysis import event_stream
from edge_server.analysis.event_stream import EVENTS, event
from edge_server.analysis.inquiry import Wanted
from edge_server.analysis.reporting import Report
from edge_server.api import wire
from edge_server.api.access import may_store, owner_of
from edge_server.api.bodies import read_body
from edge_server.api.idempotency import answered_once
from edge_server.api.owning import own_of
from edge_server.api.parameters import check_names, names_of, read_parameters
from edge_server.api.requests import ENDS, deadline_or, truncated_taken
from edge_server.asgi.bridge import CALLER
from edge_server.problems import Cancelled, MissingImage, NotAcceptable, Problem
from edge_server.tasks.task import Name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_server.analysis.findings import Finding
    from edge_server.analysis.inquiry import Inquiry
    from edge_server.api.app import Services
    from edge_server.api.bodies import Body
    from edge_server.api.requests import Reader
    from edge_server.engine.interface import Deadline

Json: TypeAlias = dict[str, Any]
JSON = "application/json"
OFFERED = (JSON, EVENTS, *wire.PICTURE_TYPES)
STORED = "X-Stored"


class AnalyzeParams(Record, frozen=True, kw_only=True):
    """``analyses``: names of tasks; without any, every one that can be made here and that
    says something of every photo; ``all`` is every one there is.  ``keep``: results are taken
    from the store, and put there with the photo.  ``picture`` puts one picture of everything
    into the answer; ``masks`` says how masks are written there.
    """

    analyses: tuple[Name, ...] = ()
    keep: bool = True
    picture: Literal["none", "png", "webp", "jpeg"] = "none"
    masks: wire.Masks = "rle"


KNOWN = frozenset(
    {"allow_truncated", *(f"image{end}" for end in ENDS), *names_of(AnalyzeParams)}
)


def analyze(services: Services, reader: Reader) -> Blueprint:
    """The address."""
    blueprint = Blueprint("analyze", __name__, url_prefix="/v1")
    once = partial(
        answered_once,
        services.kept,
        partial(deadline_or, services.settings, services.settings.heavy_seconds),
        partial(answer_analyze, services, reader),
    )
    blueprint.add_url_rule("/analyze", "analyze", once, methods=["POST"])
    return blueprint


def answer_analyze(services: Services, reader: Reader) -> Response:
    """The current request, answered; raises its ``Problem``."""
    media_type = _chosen()
    body = read_body(request)
    check_names([*body.fields, *body.files], KNOWN)
    params = read_parameters(AnalyzeParams, body.fields)
    drawn = media_type in wire.PICTURE_TYPES
    wanted = _wanted(services, params, truncated=truncated_taken(body), drawn=drawn)
    heavy = services.analyst.analyses.heavy(wanted.chosen.analyses)
    with ExitStack() as place:
        place.enter_context(services.gates[heavy].passed(wanted.deadline))
        content = _content(reader, body, wanted.deadline)
        inquiry = services.analyst.begin(content, wanted)
        _drop_when_gone(inquiry)
        report = _report(inquiry, params)
        if media_type == EVENTS:
            return _streamed(report, place)
        inquiry.finish()
        return _replied(report, media_type)


def _wanted(
    services: Services, params: AnalyzeParams, *, truncated: bool, drawn: bool
) -> Wanted:
    analyses, settings = services.analyst.analyses, services.settings
    own = own_of(services)
    chosen = analyses.chosen(params.analyses, own=own is not None)
    seconds = settings.heavy_seconds if analyses.heavy(chosen.analyses) else None
    return Wanted(
        chosen=chosen,
        owner=owner_of(),
        own=own,
        deadline=deadline_or(settings, seconds),
        pixels=drawn or params.picture != "none",
        keep=params.keep and may_store(),
        allow_truncated=truncated,
    )


def _report(inquiry: Inquiry, params: AnalyzeParams) -> Report:
    return Report(
        inquiry=inquiry,
        request_id=g.request_id,
        began=g.began,
        masks=params.masks,
        media_type="" if params.picture == "none" else f"image/{params.picture}",
        path=request.path,
    )


def _content(reader: Reader, body: Body, deadline: Deadline) -> bytes:
    content = reader.content(body, "image", deadline)
    if content is None:
        raise MissingImage(
            "there is no image: send a file as 'image', or image_base64, or image_url"
        )
    return content


def _chosen() -> str:
    accept = request.accept_mimetypes
    best = accept.best_match(OFFERED) if accept else JSON
    if best is None:
        raise NotAcceptable(f"analyze answers as {', '.join(OFFERED)}: accept one of them")
    return best


def _drop_when_gone(inquiry: Inquiry) -> None:
    caller = request.environ.get(CALLER)
    if caller is not None:
        caller.when_gone(inquiry.tickets.cancel)


def _replied(report: Report, media_type: str) -> Response:
    if media_type == JSON:
        content = msgspec.json.encode(report.whole())
    else:
        content = report.picture(media_type)
    response = Response(content, mimetype=media_type)
    response.headers["Vary"] = "Accept"
    if stored := report.stored():
        response.headers[STORED] = ", ".join(stored)
    return response


def _streamed(report: Report, place: ExitStack) -> Response:
    """The answer in events; the place at the gate is held until it has been sent."""
    response = Response(_events(report), mimetype=EVENTS, headers=event_stream.HEADERS)
    response.call_on_close(place.pop_all().close)
    return response


def _events(report: Report) -> Iterator[bytes]:
    """Without asking Flask: the request has ended for it."""
    inquiry = report.inquiry
    analyses = {"analyses": list(inquiry.wanted.chosen.analyses)}
    yield event("image", report.about() | analyses)
    try:
        for outcome in inquiry.proceed(event_stream.SILENCE_SECONDS):
            alive = event_stream.STILL_THERE
            yield alive if outcome is None else _event(report, *outcome)
    except Cancelled:
        return
    yield from _picture(report)
    told = {"results": list(inquiry.findings), "problems": list(inquiry.problems)}
    yield event("done", told | {"stored": report.stored()} | report.ends())


def _picture(report: Report) -> Iterator[bytes]:
    """The picture of everything, where it is wanted and there is anything."""
    try:
        found = report.picture_json() if report.inquiry.findings else {}
    except Problem as problem:
        yield event("problem", {"name": "picture", "problem": report.problem(problem)})
        return
    if found:
        yield event("picture", found["picture"])


def _event(report: Report, name: str, outcome: Finding | Problem) -> bytes:
    if isinstance(outcome, Problem):
        return event("problem", {"name": name, "problem": report.problem(outcome)})
    return event("result", {"name": name} | msgspec.structs.asdict(report.finding(name)))
