from __future__ import annotations

import pytest
from grpc import StatusCode as Code

from edge_server import problems
from edge_server.oip.messages import message
from edge_server.oip.rpc_status import code_of, trailers
from edge_server.problems import Problem

EXPECTED = {
    problems.MalformedRequest: Code.INVALID_ARGUMENT,
    problems.UnsupportedImageFormat: Code.INVALID_ARGUMENT,
    problems.ImageTooLarge: Code.INVALID_ARGUMENT,
    problems.FieldTooLarge: Code.INVALID_ARGUMENT,
    problems.BodyTooLarge: Code.RESOURCE_EXHAUSTED,
    problems.Unauthenticated: Code.UNAUTHENTICATED,
    problems.Forbidden: Code.PERMISSION_DENIED,
    problems.ModelNotFound: Code.NOT_FOUND,
    problems.RateLimited: Code.RESOURCE_EXHAUSTED,
    problems.Overloaded: Code.RESOURCE_EXHAUSTED,
    problems.Draining: Code.UNAVAILABLE,
    problems.Loading: Code.UNAVAILABLE,
    problems.WorkerLost: Code.UNAVAILABLE,
    problems.WeightsMissing: Code.UNAVAILABLE,
    problems.DeadlineExceeded: Code.DEADLINE_EXCEEDED,
    problems.Cancelled: Code.CANCELLED,
    problems.ModelOutputInvalid: Code.INTERNAL,
    Problem: Code.INTERNAL,
}


@pytest.mark.parametrize("kind", EXPECTED, ids=lambda kind: kind.code)
def test_each_problem_has_its_code(kind: type[Problem]) -> None:
    assert code_of(kind("said")) is EXPECTED[kind]


@pytest.mark.parametrize("kind", problems.problems(), ids=lambda kind: kind.code)
def test_only_a_fault_of_ours_is_internal(kind: type[Problem]) -> None:
    assert (code_of(kind("said")) is Code.INTERNAL) == (kind.status in {500, 502})


def test_details_say_what_and_when_to_come_again() -> None:
    given = dict(trailers(problems.Overloaded("busy", retry_after=7)))
    assert given["problem-code"] == "overloaded"
    assert given["retry-after"] == "7"
    status = message("Status").FromString(given["grpc-status-details-bin"])
    assert (status.code, status.message) == (8, "busy")
    info, retry = status.details
    assert info.type_url == "type.googleapis.com/google.rpc.ErrorInfo"
    assert message("ErrorInfo").FromString(info.value).reason == "overloaded"
    assert message("RetryInfo").FromString(retry.value).retry_delay.seconds == 7


def test_what_will_not_change_says_no_time() -> None:
    given = dict(trailers(problems.MalformedRequest("wrong")))
    assert "retry-after" not in given
    status = message("Status").FromString(given["grpc-status-details-bin"])
    assert len(status.details) == 1
