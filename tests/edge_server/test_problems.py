from __future__ import annotations

import pytest

from edge_server.problems import (
    BadBase64,
    ImageTooLarge,
    Overloaded,
    Problem,
    UrlInputDisabled,
    problems,
)


@pytest.mark.parametrize(
    ("kind", "code", "status", "retryable"),
    [
        (Problem, "internal-error", 500, False),
        (BadBase64, "bad-base64", 400, False),
        (UrlInputDisabled, "url-input-disabled", 403, False),
        (Overloaded, "overloaded", 503, True),
    ],
)
def test_the_code_is_the_name(
    kind: type[Problem], code: str, status: int, *, retryable: bool
) -> None:
    assert (kind.code, kind.status, kind.retryable) == (code, status, retryable)


def test_every_problem_has_one_code_and_a_title() -> None:
    codes = [kind.code for kind in problems()]
    assert len(codes) == len(set(codes)) > 50
    assert all(kind.title and not kind.title.endswith(".") for kind in problems())


def test_only_a_bug_is_a_500() -> None:
    assert [kind for kind in problems() if kind.status == 500] == [Problem]


def test_what_a_limit_was_is_kept() -> None:
    problem = ImageTooLarge("it has 60 million pixels: shrink it", limit=50e6, actual=60e6)
    assert (str(problem), problem.limit, problem.actual) == (problem.detail, 50e6, 60e6)
