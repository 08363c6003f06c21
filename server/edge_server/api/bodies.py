"""What a request carries, whatever its form: fields of text, and files.

Three forms are taken: ``multipart/form-data``, ``application/json``, and the bytes of an image
as the whole body.  Parameters may also stand in the address.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder

from edge_server.intake.sniffing import sniff
from edge_server.problems import (
    BodyTooLarge,
    DuplicateField,
    FieldTooLarge,
    MalformedJson,
    MalformedMultipart,
    TooManyParts,
    UnsupportedMediaType,
)

if TYPE_CHECKING:
    from flask import Request

MAX_PARTS = 100
MAX_TEXT_BYTES = 500_000
# Base64 in a form's text field: an image's bytes in another form.
IMAGE_TEXT = frozenset({"image", "image_base64"})
ZIP_TYPES = frozenset({"application/zip", "application/x-zip-compressed"})


@dataclass
class Body:
    """``fields``: values by name, lists of text where they came as text; ``files``: bytes."""

    fields: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def add_text(self, name: str, text: str) -> None:
        """One more text of that name."""
        self.fields.setdefault(name, []).append(text)

    def add_file(self, name: str, content: bytes, filename: str = "") -> None:
        """A file; ``DuplicateField`` for a second of that name."""
        del filename
        if name in self.files:
            raise DuplicateField(f"the form has more than one file {name!r}: send one")
        self.files[name] = content


@dataclass
class Album(Body):
    """A body that may have many files: ``photos`` are their names, as sent, and bytes."""

    photos: list[tuple[str, bytes]] = field(default_factory=list)

    def add_file(self, name: str, content: bytes, filename: str = "") -> None:
        """One more file, whatever the name of its field."""
        self.photos.append((filename or name, content))


def read_body(request: Request, archive: str = "", body: Body | None = None) -> Body:
    """The fields and files of a request; raises the ``Problem`` of a body that is not one.

    ``archive``: the name of a ZIP file that is the whole body, where one may be.  ``body``
    takes them, where it is not to be an ordinary one.
    """
    body = body or Body()
    for name, texts in request.args.lists():
        for text in texts:
            body.add_text(name, text)
    kind = request.mimetype
    if kind == "multipart/form-data":
        _add_multipart(body, request)
    elif kind == "application/json":
        _add_json(body, request.get_data())
    elif name := _whole(kind, archive):
        body.add_file(name, request.get_data())
    elif kind == "application/x-www-form-urlencoded":
        _add_form(body, request)
    elif kind or request.content_length:
        raise UnsupportedMediaType(
            "the body is not of a type that is taken: send multipart/form-data, "
            "application/json, or an image with its own type"
        )
    return body


def _whole(kind: str, archive: str) -> str:
    """The name of the file that a body of that type is; empty where it is none."""
    if kind.startswith("image/") or kind == "application/octet-stream":
        return "image"
    return archive if kind in ZIP_TYPES else ""


def _add_multipart(body: Body, request: Request) -> None:
    boundary = request.mimetype_params.get("boundary", "")
    if not boundary:
        raise MalformedMultipart("the content type has no boundary: let the client write it")
    decoder = MultipartDecoder(boundary.encode("latin1", "replace"), max_parts=MAX_PARTS)
    try:
        decoder.receive_data(request.get_data())
        decoder.receive_data(None)
        _add_parts(body, decoder)
    except RequestEntityTooLarge:
        raise TooManyParts(
            f"the form has more than {MAX_PARTS} parts: send fewer", limit=MAX_PARTS
        ) from None
    except (ValueError, UnicodeDecodeError):
        raise MalformedMultipart(
            "the multipart body is cut short or not well formed: send it again"
        ) from None


def _add_parts(body: Body, decoder: MultipartDecoder) -> None:
    head: Field | File | None = None
    content = bytearray()
    while not isinstance(event := decoder.next_event(), Epilogue):
        if isinstance(event, Field | File):
            head, content = event, bytearray()
        elif isinstance(event, Data) and head is not None:
            content += event.data
            if not event.more_data:
                _add_part(body, head, bytes(content))
        else:
            continue


def _add_part(body: Body, head: Field | File, content: bytes) -> None:
    if not head.name:
        raise MalformedMultipart("a part of the form has no name: let the client write it")
    if isinstance(head, File):
        body.add_file(head.name, content, head.filename or "")
        return
    if len(content) > MAX_TEXT_BYTES and head.name not in IMAGE_TEXT:
        raise FieldTooLarge(
            f"a text field has more than {MAX_TEXT_BYTES} bytes: shorten it",
            limit=MAX_TEXT_BYTES,
            actual=len(content),
        )
    body.add_text(head.name, content.decode())


def _add_form(body: Body, request: Request) -> None:
    if (found := sniff(request.get_data()[:256])) is not None:  # as curl --data-binary has it
        raise UnsupportedMediaType(
            f"the body is a photo whose type says that it is a form: send it with "
            f"'Content-Type: image/{found}', or as the file 'image' of a multipart form"
        )
    try:
        lists = list(request.form.lists())
    except RequestEntityTooLarge:
        raise BodyTooLarge(
            "the form has too many bytes: send the image as multipart/form-data"
        ) from None
    for name, texts in lists:
        for text in texts:
            body.add_text(name, text)


def _add_json(body: Body, content: bytes) -> None:
    try:
        record = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise MalformedJson("the body is not JSON: send an object such as {...}") from None
    if not isinstance(record, dict):
        raise MalformedJson("the JSON is not an object: send {...}")
    for name, value in record.items():
        if name in body.fields:
            raise DuplicateField("a field is in the address and in the body: send it once")
        body.fields[name] = value
