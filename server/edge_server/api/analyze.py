"""``POST /v1/analyze``: many analyses of one photo, in one answer or each as it comes."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec
from flask import Blueprint, Response, g, request

from edge_runtime.spec import Record
from edge_server.analysis.annotating import annotated
from edge_server.analysis.event_stream import (
    EVENTS,
    HEADERS,
    SILENCE_SECONDS,
    STILL_THERE,
    event,
)
from edge_server.analysis.findings import Finding, with_masks
from edge_server.analysis.inquiry import Wanted
from edge_server.api import wire
from edge_server.api.access import may_store, owner_of
from edge_server.api.bodies import read_body
from edge_server.api.idempotency import answered_once
from edge_server.api.parameters import check_names, names_of, read_parameters
from edge_server.api.requests import ENDS, deadline_or, truncated_taken
from edge_server.asgi.bridge import CALLER
from edge_server.asgi.refusing import problem_record
from edge_server.problems import Cancelled, MissingImage, NotAcceptable, Problem
from edge_server.tasks.task import Name

if TYPE_CHECKING:
    from collections.abc import Iterator

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


@dataclass(frozen=True, kw_only=True)
class Written:
    """How an inquiry is written down, without asking Flask: it may have ended by then."""

    inquiry: Inquiry
    params: AnalyzeParams
    began: float
    request_id: str
    path: str

    def finding(self, name: str) -> Finding:
        """One result, its masks as they are wanted."""
        return with_masks(self.inquiry.findings[name], self.params.masks)

    def problem(self, problem: Problem) -> Json:
        """One problem, as it would be told if it were the whole answer."""
        return problem_record(problem, self.request_id, self.path)

    def picture(self, media_type: str) -> bytes:
        """One picture of everything."""
        upload = self.inquiry.upload
        if upload is None:
            raise Problem("the photo was not decoded: report this")
        return wire.encoded(annotated(upload.photo.rgb, self.inquiry.findings), media_type)

    def picture_json(self) -> Json:
        """That picture as JSON has it, where it is wanted."""
        if self.params.picture == "none":
            return {}
        media_type = f"image/{self.params.picture}"
        return {"picture": wire.file_json(self.picture(media_type), media_type)}

    def about(self) -> Json:
        """The photo, and what is not even tried."""
        return {
            "image": self.inquiry.image,
            "skipped": list(self.inquiry.wanted.chosen.skipped),
        }

    def ends(self) -> Json:
        """What is known once everything has come."""
        total = round(1000 * (perf_counter() - self.began), 3)
        return {
            "warnings": self.inquiry.warnings,
            "ms": self.inquiry.ms | {"total": total},
        }

    def whole(self) -> Json:
        """Everything, as one answer."""
        inquiry = self.inquiry
        names = inquiry.wanted.chosen.analyses
        results = {name: self.finding(name) for name in names if name in inquiry.findings}
        problems = {
            name: self.problem(inquiry.problems[name])
            for name in names
            if name in inquiry.problems
        }
        found = {"results": results, "problems": problems}
        return self.about() | found | self.picture_json() | self.ends()


def analyze(services: Services, reader: Reader) -> Blueprint:
    """The address."""
    blueprint = Blueprint("analyze", __name__, url_prefix="/v1")
    seconds = services.settings.heavy_seconds
    once = partial(
        answered_once,
        services.kept,
        partial(deadline_or, services.settings, seconds),
        partial(answer_analyze, services, reader),
    )
    blueprint.add_url_rule("/analyze", "analyze", once, methods=["POST"])
    return blueprint


def answer_analyze(services: Services, reader: Reader) -> Response:
    """The current request, answered; raises its ``Problem``."""
    analyst = services.analyst
    media_type = _chosen()
    body = read_body(request)
    check_names([*body.fields, *body.files], KNOWN)
    params = read_parameters(AnalyzeParams, body.fields)
    chosen = analyst.analyses.chosen(params.analyses)
    heavy = analyst.analyses.heavy(chosen.analyses)
    settings = services.settings
    deadline = deadline_or(settings, settings.heavy_seconds if heavy else None)
    wanted = Wanted(
        chosen=chosen,
        owner=owner_of(),
        deadline=deadline,
        pixels=params.picture != "none" or media_type in wire.PICTURE_TYPES,
        keep=params.keep and may_store(),
        allow_truncated=truncated_taken(body),
    )
    with ExitStack() as place:
        place.enter_context(services.gates[heavy].passed(deadline))
        inquiry = analyst.begin(_content(reader, body, deadline), wanted)
        _drop_when_gone(inquiry)
        written = Written(
            inquiry=inquiry,
            params=params,
            began=g.began,
            request_id=g.request_id,
            path=request.path,
        )
        if media_type == EVENTS:
            return _streamed(written, place)
        inquiry.finish()
        return _replied(written, media_type)


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


def _replied(written: Written, media_type: str) -> Response:
    if media_type == JSON:
        content = msgspec.json.encode(written.whole())
    else:
        content = written.picture(media_type)
    response = Response(content, mimetype=media_type)
    response.headers["Vary"] = "Accept"
    stored = [name for name, one in written.inquiry.findings.items() if one.stored]
    if stored:
        response.headers[STORED] = ", ".join(stored)
    return response


def _streamed(written: Written, place: ExitStack) -> Response:
    """The answer in events; the place at the gate is held until it has been sent."""
    response = Response(_events(written), mimetype=EVENTS, headers=HEADERS)
    response.call_on_close(place.pop_all().close)
    return response


def _events(written: Written) -> Iterator[bytes]:
    inquiry = written.inquiry
    analyses = {"analyses": list(inquiry.wanted.chosen.analyses)}
    yield event("image", written.about() | analyses)
    try:
        for outcome in inquiry.proceed(SILENCE_SECONDS):
            yield STILL_THERE if outcome is None else _event(written, *outcome)
    except Cancelled:
        return
    if inquiry.findings and (picture := written.picture_json()):
        yield event("picture", picture["picture"])
    told = {"results": list(inquiry.findings), "problems": list(inquiry.problems)}
    stored = {"stored": [name for name, one in inquiry.findings.items() if one.stored]}
    yield event("done", told | stored | written.ends())


def _event(written: Written, name: str, outcome: Finding | Problem) -> bytes:
    if isinstance(outcome, Problem):
        return event("problem", {"name": name, "problem": written.problem(outcome)})
    finding = msgspec.structs.asdict(written.finding(name))
    return event("result", {"name": name} | finding)
