"""A problem as Flask's answer to the current request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from flask import Response, g, request

from edge_server.asgi.refusing import problem_headers, problem_record

if TYPE_CHECKING:
    from edge_server.problems import Problem


def problem_response(problem: Problem) -> Response:
    """The problem in the shape that the clients of the address know."""
    record = problem_record(problem, g.request_id, request.path)
    response = Response(msgspec.json.encode(record), status=problem.status)
    response.headers.update(problem_headers(problem, request.path))
    return response
