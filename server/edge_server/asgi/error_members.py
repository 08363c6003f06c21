"""What clients of other protocols and projects read where something went wrong.

Problem details (RFC 9457) are the body of every error; below the addresses of those clients
it also has the members that they look for, and is ``application/json``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from edge_server.problems import Problem

Members = dict[str, Any]


def error_members(problem: Problem, path: str) -> Members:
    """The further members at a path; none at those whose clients are ours."""
    made = _MADE.get(path.split("/")[1] if path.startswith("/") else "")
    return {} if made is None else made(problem)


def _sentence(problem: Problem) -> Members:
    return {"error": problem.detail}


def _flag(problem: Problem) -> Members:
    return {"error": True, "message": problem.detail}


def _coded(problem: Problem) -> Members:
    """Also by the project's three numbers: ours, the photo's address, the rest of theirs."""
    ours = problem.status >= 500 or problem.status == 429
    number = "001" if ours else "002" if problem.code.startswith("url-") else "003"
    return _flag(problem) | {"error_id": number}


# By the first part of the path.
_MADE: dict[str, Callable[[Problem], Members]] = {
    "v2": _sentence,  # the Open Inference Protocol
    "img2img": _sentence,  # Cloud Vision API
    "urlimg2img": _sentence,
    "superres": _sentence,
    "styletransfer": _sentence,
    "semseg": _sentence,
    "depth": _sentence,
    "binseg": _sentence,
    "objdet": _sentence,
    "cut": _flag,  # ObjectCut
    "remove": _coded,
    "upload": _sentence,  # Pic Metric
    "do_data_science": _sentence,
    "do_data_science_url": _sentence,
}
