"""Finding photos of an owner by what is known of them."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Annotated, TypeAlias

import msgspec
from sqlalchemy import exists, func, select, tuple_

from edge_runtime.typed_reading import from_json
from edge_server.problems import Fault, InvalidParameter, NotFound
from edge_server.store.records import Page, PhotoRecord
from edge_server.store.tables import Blob, Photo, Picture, Result, Word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from edge_server.store.records import Search

# What is no id is not asked for: a database may refuse its characters.
ID = re.compile(r"[0-9a-f]{32}")
_Id: TypeAlias = Annotated[str, msgspec.Meta(pattern=f"^{ID.pattern}$")]


def record(photo: Photo) -> PhotoRecord:
    """A row as it is told."""
    return PhotoRecord(
        id=photo.id,
        sha256=photo.sha256,
        md5=photo.blob.md5,
        size=photo.blob.size,
        format=photo.format,
        width=photo.width,
        height=photo.height,
        make=photo.make,
        model=photo.model,
        taken=photo.taken,
        kept=photo.kept,
        tags=photo.tags,
    )


def owned(session: Session, owner: str, photo_id: str) -> Photo:
    """The owner's photo; ``NotFound`` where it is not there, or another's."""
    query = select(Photo).where(Photo.id == photo_id, Photo.owner == owner)
    photo = session.scalar(query) if ID.fullmatch(photo_id) else None
    if photo is None:
        raise NotFound("there is no such photo: GET /v1/photos lists those that are kept")
    return photo


def picture(session: Session, owner: str, photo_id: str, picture_id: str) -> Picture:
    """A picture of the owner's photo; ``NotFound`` where it is not there."""
    photo = owned(session, owner, photo_id)
    query = select(Picture).join(Result)
    found = session.scalar(query.where(Picture.id == picture_id, Result.photo_id == photo.id))
    if found is None:
        raise NotFound("there is no such picture: the photo's document lists them")
    return found


def search(session: Session, owner: str, wanted: Search) -> Page:
    """A page of the owner's photos that fit, the last kept first."""
    query = select(Photo).where(Photo.owner == owner, *_conditions(wanted))
    if wanted.after:
        query = query.where(tuple_(Photo.kept, Photo.id) < tuple_(*_read(wanted.after)))
    ordered = query.order_by(Photo.kept.desc(), Photo.id.desc()).limit(wanted.limit + 1)
    found = list(session.scalars(ordered))
    page = found[: wanted.limit]
    more = _written(page[-1]) if len(found) > wanted.limit else ""
    return Page(photos=tuple(map(record, page)), next=more)


def _conditions(wanted: Search) -> Iterator[ColumnElement[bool]]:
    same = {
        Photo.format: wanted.format,
        Photo.sha256: wanted.sha256,
    }
    yield from (column == text for column, text in same.items() if text)
    if wanted.md5:
        yield Photo.blob.has(Blob.md5 == wanted.md5)
    if wanted.camera:
        camera = func.lower(Photo.make + " " + Photo.model)
        yield camera.contains(wanted.camera.lower(), autoescape=True)
    if wanted.taken_from or wanted.taken_to:
        yield Photo.taken != ""
        yield Photo.taken >= wanted.taken_from
    if wanted.taken_to:
        yield func.substr(Photo.taken, 1, len(wanted.taken_to)) <= wanted.taken_to
    if wanted.least_side:
        yield Photo.width >= wanted.least_side
        yield Photo.height >= wanted.least_side
    if wanted.analysis:
        yield Photo.results.any(Result.analysis == wanted.analysis)
    for word in wanted.words.casefold().split():
        found = Word.text.contains(word, autoescape=True)
        yield exists().where(Word.photo_id == Photo.id, found)


def _written(photo: Photo) -> str:
    content = msgspec.json.encode([photo.kept, photo.id])
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _read(after: str) -> tuple[float, str]:
    try:
        content = base64.b64decode(after + "=" * (-len(after) % 4), b"-_", validate=True)
        return from_json(content, tuple[float, _Id])
    except (binascii.Error, ValueError, msgspec.DecodeError):
        fault = Fault("/after", "not what 'next' said")
        raise InvalidParameter(
            "after is not a page's: send what 'next' of the page before said", faults=(fault,)
        ) from None
