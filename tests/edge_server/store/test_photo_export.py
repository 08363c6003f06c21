from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_server.intake.upload import Upload
from edge_server.problems import NotFound
from edge_server.store import photo_export
from edge_server.store.photo_export import export
from edge_server.store.records import MadePicture, Outcome, Question
from edge_server.store.store import Store


def test_everything_of_an_owner_is_written_and_nothing_of_others(
    store: Store, upload: Callable[..., Upload], tmp_path: Path
) -> None:
    photo = store.keep("ann", upload(1), {"a": "b"}).photo
    made = MadePicture(name="drawn", media_type="image/webp", content=b"webp")
    said = Outcome(answer=b'{"faces": []}', pictures=(made,))
    store.put_result("ann", photo.sha256, Question(analysis="faces"), said)
    store.keep("bob", upload(2))
    folder = tmp_path / "a" / "b"
    assert export(store, "ann", folder) == 1
    files = {path.suffix: path for path in folder.iterdir()}
    assert files.keys() == {".jpeg", ".json", ".webp"}
    assert files[".jpeg"].read_bytes() == upload(1).encoded
    assert files[".webp"].read_bytes() == b"webp"
    document = json.loads(files[".json"].read_text())
    assert document["tags"] == {"a": "b"}
    assert document["results"][0]["answer"] == {"faces": []}
    assert export(store, "nobody", folder) == 0


def test_all_pages_are_written_but_for_what_is_deleted_meanwhile(
    plain: Store,
    upload: Callable[..., Upload],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(photo_export, "_PAGE", 2)
    ids = [plain.keep("ann", upload(number)).photo.id for number in range(5)]
    looked = Store.document

    def document(store: Store, owner: str, photo_id: str) -> object:
        if photo_id == ids[2]:
            raise NotFound("gone")
        return looked(store, owner, photo_id)

    monkeypatch.setattr(Store, "document", document)
    assert export(plain, "ann", tmp_path / "out") == 4
    written = {path.stem for path in (tmp_path / "out").glob("*.jpeg")}
    assert written == set(ids) - {ids[2]}
