from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from jinja2 import UndefinedError

from edge_server.parents.pages import page, wants_page
from edge_server.problems import InvalidParameter, Overloaded, Unauthenticated

APP = Flask("x")
FORMS = ("smart_filter.html.jinja", "pic_metric.html.jinja")
GIVEN: Any = {"words": ("sky",), "looked": None, "keys": False, "again": ""}


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (None, False),
        ("*/*", False),
        ("application/json", False),
        ("image/png", False),
        ("text/*;q=0.5,*/*;q=0.9", False),
        ("text/html", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", True),
        ("application/json,text/html;q=0.9", False),
    ],
)
def test_only_a_browser_is_shown_a_page(accept: str | None, wanted: bool) -> None:
    headers = {} if accept is None else {"Accept": accept}
    with APP.test_request_context("/", headers=headers):
        assert wants_page() is wanted


@pytest.mark.parametrize("name", FORMS)
def test_a_page_runs_nothing_and_says_what_is_wrong_as_text(name: str) -> None:
    problem = InvalidParameter("<script>alert(1)</script>")
    shown = page(name, problem, **GIVEN)
    text = shown.get_data(as_text=True)
    assert (shown.status_code, shown.mimetype) == (422, "text/html")
    assert "&lt;script&gt;" in text
    assert "<script" not in text
    assert shown.headers["Cache-Control"] == "no-store"
    policy = shown.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "'unsafe" not in policy


@pytest.mark.parametrize("name", FORMS)
def test_a_page_has_the_headers_of_its_problem_and_is_a_page(name: str) -> None:
    asked = page(name, Unauthenticated("a key is needed"), **GIVEN | {"keys": True})
    assert (asked.status_code, asked.mimetype) == (401, "text/html")
    assert asked.headers["WWW-Authenticate"].startswith("Bearer")
    text = asked.get_data(as_text=True)
    assert 'type="password" name="key"' in text
    assert "into the form" in text  # a browser cannot do what programs are told
    busy = page(name, Overloaded("busy", retry_after=3), **GIVEN)
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "3")
    assert "password" not in busy.get_data(as_text=True)


@pytest.mark.parametrize("name", FORMS)
def test_a_browser_says_where_its_form_is_from(name: str) -> None:
    """Under "no-referrer" it would say "null", and the form would be refused."""
    assert page(name, **GIVEN).headers["Referrer-Policy"] == "same-origin"


def test_what_a_page_needs_and_is_not_given_is_a_bug() -> None:
    with pytest.raises(UndefinedError):
        page(FORMS[0])
