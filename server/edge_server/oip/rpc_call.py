"""One call over gRPC: who may make it, what is told of it, and how its problems end it."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from edge_server.asgi.guard import no_memory
from edge_server.oip.rpc_access import Admitted, admitted, request_id_of
from edge_server.oip.rpc_status import code_of, trailers
from edge_server.problems import Problem

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from grpc import aio

    from edge_server.api.app import Services
    from edge_server.keys import Scope

_LOG = logging.getLogger("edge_server")


@dataclass(frozen=True, kw_only=True)
class Call:
    """A method of a service, and the scope that a key needs for it."""

    service: str
    method: str
    scope: Scope = "infer"


@asynccontextmanager
async def answered(
    services: Services, call: Call, context: aio.ServicerContext
) -> AsyncIterator[Admitted]:
    """Admit, let act while this is held, and say what came of it.

    A ``Problem`` ends the call with its status; so does whatever else is raised.
    """
    began, request_id = perf_counter(), request_id_of(context)
    await context.send_initial_metadata((("x-request-id", request_id),))
    status, who = 499, Admitted()
    try:
        who = admitted(services, call.method, context, call.scope)
        yield who
        status = 200
    except (Problem, MemoryError) as error:
        problem = error if isinstance(error, Problem) else no_memory()
        status = problem.status
        await context.abort(code_of(problem), problem.detail, trailers(problem))
    except Exception as error:  # noqa: BLE001  whatever it is, the caller is told
        status = 500
        _LOG.exception("a bug: %s", type(error).__name__)
        bug = Problem("something went wrong here, not with the request: report its id")
        await context.abort(code_of(bug), bug.detail, trailers(bug))
    finally:
        seconds = perf_counter() - began
        services.numbers.count(f"/{call.service}/{call.method}", status, seconds)
        record = {"request_id": request_id, "caller": who.caller, "status": status}
        _LOG.info("gRPC %s %d", call.method, status, extra=record | {"trace_id": ""})
