"""``/docs``: the API to read, made from its own document, with nothing from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response
from jinja2 import Environment, PackageLoader, select_autoescape

if TYPE_CHECKING:
    from collections.abc import Mapping

_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'"


def docs(document: Mapping[str, Any]) -> Blueprint:
    """The page and its style sheet; no script runs in it."""
    blueprint = Blueprint("docs", __name__)
    pages = Environment(
        loader=PackageLoader("edge_server", "pages"),
        autoescape=select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = pages.get_template("docs.html.jinja").render(document=document)
    style = pages.get_template("docs.css").render()

    @blueprint.get("/docs")
    def read() -> Response:
        return _whole(page, "text/html")

    @blueprint.get("/docs/docs.css")
    def look() -> Response:
        return _whole(style, "text/css")

    return blueprint


def _whole(text: str, mimetype: str) -> Response:
    response = Response(text, mimetype=mimetype)
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
