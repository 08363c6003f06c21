"""The key in a form: a browser can add no header to a plain one.

Pages without a script have the key as their first field, a password that is typed in each time.
Nothing is kept in the browser that goes along by itself, no cookie and no login, so there is
nothing that a page of another site could borrow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Field, MultipartDecoder, Preamble

from edge_server.api.origins import refuse_other_sites

if TYPE_CHECKING:
    from edge_server.settings import Settings

FIELD = "key"
# The addresses of plain forms, and what is below the second.
FORMS = ("/", "/smart-filter", "/upload")
BELOW = "/upload/"
# A key that comes later is none: a stranger's body is not read to find one.
FIRST_BYTES = 4096


def form_key(settings: Settings) -> str:
    """The key in the form that the current request posts; empty where there is none.

    It is looked for where plain forms are posted, and in front of any file.  Raises
    ``Forbidden`` for the form of another site's page.
    """
    if request.method != "POST" or not takes_forms(request.path):
        return ""
    if request.mimetype == "multipart/form-data":
        found = _of_parts(request.get_data()[:FIRST_BYTES])
    elif request.mimetype == "application/x-www-form-urlencoded":
        found = _of_pairs(request.get_data())
    else:
        return ""
    if found:
        refuse_other_sites(settings)
    return found


def takes_forms(path: str) -> bool:
    """Whether plain forms are posted to that address."""
    return path in FORMS or path.startswith(BELOW)


def _of_parts(head: bytes) -> str:
    boundary = request.mimetype_params.get("boundary", "").encode("latin1", "replace")
    if not boundary:
        return ""
    decoder = MultipartDecoder(boundary)
    name, content = None, bytearray()
    try:
        decoder.receive_data(head)
        while isinstance(event := decoder.next_event(), Preamble | Field | Data):
            if isinstance(event, Field):
                name, content = event.name, bytearray()
            elif isinstance(event, Data) and name == FIELD:
                content += event.data
                if not event.more_data:
                    return _text(bytes(content))
    except (ValueError, RequestEntityTooLarge):  # whoever reads the whole form says so
        return ""
    return ""


def _of_pairs(body: bytes) -> str:
    head = body[:FIRST_BYTES]
    if len(body) > FIRST_BYTES:
        head = head.rpartition(b"&")[0]
    pairs = parse_qsl(head.decode("utf-8", "replace"))
    return next((text.strip() for name, text in pairs if name == FIELD), "")


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace").strip()
