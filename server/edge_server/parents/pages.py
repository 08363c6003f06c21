"""The plain pages of the five projects: forms without a script, and nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from flask import Response, request
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

if TYPE_CHECKING:
    from jinja2 import Template

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
    accept = request.accept_mimetypes
    return accept.quality(HTML) > accept.quality("application/json")


def page(name: str, status: int = 200, **given: Any) -> Response:
    """A page of these templates; every value is escaped."""
    text = _template(name).render({"problem": None} | given)
    response = Response(text, status, mimetype=HTML)
    response.headers.update(_HEADERS)
    return response


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
