"""``/v1/search``: which kept photos are this one, changed copies of it, or alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from flask import Blueprint, Response, request

from edge_server.api.access import owner_of
from edge_server.api.bodies import read_body
from edge_server.api.parameters import check_names, names_of, read_parameters
from edge_server.api.replies import JSON
from edge_server.api.requests import (
    ENDS,
    Reader,
    cancelled_when_gone,
    deadline_or,
    truncated_taken,
)
from edge_server.intake.decoding import Wishes
from edge_server.problems import MissingImage
from edge_server.search.records import Found, SearchParams

if TYPE_CHECKING:
    from edge_server.api.app import Services


def search(services: Services) -> Blueprint:
    """Search by a photo that is sent, and by one that is kept."""
    blueprint = Blueprint("search", __name__, url_prefix="/v1/search")
    views = _Views(services)
    blueprint.add_url_rule("", "sent", views.sent, methods=["POST"])
    blueprint.add_url_rule("/<photo_id>", "kept", views.kept, methods=["GET"])
    return blueprint


@dataclass(frozen=True)
class _Views:
    """One method an address."""

    services: Services

    def sent(self) -> Response:
        from edge_server.search.searcher import Sought

        deadline = deadline_or(self.services.settings)
        searcher = self.services.searcher
        with self.services.gates[False].passed(deadline):
            body = read_body(request)
            images = {"allow_truncated", *(f"image{end}" for end in ENDS)}
            check_names([*body.fields, *body.files], {*images, *names_of(SearchParams)})
            params = read_parameters(SearchParams, body.fields)
            reader = Reader(engine=self.services.engine, intake=self.services.intake)
            content = reader.content(body, "image", deadline)
            if content is None:
                raise MissingImage("there is no image: send a file as 'image', or image_url")
            wishes = Wishes(allow_truncated=truncated_taken(body))
            upload = self.services.intake.from_bytes(content, wishes)
            sought = Sought(
                owner=owner_of(),
                photo=upload.photo,
                sha256=upload.sha256,
                params=params,
                deadline=deadline,
                began=cancelled_when_gone,
            )
            return _json(searcher.search(sought))

    def kept(self, photo_id: str) -> Response:
        from edge_server.search.searcher import Sought

        fields = {name: list(texts) for name, texts in request.args.lists()}
        check_names(fields, names_of(SearchParams))
        params = read_parameters(SearchParams, fields)
        deadline = deadline_or(self.services.settings)
        searcher = self.services.searcher
        with self.services.gates[False].passed(deadline):
            sought = partial(
                Sought, params=params, deadline=deadline, began=cancelled_when_gone
            )
            return _json(searcher.search_kept(owner_of(), photo_id, sought))


def _json(found: Found) -> Response:
    response = Response(msgspec.json.encode(found), mimetype=JSON)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
