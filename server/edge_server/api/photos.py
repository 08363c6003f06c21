"""``/v1/photos``: photos that are kept, each for its owner alone.

A photo's bytes go back to nobody else, and as a file to save, never as a page: what a
browser shows is ``view``, which is made anew and has none of the file's metadata.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import cv2
import msgspec
import numpy as np
from flask import Blueprint, Response, request
from PIL import Image

from edge_runtime.spec import Record
from edge_server.api.access import owner_of
from edge_server.api.bodies import read_body
from edge_server.api.parameters import check_names, names_of, read_parameters
from edge_server.api.replies import JSON
from edge_server.api.requests import ENDS, Reader, deadline_or, truncated_taken
from edge_server.api.wire import encoded
from edge_server.intake.decoding import Wishes
from edge_server.intake.sniffing import FORMATS
from edge_server.problems import MissingImage, NotAcceptable
from edge_server.store.records import PhotoRecord, Search

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_server.api.app import Services
    from edge_server.intake.upload import Upload
    from edge_server.store.store import Store

_TAG = msgspec.Meta(pattern=r"^[^\x00=,]{1,64}=[^\x00,]{0,200}$")
# Seen by its owner only, and asked for again each time.
_HEADERS = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_SMALL_HW = (64, 64)  # decoded, though no larger than needed: then it is a photo
SHOWN = ("image/webp", "image/jpeg", "image/png")


class KeepParams(Record, frozen=True, kw_only=True):
    """``tags``: what is to be remembered of the photo, each as ``name=text``."""

    tags: Annotated[tuple[Annotated[str, _TAG], ...], msgspec.Meta(max_length=32)] = ()


class ViewParams(Record, frozen=True, kw_only=True):
    """``side``: the longer side in pixels, at most; 0 for the photo's own size."""

    side: Annotated[int, msgspec.Meta(ge=0, le=16_384)] = 0


def photos(services: Services) -> Blueprint:
    """Keep, find, show and delete photos."""
    blueprint = Blueprint("photos", __name__, url_prefix="/v1/photos")
    views = _Views(services)
    one = "/<photo_id>"
    for path, name, method in (
        ("", "keep", "POST"),
        ("", "search", "GET"),
        (one, "document", "GET"),
        (one, "delete", "DELETE"),
        (f"{one}/original", "original", "GET"),
        (f"{one}/view", "view", "GET"),
        (f"{one}/pictures/<picture_id>", "picture", "GET"),
    ):
        blueprint.add_url_rule(path, name, getattr(views, name), methods=[method])
    return blueprint


@dataclass(frozen=True)
class _Views:
    """One method an address."""

    services: Services

    def keep(self) -> Response:
        deadline = deadline_or(self.services.settings)
        with self.services.gates[False].passed(deadline):
            body = read_body(request)
            named = {"allow_truncated", *names_of(KeepParams), *(f"image{end}" for end in ENDS)}
            check_names([*body.fields, *body.files], named)
            tags = read_parameters(KeepParams, body.fields).tags
            reader = Reader(engine=self.services.engine, intake=self.services.intake)
            content = reader.content(body, "image", deadline)
            if content is None:
                raise MissingImage("there is no image: send a file as 'image', or image_url")
            wishes = Wishes(least_hw=_SMALL_HW, allow_truncated=truncated_taken(body))
            upload = self.services.intake.from_bytes(content, wishes)
        kept = self._store.keep(owner_of(), upload, tags_of(tags))
        response = _json(kept, 201 if kept.new else 200)
        response.headers["Location"] = f"/v1/photos/{kept.photo.id}"
        return response

    def search(self) -> Response:
        fields = {name: list(texts) for name, texts in request.args.lists()}
        check_names(fields, names_of(Search))
        return _json(self._store.search(owner_of(), read_parameters(Search, fields)))

    def document(self, photo_id: str) -> Response:
        return _json(self._store.document(owner_of(), photo_id))

    def delete(self, photo_id: str) -> Response:
        self._store.delete(owner_of(), photo_id)
        return Response(status=204)

    def original(self, photo_id: str) -> Response:
        photo, content = self._store.original(owner_of(), photo_id)
        response = _content(content, media_type_of(photo), photo.sha256)
        name = f"{photo.id}.{photo.format}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def view(self, photo_id: str) -> Response:
        fields = {name: list(texts) for name, texts in request.args.lists()}
        check_names(fields, names_of(ViewParams))
        side = read_parameters(ViewParams, fields).side
        media_type = _chosen()
        etag = f"{self._store.photo(owner_of(), photo_id).sha256}-{side}-{media_type}"
        if request.if_none_match.contains(etag):
            return _content(b"", media_type, etag)
        with self.services.gates[False].passed(deadline_or(self.services.settings)):
            _, content = self._store.original(owner_of(), photo_id)
            wishes = Wishes(least_hw=(side, side) if side else None, allow_truncated=True)
            upload = self.services.intake.from_bytes(content, wishes)
            return _content(encoded(_within(upload, side), media_type), media_type, etag)

    def picture(self, photo_id: str, picture_id: str) -> Response:
        made = self._store.picture(owner_of(), photo_id, picture_id)
        return _content(made.content, made.media_type, picture_id)

    @property
    def _store(self) -> Store:
        return self.services.needed_store


def tags_of(texts: tuple[str, ...]) -> dict[str, str]:
    """``name=text`` by its name."""
    return {name: text for name, _, text in (tag.partition("=") for tag in texts)}


def media_type_of(photo: PhotoRecord) -> str:
    """Of its file, by what its bytes are."""
    kind: str = Image.MIME.get(FORMATS[photo.format], f"image/{photo.format}")
    return kind


def _within(upload: Upload, side: int) -> NDArray[np.uint8]:
    """The photo, no longer than ``side`` pixels where it is not 0."""
    rgb: NDArray[np.uint8] = upload.photo.rgb
    height, width = rgb.shape[:2]
    scale = side / max(height, width) if side else 1.0
    if scale >= 1:
        return rgb
    size_wh = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(rgb, size_wh, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _chosen() -> str:
    accept = request.accept_mimetypes
    best = accept.best_match(SHOWN) if accept else SHOWN[0]
    if best is None:
        raise NotAcceptable(f"a photo is shown as {', '.join(SHOWN)}: accept one of them")
    return best


def _json(value: object, status: int = 200) -> Response:
    response = Response(msgspec.json.encode(value), status=status, mimetype=JSON)
    response.headers["Cache-Control"] = _HEADERS["Cache-Control"]
    return response


def _content(content: bytes, media_type: str, etag: str) -> Response:
    """The bytes; 304 without them where the caller has those of that name."""
    response = Response(content, mimetype=media_type)
    response.headers.update(_HEADERS)
    response.headers["Vary"] = "Accept"
    response.set_etag(etag)
    response.make_conditional(request)
    return response
