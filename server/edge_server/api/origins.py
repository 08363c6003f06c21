"""Pages of other sites: a browser posts their forms here without asking whether it may.

CORS keeps them from reading the answer, not from what it leaves behind.  Browsers say whose
page posts (``Origin``), and pages cannot change that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import request

from edge_server.problems import Forbidden

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edge_server.settings import Settings


def origin_headers(origin: str, known: Sequence[str]) -> dict[str, str]:
    """What lets the page of that origin read an answer, where it is a known one."""
    if not origin or origin not in known:
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "Retry-After",
    }


def refuse_other_sites(settings: Settings) -> None:
    """Raise ``Forbidden`` where the current request comes from a page of another origin that
    the settings do not name; programs, which say nothing of the kind, pass.
    """
    origin = request.headers.get("Origin")
    if origin is None or origin in settings.cors_origins:
        return
    try:
        host = urlsplit(origin).netloc
    except ValueError:
        host = ""
    # The scheme is not compared: a proxy that speaks TLS may stand before this server.
    if host.lower() != request.host.lower():
        raise Forbidden(
            "a page of another site may not post here: name its origin in the settings"
        )
