"""``/v1/people/faces``, ``/clusters``, ``/decisions``: the faces of photos that are kept, in
groups of one person each, and what their owner says of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from edge_server.api.bodies import read_body
from edge_server.api.face_requests import ID, asking, face_shown, once, own_here, told
from edge_server.api.parameters import check_names, names_of, read_parameters
from edge_server.intake.decoding import Wishes
from edge_server.people.records import SayParams
from edge_server.tasks.task import NoParams

if TYPE_CHECKING:
    from edge_server.api.app import Services
    from edge_server.people.collection import Collection


def people_groups(services: Services) -> Blueprint:
    """Collect faces, see their groups, merge, split and name them, and take that back."""
    blueprint = Blueprint("people-groups", __name__, url_prefix="/v1/people")
    views = _Views(services)
    collect = once(services, views.collect)
    blueprint.add_url_rule("/faces", "collect", collect, methods=["POST"])
    of_photo = f"/photos/{ID.format('photo_id')}"
    for path, name, method in (
        (f"/faces/{ID.format('face_id')}/chip", "chip", "GET"),
        (of_photo, "of_photo", "GET"),
        (of_photo, "look", "POST"),
        (of_photo, "leave", "DELETE"),
        ("/clusters", "clusters", "GET"),
        ("/decisions", "decisions", "GET"),
        ("/decisions", "say", "POST"),
        (f"/decisions/{ID.format('decision_id')}", "undo", "DELETE"),
    ):
        blueprint.add_url_rule(path, name, getattr(views, name), methods=[method])
    return blueprint


@dataclass(frozen=True)
class _Views:
    """One method an address."""

    services: Services

    def collect(self) -> Response:
        own = own_here(self.services)
        with asking(self.services, NoParams, "image") as asked:
            upload = asked.upload("image")
            seen = asked.faces(upload)
        photo = own.store.keep(own.owner, upload).photo
        return told(self._collection.collect(photo, seen), 201)

    def chip(self, face_id: str) -> Response:
        return face_shown(self._collection.chip(face_id))

    def of_photo(self, photo_id: str) -> Response:
        return told(self._collection.of_photo(photo_id))

    def look(self, photo_id: str) -> Response:
        own = own_here(self.services)
        photo, content = own.store.original(own.owner, photo_id)
        with asking(self.services, NoParams) as asked:
            upload = self.services.intake.from_bytes(content, Wishes(allow_truncated=True))
            seen = asked.faces(upload)
        return told(self._collection.collect(photo, seen), 201)

    def leave(self, photo_id: str) -> Response:
        self._collection.leave(photo_id)
        return Response(status=204)

    def clusters(self) -> Response:
        return told(self._collection.clusters())

    def decisions(self) -> Response:
        return told(self._collection.decisions())

    def say(self) -> Response:
        body = read_body(request)
        check_names([*body.fields, *body.files], names_of(SayParams))
        said = read_parameters(SayParams, body.fields)
        from edge_server.people.deciding import Deciding  # with it comes the database

        return told(Deciding(self._collection).say(said), 201)

    def undo(self, decision_id: str) -> Response:
        self._collection.undo(decision_id)
        return Response(status=204)

    @property
    def _collection(self) -> Collection:
        from edge_server.people.collection import Collection

        return Collection(own_here(self.services))
