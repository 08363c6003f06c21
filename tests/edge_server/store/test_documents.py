from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from sqlalchemy.orm import Session

from edge_server.intake.upload import Upload
from edge_server.store import tables
from edge_server.store.records import MadePicture, Outcome, Question
from edge_server.store.store import Store


def test_a_document_has_everything_that_is_known(
    store: Store, upload: Callable[..., Upload], monkeypatch: pytest.MonkeyPatch
) -> None:
    def section(_session: Session, photo_id: str) -> object:
        return [photo_id]

    monkeypatch.setattr(tables, "SECTIONS", {"mine": section}, raising=False)
    photo = store.keep("ann", upload(1), {"title": "x"}).photo
    made = MadePicture(name="drawn", media_type="image/png", content=b"png")
    asked = Question(analysis="faces", parameters={"least": 0.5}, versions={"m": "1"})
    said = Outcome(answer=b'{"faces": [{"score": 0.75}]}', pictures=(made,))
    store.put_result("ann", photo.sha256, asked, said)
    store.put_result("ann", photo.sha256, Question(analysis="smile"), Outcome(answer=b"{}"))
    document = msgspec.json.decode(msgspec.json.encode(store.document("ann", photo.id)))
    assert {name: document[name] for name in msgspec.to_builtins(photo)} == msgspec.to_builtins(
        photo
    )
    assert document["mine"] == [photo.id]
    faces, smile = document["results"]
    assert faces["answer"] == {"faces": [{"score": 0.75}]}
    assert (faces["analysis"], faces["parameters"], faces["versions"]) == (
        "faces",
        {"least": 0.5},
        {"m": "1"},
    )
    assert smile["pictures"] == []
    (picture,) = faces["pictures"]
    assert (picture["name"], picture["type"]) == ("drawn", "image/png")
    start, picture_id = picture["url"].rsplit("/", 1)
    assert start == f"/v1/photos/{photo.id}/pictures"
    assert store.picture("ann", photo.id, picture_id) == made
