"""Requests about faces: photos taken in, their faces seen, inside the heavy models' gate."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import msgspec
from flask import Response, request

from edge_server.api.access import owner_of
from edge_server.api.bodies import read_body
from edge_server.api.idempotency import answered_once
from edge_server.api.parameters import check_names, names_of, read_parameters
from edge_server.api.replies import JSON
from edge_server.api.requests import ENDS, Reader, cancelled_when_gone, deadline_or
from edge_server.people.seeing import only, see
from edge_server.problems import MissingImage
from edge_server.tasks.task import Call, NoParams, Own

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edge_runtime.spec import Record
    from edge_server.api.app import Services
    from edge_server.api.bodies import Body
    from edge_server.engine.interface import Deadline
    from edge_server.intake.upload import Upload
    from edge_server.people.results import SeenFace

RecordT = TypeVar("RecordT", bound="Record")
# What a part of an address is to be one: other addresses of that depth stay what they are.
ID = "<string(length=32):{}>"


@dataclass(frozen=True, kw_only=True)
class Asking:
    """A request whose body was read."""

    services: Services
    body: Body
    deadline: Deadline

    def params(self, kind: type[RecordT]) -> RecordT:
        """The parameters of that kind."""
        return read_parameters(kind, self.body.fields)

    def has(self, name: str) -> bool:
        """Whether there is a photo of that name."""
        given = {*self.body.files, *self.body.fields}
        return any(f"{name}{end}" in given for end in ENDS)

    def upload(self, name: str) -> Upload:
        """The photo of that name; raises ``MissingImage``."""
        reader = Reader(engine=self.services.engine, intake=self.services.intake)
        upload = reader.image(self.body, name, self.deadline)
        if upload is None:
            raise MissingImage(
                f"there is no {name}: send a file as {name!r}, or {name}_base64, or {name}_url"
            )
        return upload

    def faces(self, upload: Upload) -> tuple[SeenFace, ...]:
        """The faces of a photo."""
        return see(self._call(upload)).faces

    def face(self, name: str) -> SeenFace:
        """The one face of the photo of that name; raises ``NoFace`` or ``SeveralFaces``."""
        return only(see(self._call(self.upload(name))), name)

    def _call(self, upload: Upload) -> Call:
        return Call(
            engine=self.services.engine,
            photo=upload.photo,
            params=NoParams(),
            deadline=self.deadline,
            began=cancelled_when_gone,
            upload=upload,
        )


@contextmanager
def asking(services: Services, kind: type[Record], *photos: str) -> Iterator[Asking]:
    """The current request, which may have these photos and the parameters of that kind;
    one of the heavy models' places is held meanwhile."""
    deadline = deadline_or(services.settings, services.settings.heavy_seconds)
    with services.gates[True].passed(deadline):
        body = read_body(request)
        sources = (f"{name}{end}" for name in photos for end in ENDS)
        known = {*names_of(kind), *sources, *(("allow_truncated",) if photos else ())}
        check_names([*body.fields, *body.files], known)
        yield Asking(services=services, body=body, deadline=deadline)


def own_here(services: Services) -> Own:
    """What the caller has stored; raises ``StoreDisabled`` where nothing is kept."""
    return Own(owner=owner_of(), store=services.needed_store)


def once(services: Services, view: Callable[[], Response]) -> Callable[[], Response]:
    """The view, whose answer attempts with one idempotency key share."""
    deadline = partial(deadline_or, services.settings, services.settings.heavy_seconds)
    return partial(answered_once, services.kept, deadline, view)


def face_shown(png: bytes) -> Response:
    """A face to look at, which nobody in between may keep."""
    response = Response(png, mimetype="image/png")
    response.headers["Cache-Control"] = "no-store"
    return response


def told(value: object, status: int = 200) -> Response:
    """JSON that nobody in between may keep."""
    response = Response(msgspec.json.encode(value), status=status, mimetype=JSON)
    response.headers["Cache-Control"] = "no-store"
    return response
