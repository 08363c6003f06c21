"""Everything of an owner as files: to take elsewhere, or to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from edge_runtime.outputs import write_bytes
from edge_server.problems import NotFound
from edge_server.store.records import Search

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edge_server.store.records import PhotoRecord
    from edge_server.store.store import Store

_PAGE = 200


def export(store: Store, owner: str, folder: Path) -> int:
    """Each photo as it came, its document, and its pictures: how many photos.

    ``<id>.<format>``, ``<id>.json`` and ``<id>-<picture's id>`` with the ending of its type;
    what is deleted meanwhile is left out.
    """
    count = 0
    for photo in _photos(store, owner):
        try:
            _write(store, owner, photo, folder)
        except NotFound:
            continue
        count += 1
    return count


def _photos(store: Store, owner: str) -> Iterator[PhotoRecord]:
    after = ""
    while True:
        page = store.search(owner, Search(limit=_PAGE, after=after))
        yield from page.photos
        after = page.next
        if not after:
            return


def _write(store: Store, owner: str, photo: PhotoRecord, folder: Path) -> None:
    document = store.document(owner, photo.id)
    _, content = store.original(owner, photo.id)
    for result in document["results"]:
        for listed in result["pictures"]:
            picture_id = listed["url"].rsplit("/", 1)[1]
            picture = store.picture(owner, photo.id, picture_id)
            ending = picture.media_type.rpartition("/")[2]
            write_bytes(folder / f"{photo.id}-{picture_id}.{ending}", picture.content)
    written = msgspec.json.format(msgspec.json.encode(document))
    write_bytes(folder / f"{photo.id}.json", written + b"\n")
    write_bytes(folder / f"{photo.id}.{photo.format}", content)
