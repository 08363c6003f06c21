"""``POST /v1/parity``: a phone's dump in, what is wrong with it out."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import msgspec
from flask import Response, g, request

from edge_runtime.doctor.screening import screened
from edge_runtime.errors import DumpError, DumpTooLarge
from edge_server import problems
from edge_server.api.bodies import read_body
from edge_server.api.parameters import check_names, names_of, read_parameters
from edge_server.api.requests import ENDS, cancelled_when_gone, deadline_or
from edge_server.tasks.parity import ParityCall, ParityParams, check_known, compare

if TYPE_CHECKING:
    from edge_runtime.doctor.dump import Dump
    from edge_server.api.app import Services
    from edge_server.api.requests import Reader
    from edge_server.engine.interface import Deadline

DUMP = "dump"
JSON = "application/json"
KNOWN = frozenset({DUMP, "allow_truncated"} | {f"image{end}" for end in ENDS})


def answer_parity(services: Services, reader: Reader) -> Response:
    """The current request, answered; raises its ``Problem``."""
    if request.accept_mimetypes and not request.accept_mimetypes.best_match([JSON]):
        raise problems.NotAcceptable(f"parity answers as {JSON}: accept that")
    deadline = deadline_or(services.settings, services.settings.heavy_seconds)
    with services.gates[True].passed(deadline):
        parity = compare(_call(services, reader, deadline))
        total = {"total": round(1000 * (perf_counter() - g.began), 3)}
        whole = msgspec.structs.replace(parity, ms=parity.ms | total)
    response = Response(msgspec.json.encode(whole), mimetype=JSON)
    response.headers["Vary"] = "Accept"
    return response


def _call(services: Services, reader: Reader, deadline: Deadline) -> ParityCall:
    body = read_body(request, archive=DUMP)
    check_names([*body.fields, *body.files], KNOWN | set(names_of(ParityParams)))
    params = read_parameters(ParityParams, body.fields)
    if DUMP not in body.files:
        raise problems.MissingDump(
            "there is no dump: send its ZIP file as 'dump', or as the body (application/zip)"
        )
    dump = _screened(body.files[DUMP])
    check_known(services.bundle, dump.head)
    upload = reader.image(body, "image", deadline)
    if upload is None and dump.photo:
        upload = reader.intake.from_bytes(dump.photo)
    return ParityCall(
        engine=services.engine,
        bundle=services.bundle,
        dump=dump,
        deadline=deadline,
        params=params,
        photo=None if upload is None else upload.photo,
        content=None if upload is None else upload.encoded,
        began=cancelled_when_gone,
    )


def _screened(content: bytes) -> Dump:
    try:
        return screened(content)
    except DumpTooLarge as error:
        raise problems.DumpTooLarge(
            str(error), limit=error.limit, actual=error.actual
        ) from None
    except DumpError as error:
        raise problems.DumpUnusable(str(error)) from None
