"""Everything that is known of a photo, as one JSON document."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from edge_server.store.every_table import MODULES
from edge_server.store.searching import record

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from edge_server.store.tables import Photo, Picture, Result

Document: TypeAlias = dict[str, Any]


def document(session: Session, photo: Photo) -> Document:
    """The photo, its results with the addresses of their pictures, and what the other
    modules know: each may have ``SECTIONS``, functions of the session and the photo's id by
    the name under which their JSON stands.
    """
    whole: Document = msgspec.to_builtins(record(photo))
    whole["results"] = [_result(photo, result) for result in photo.results]
    for module in map(importlib.import_module, MODULES):
        for name, section in getattr(module, "SECTIONS", {}).items():
            whole[name] = section(session, photo.id)
    return whole


def _result(photo: Photo, result: Result) -> Document:
    return {
        "analysis": result.analysis,
        "parameters": result.parameters,
        "versions": result.versions,
        "made": result.made,
        "answer": msgspec.Raw(result.answer),
        "pictures": [_picture(photo, picture) for picture in result.pictures],
    }


def _picture(photo: Photo, picture: Picture) -> Document:
    return {
        "name": picture.name,
        "type": picture.media_type,
        "url": f"/v1/photos/{photo.id}/pictures/{picture.id}",
    }
