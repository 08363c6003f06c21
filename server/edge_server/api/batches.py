"""The body of ``/v1/analyze/batch``: many files in a form, or a list in JSON."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import msgspec
from flask import request

from edge_runtime.spec import Record
from edge_server.analysis.job_records import NewJob, NewPhoto
from edge_server.api.bodies import Album, read_body
from edge_server.api.idempotency import fingerprint_of_request, key_of_request
from edge_server.api.parameters import check_names, names_of, read_parameters
from edge_server.api.requests import truncated_taken
from edge_server.intake.source_url import parse_url
from edge_server.problems import (
    EmptyImage,
    Fault,
    InvalidParameter,
    MissingImage,
    Problem,
    TooManyParts,
    UrlInputDisabled,
)
from edge_server.tasks.task import Name

if TYPE_CHECKING:
    from edge_server.api.app import Services

IMAGES = "images"
_MOST_NAME = 100
_UNPRINTED = re.compile(r"[\x00-\x1f\x7f]|.*[/\\]")

PhotoName: TypeAlias = Annotated[str, msgspec.Meta(max_length=_MOST_NAME)]
Address: TypeAlias = Annotated[str, msgspec.Meta(max_length=2000)]


class BatchImage(Record, frozen=True, kw_only=True):
    """One photo: as base64, or by its address."""

    name: PhotoName = ""
    image_base64: str | None = None
    image_url: Address | None = None


class BatchParams(Record, frozen=True, kw_only=True):
    """``analyses``, ``keep``: as of ``/v1/analyze``; ``images``: the photos, in JSON."""

    analyses: tuple[Name, ...] = ()
    keep: bool = True
    images: tuple[BatchImage, ...] = ()


KNOWN = frozenset({"allow_truncated", *names_of(BatchParams)})


def new_job(services: Services) -> NewJob:
    """The current request as a job; raises the ``Problem`` of one that cannot be."""
    body = Album()
    read_body(request, body=body)
    check_names(body.fields, KNOWN)
    params = read_parameters(BatchParams, body.fields)
    most = services.settings.batch_photos
    count = len(body.photos) + len(params.images)
    if count > most:
        raise TooManyParts(
            f"there are {count} photos: send at most {most} at once", limit=most, actual=count
        )
    if not count:
        raise MissingImage(
            "there are no photos: send files in a form, or 'images' as a list in JSON"
        )
    files = [_file(number, *one) for number, one in enumerate(body.photos)]
    listed = [_listed(services, number, one) for number, one in enumerate(params.images)]
    return NewJob(
        analyses=_analyses(services, params.analyses),
        photos=(*files, *listed),
        keep=params.keep,
        allow_truncated=truncated_taken(body),
        key=key_of_request(),
        fingerprint=fingerprint_of_request().hex(),
    )


def _analyses(services: Services, names: tuple[str, ...]) -> tuple[str, ...]:
    """Without those that ask what the owner has stored: a job's answers lie there for days,
    and whoever is deleted from among the people that one knows has to be gone from them.
    """
    known = services.analyst.analyses.known
    chosen = services.analyst.analyses.chosen(names, own=False).analyses
    for name in names:
        if name in known and known[name].own:
            text = f"{name} is not made in batches: ask for each photo"
            raise InvalidParameter(text, faults=(Fault("/analyses", text),))
    return tuple(name for name in chosen if not known[name].own)


def _file(number: int, name: str, content: bytes) -> NewPhoto:
    if not content:
        raise EmptyImage(f"file {number} has no bytes: send files that are not empty")
    return NewPhoto(name=_tidy(name, number), content=content)


def _listed(services: Services, number: int, one: BatchImage) -> NewPhoto:
    pointer = f"/{IMAGES}/{number}"
    if (one.image_base64 is None) == (one.image_url is None):
        text = "has either image_base64 or image_url"
        raise InvalidParameter(
            f"each of the images {text}: mend number {number}", faults=(Fault(pointer, text),)
        )
    name = _tidy(one.name, number)
    try:
        if one.image_url is not None:
            return NewPhoto(name=name, url=_address(services, one.image_url))
        content = services.intake.bytes_of_base64(one.image_base64 or "")
        if not content:
            raise EmptyImage("the image has no bytes: send a file that is not empty")
    except Problem as problem:
        problem.faults = (Fault(pointer, problem.detail),)
        raise
    return NewPhoto(name=name, content=content)


def _address(services: Services, url: str) -> str:
    """It is fetched when its turn comes, under the same rules; this says early what is not."""
    if not services.settings.urls_taken:
        raise UrlInputDisabled("this server fetches no URLs: send the file, or its base64 text")
    parse_url(url, services.settings.url_ports)
    return url


def _tidy(name: str, number: int) -> str:
    """The file's own name, without folders; its number where it has none."""
    clean: Any = _UNPRINTED.sub("", name).strip()[:_MOST_NAME]
    return clean or f"photo {number}"
