"""``/v1/people``: people who agreed to be known, each known to one owner alone.

``POST /v1/people`` itself is a task: who is in a photo.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from edge_runtime.spec import Record
from edge_server.api.bodies import read_body
from edge_server.api.face_requests import ID, asking, face_shown, once, own_here, told
from edge_server.api.parameters import check_names, names_of, read_parameters
from edge_server.people.matching import distance_of
from edge_server.people.records import Consent, Day, Id, Name, Note, Verdict
from edge_server.people.spans import LIMIT
from edge_server.problems import ConsentMissing, InvalidParameter

if TYPE_CHECKING:
    from edge_server.api.app import Services
    from edge_server.api.face_requests import Asking
    from edge_server.people.naming import Naming
    from edge_server.people.records import PersonRecord
    from edge_server.people.register import Register


class EnrolParams(Record, frozen=True, kw_only=True):
    """``name`` of a person who is new, with ``consent_by`` (who said yes: the person, or who
    may speak for them) and ``consent_at`` (the day, ``YYYY-MM-DD``); ``consent_note`` says to
    what.  Or ``person``: the id of one who is known, of whom this is one more photo.
    ``face``, in place of a photo: a collected face, whose group is theirs from then on.
    """

    name: Name | None = None
    consent_by: Name | None = None
    consent_at: Day | None = None
    consent_note: Note = ""
    person: Id | None = None
    face: Id | None = None


class VerifyParams(Record, frozen=True, kw_only=True):
    """``person``: whether the photo shows that person; without it, whether ``image`` and
    ``other`` show the same one.
    """

    person: Id | None = None


class RenameParams(Record, frozen=True, kw_only=True):
    """``name``: what the person is called from now on."""

    name: Name | None = None


def people(services: Services) -> Blueprint:
    """Enrol, verify, see, rename and delete people."""
    blueprint = Blueprint("people", __name__, url_prefix="/v1/people")
    views = _Views(services)
    one = f"/{ID.format('person_id')}"
    blueprint.add_url_rule("", "list", views.list, methods=["GET"])
    for path, view in (("/enrolments", views.enrol), ("/verify", views.verify)):
        blueprint.add_url_rule(path, path[1:], once(services, view), methods=["POST"])
    blueprint.add_url_rule(f"{one}/chip", "chip", views.chip, methods=["GET"])
    for name, method in (("see", "GET"), ("rename", "PATCH"), ("delete", "DELETE")):
        blueprint.add_url_rule(one, name, getattr(views, name), methods=[method])
    return blueprint


@dataclass(frozen=True)
class _Views:
    """One method an address."""

    services: Services

    def list(self) -> Response:
        return told(self._register.people())

    def enrol(self) -> Response:
        with asking(self.services, EnrolParams, "image") as asked:
            params = asked.params(EnrolParams)
            if params.face and asked.has("image"):
                raise InvalidParameter("a face was collected already: leave the photo out")
            person = self._more(params, asked) if params.person else self._new(params, asked)
        response = told(person, 201)
        response.headers["Location"] = f"/v1/people/{person.id}"
        return response

    def verify(self) -> Response:
        with asking(self.services, VerifyParams, "image", "other") as asked:
            person = asked.params(VerifyParams).person
            if (person is None) != asked.has("other"):
                raise InvalidParameter(
                    "image is compared with other, or with person: say one of them"
                )
            known = self._register.known(person).vectors if person else None
            face = asked.face("image")
            vectors = asked.face("other").vector[None] if known is None else known
            distance = distance_of(face.vector, vectors)
        same = distance <= LIMIT
        return told(Verdict(same=same, distance=round(distance, 4), threshold=LIMIT))

    def see(self, person_id: str) -> Response:
        return told(self._register.person(person_id))

    def chip(self, person_id: str) -> Response:
        return face_shown(self._register.chip(person_id))

    def rename(self, person_id: str) -> Response:
        body = read_body(request)
        check_names([*body.fields, *body.files], names_of(RenameParams))
        name = read_parameters(RenameParams, body.fields).name
        if name is None:
            raise InvalidParameter("name is missing: say what the person is called")
        return told(self._register.rename(person_id, name))

    def delete(self, person_id: str) -> Response:
        self._register.delete(person_id)
        return Response(status=204)

    def _new(self, params: EnrolParams, asked: Asking) -> PersonRecord:
        consent, name = consent_of(params), params.name or ""
        if params.face:
            return self._naming.enrol(name, consent, params.face)
        return self._register.enrol(name, consent, asked.face("image"))

    def _more(self, params: EnrolParams, asked: Asking) -> PersonRecord:
        if params.name or params.consent_by or params.consent_at or params.consent_note:
            raise InvalidParameter("person is known already: leave name and consent out")
        person = self._register.person(params.person or "")
        if params.face:
            return self._naming.add(person.id, params.face)
        return self._register.add(person.id, asked.face("image"))

    @property
    def _naming(self) -> Naming:
        from edge_server.people.collection import Collection
        from edge_server.people.naming import Naming

        return Naming(Collection(own_here(self.services)))

    @property
    def _register(self) -> Register:
        from edge_server.people.register import Register  # with it comes the database

        return Register(own_here(self.services))


def consent_of(params: EnrolParams) -> Consent:
    """Who agreed, and when; raises ``ConsentMissing`` where that is not said, and
    ``InvalidParameter`` for a day that is none, or has not come yet."""
    if params.name is None:
        raise InvalidParameter("name is missing: say who it is, or person for one you know")
    if params.consent_by is None or params.consent_at is None:
        raise ConsentMissing(
            "nobody is enrolled who did not agree: say consent_by (who said yes) and "
            "consent_at (the day, YYYY-MM-DD)"
        )
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)  # somewhere it is tomorrow
    try:
        day = date.fromisoformat(params.consent_at)
    except ValueError:
        raise InvalidParameter("consent_at is not a day: write YYYY-MM-DD") from None
    if day > tomorrow:
        raise InvalidParameter("consent_at has not come yet: say when it was given")
    return Consent(by=params.consent_by, at=params.consent_at, note=params.consent_note)
