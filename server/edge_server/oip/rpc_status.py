"""A problem as gRPC has it: a status code, and details in the trailing metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from grpc import StatusCode

from edge_server.asgi.refusing import RETRY_AFTER
from edge_server.oip.messages import encoded, message
from edge_server.problems import BodyTooLarge, Overloaded

if TYPE_CHECKING:
    from edge_server.problems import Problem

    Metadata: TypeAlias = tuple[tuple[str, str | bytes], ...]

DOMAIN = "pocketlens"
_TYPES = "type.googleapis.com/google.rpc."
_CODES = {
    401: StatusCode.UNAUTHENTICATED,
    403: StatusCode.PERMISSION_DENIED,
    404: StatusCode.NOT_FOUND,
    408: StatusCode.DEADLINE_EXCEEDED,
    429: StatusCode.RESOURCE_EXHAUSTED,
    499: StatusCode.CANCELLED,
    500: StatusCode.INTERNAL,
    502: StatusCode.INTERNAL,
    503: StatusCode.UNAVAILABLE,
    504: StatusCode.DEADLINE_EXCEEDED,
}


def code_of(problem: Problem) -> StatusCode:
    """By the status that it has over HTTP; what is full is exhausted, not unavailable."""
    if isinstance(problem, Overloaded | BodyTooLarge):
        return StatusCode.RESOURCE_EXHAUSTED
    return _CODES.get(problem.status, StatusCode.INVALID_ARGUMENT)


def trailers(problem: Problem) -> Metadata:
    """Its code, and when to come again, as text and as ``google.rpc`` details."""
    details = [_any("ErrorInfo", reason=problem.code, domain=DOMAIN)]
    plain: Metadata = (("problem-code", problem.code),)
    if problem.retryable:
        seconds = problem.retry_after or RETRY_AFTER
        delay = message("Duration")(seconds=seconds)
        details.append(_any("RetryInfo", retry_delay=delay))
        plain += (("retry-after", str(seconds)),)
    code: int = code_of(problem).value[0]
    status = encoded("Status", code=code, message=problem.detail, details=details)
    return (*plain, ("grpc-status-details-bin", status))


def _any(name: str, /, **fields: object) -> object:
    return message("Any")(type_url=f"{_TYPES}{name}", value=encoded(name, **fields))
