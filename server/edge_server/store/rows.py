"""Rows for what is kept."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import select

from edge_server.store.tables import Photo, Picture, Result, Word
from edge_server.store.words import tidy, words_of_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from edge_server.intake.upload import Upload
    from edge_server.store.records import Outcome, Question

_TAKEN = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)")


def sha256_of(content: bytes) -> str:
    """The name of a blob, in hex."""
    return hashlib.sha256(content).hexdigest()


def photo_of(owner: str, sha256: str) -> Select[Photo]:
    """The owner's photo of these bytes."""
    return select(Photo).where(Photo.owner == owner, Photo.sha256 == sha256)


def photo_row(owner: str, upload: Upload, now: float) -> Photo:
    """A photo that is new."""
    width, height = upload.size_wh
    return Photo(
        id=uuid4().hex,
        owner=owner,
        sha256=upload.sha256,
        kept=now,
        format=upload.format,
        width=width,
        height=height,
        make=upload.exif.make,
        model=upload.exif.model,
        taken=taken_of(upload.exif.taken),
        tags={},
    )


def taken_of(exif: str) -> str:
    """``2024:05:01 10:20:30`` as ``2024-05-01T10:20:30``; empty where it is not a time."""
    match = _TAKEN.fullmatch(exif)
    if match is None or match.group(1) == "0000":
        return ""
    year, month, day, clock = match.groups()
    return f"{year}-{month}-{day}T{clock}"


def add_tags(session: Session, photo: Photo, tags: Mapping[str, str]) -> None:
    """More tags; a name that is there already has the new text."""
    if not tags:
        return
    photo.tags = photo.tags | dict(tags)
    session.flush()
    session.add_all(Word(photo_id=photo.id, text=text) for text in tidy(tags.values()))


def add_result(
    session: Session, photo: Photo, asked: tuple[Question, Outcome], now: float
) -> None:
    """An answer, its pictures and its words."""
    question, outcome = asked
    result = Result(
        id=uuid4().hex,
        photo_id=photo.id,
        analysis=question.analysis,
        question=question.digest,
        parameters=question.parameters,
        versions=question.versions,
        answer=outcome.answer,
        made=now,
    )
    result.pictures = [
        Picture(
            id=uuid4().hex,
            name=made.name,
            media_type=made.media_type,
            sha256=sha256_of(made.content),
        )
        for made in outcome.pictures
    ]
    session.add(result)
    session.flush()
    session.add_all(
        Word(photo_id=photo.id, result_id=result.id, text=text)
        for text in words_of_answer(outcome.answer)
    )
