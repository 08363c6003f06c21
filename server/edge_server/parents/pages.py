"""The plain pages of the five projects: forms without a script, and nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from flask import Response, request
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from edge_server.api.problem_responses import problem_response
from edge_server.asgi.refusing import problem_headers
from edge_server.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Blueprint
    from jinja2 import Template
    from werkzeug.datastructures import MIMEAccept

HTML = "text/html"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    # Not "no-referrer": then a browser would not say that its own form posts.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Vary": "Accept",
}


def wants_page() -> bool:
    """Whether a browser shows the answer: it says that it likes HTML better than the rest."""
    return likes_page(request.accept_mimetypes)


def likes_page(accept: MIMEAccept) -> bool:
    """Whether that header is of a browser that shows the answer."""
    return accept.quality(HTML) > accept.quality("application/json")


def page(name: str, problem: Problem | None = None, **given: Any) -> Response:
    """A page of these templates, with the problem where there is one; every value is escaped.

    ``keys``: whether its forms have a field for a key.
    """
    text = _template(name).render({"problem": problem} | given)
    response = Response(text)
    if problem is not None:
        response.status_code = problem.status
        response.headers.update(problem_headers(problem))
    response.headers.update(_HEADERS)
    response.mimetype = HTML
    return response


def show_problems(
    blueprint: Blueprint, shown: Callable[[Problem], Response], below: str = "/"
) -> None:
    """A browser is shown what is wrong as a page, also that it has no key; programs, and all
    at other addresses, are answered as everywhere.
    """

    def answer(problem: Problem) -> Response:
        pages = request.path.startswith(below) and wants_page()
        return shown(problem) if pages else problem_response(problem)

    blueprint.register_error_handler(Problem, answer)


@cache
def _template(name: str) -> Template:
    pages = Environment(
        loader=PackageLoader("edge_server", "pages"),
        autoescape=select_autoescape(("html", "html.jinja")),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    return pages.get_template(name)
