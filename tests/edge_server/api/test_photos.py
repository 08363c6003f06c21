from __future__ import annotations

import base64
import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edge_server.store.records import MadePicture, Outcome, Question

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
OBAMA = (SAMPLES / "obama.jpg").read_bytes()


def png(number: int = 0, size_wh: tuple[int, int] = (8, 6)) -> bytes:
    width, height = size_wh
    pixels = np.random.default_rng(number).integers(0, 255, (height, width, 3), np.uint8)
    content = BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()


def keep(http: Any, content: bytes = OBAMA, path: str = "/v1/photos", **given: Any) -> Any:
    kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
    response = http.post(path, data=content, content_type=kind, **given)
    assert response.status_code in {200, 201}, response.json
    return response.json["photo"]


@pytest.fixture
def one(client: Callable[..., Any]) -> Any:
    caller = client()
    yield caller
    caller.services.store.close()


def test_a_photo_is_kept_once_whichever_way_it_comes(one: Any) -> None:
    first = one.post("/v1/photos", tags="title=A portrait,of=Obama")
    assert first.status_code == 201
    photo = first.json["photo"]
    assert first.headers["Location"] == f"/v1/photos/{photo['id']}"
    assert photo["sha256"] == hashlib.sha256(OBAMA).hexdigest()
    assert (photo["width"], photo["height"], photo["model"]) == (
        910,
        1137,
        "Canon EOS 5D Mark III",
    )
    assert photo["tags"] == {"title": "A portrait", "of": "Obama"}
    again = one.http.post("/v1/photos", data=OBAMA, content_type="image/jpeg")
    assert (again.status_code, again.json) == (200, {"photo": photo, "new": False})


def test_what_is_kept_is_listed_page_by_page_and_found(one: Any) -> None:
    kept = [keep(one.http, png(n), f"/v1/photos?tags=n=number {n}")["id"] for n in range(5)]
    page = one.http.get("/v1/photos?limit=2").json
    seen = [photo["id"] for photo in page["photos"]]
    while page["next"]:
        page = one.http.get(f"/v1/photos?limit=2&after={page['next']}").json
        seen += [photo["id"] for photo in page["photos"]]
    assert seen == kept[::-1]
    found = one.http.get("/v1/photos?words=number+3").json["photos"]
    assert [photo["id"] for photo in found] == [kept[3]]
    assert one.http.get("/v1/photos?camera=canon").json == {"photos": [], "next": ""}
    md5 = hashlib.md5(png(4), usedforsecurity=False).hexdigest()
    assert one.http.get(f"/v1/photos?md5={md5}").json["photos"][0]["id"] == kept[4]


def test_the_document_has_what_was_found_and_its_pictures(one: Any) -> None:
    photo = keep(one.http)
    made = MadePicture(name="drawn", media_type="image/png", content=png())
    said = Outcome(answer=b'{"faces": [1]}', pictures=(made,))
    store = one.services.store
    assert store.put_result("local", photo["sha256"], Question(analysis="faces"), said)
    (result,) = one.http.get(f"/v1/photos/{photo['id']}").json["results"]
    assert result["answer"] == {"faces": [1]}
    picture = one.http.get(result["pictures"][0]["url"])
    assert (picture.data, picture.mimetype) == (png(), "image/png")


def test_the_original_is_a_file_to_save_and_never_a_page(one: Any) -> None:
    polyglot = OBAMA + b"<html><script>alert(1)</script>"
    photo = keep(one.http, polyglot)
    response = one.http.get(f"/v1/photos/{photo['id']}/original")
    assert response.data == polyglot
    assert response.mimetype == "image/jpeg"
    headers = response.headers
    assert headers["Content-Disposition"] == f'attachment; filename="{photo["id"]}.jpeg"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Cache-Control"].startswith("private")


@pytest.mark.parametrize(
    ("accept", "kind"),
    [("", "WEBP"), ("image/png", "PNG"), ("image/jpeg", "JPEG"), ("image/*", "WEBP")],
)
def test_a_view_is_painted_anew_without_what_else_is_in_the_file(
    accept: str, kind: str, one: Any
) -> None:
    photo = keep(one.http, OBAMA + b"<html><script>alert(1)</script>")
    headers = {"Accept": accept} if accept else {}
    response = one.http.get(f"/v1/photos/{photo['id']}/view?side=200", headers=headers)
    assert b"<script" not in response.data
    assert b"Exif" not in response.data
    with Image.open(BytesIO(response.data)) as image:
        assert (image.format, image.size) == (kind, (160, 200))
        assert not image.getexif()
    whole = one.http.get(f"/v1/photos/{photo['id']}/view", headers=headers)
    with Image.open(BytesIO(whole.data)) as image:
        assert image.size == (910, 1137)


def test_a_copy_that_the_caller_has_is_not_sent_again(one: Any) -> None:
    photo = keep(one.http)
    for path in ("original", "view?side=64"):
        address = f"/v1/photos/{photo['id']}/{path}"
        first = one.http.get(address)
        headers = {"If-None-Match": first.headers["ETag"]}
        again = one.http.get(address, headers=headers)
        assert (again.status_code, again.data) == (304, b"")
        assert one.http.get(f"{address.partition('?')[0]}?side=65", headers=headers).data or (
            path == "original"
        )
    one.http.delete(f"/v1/photos/{photo['id']}")
    one.problem(one.http.get(address, headers=headers), 404, "not-found")


def test_deleted_it_is_gone(one: Any, tmp_path: Path) -> None:
    photo = keep(one.http)
    address = f"/v1/photos/{photo['id']}"
    assert one.http.delete(address).status_code == 204
    for path in (address, f"{address}/original", f"{address}/view"):
        one.problem(one.http.get(path), 404, "not-found")
    one.problem(one.http.delete(address), 404, "not-found")
    assert [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == []


def test_keys_keep_owners_apart(client: Callable[..., Any]) -> None:
    one = client(require_keys="yes")
    keys = one.services.keys
    ann, bob, infer = (
        {"Authorization": f"Bearer {keys.add(name, scopes)}"}
        for name, scopes in (("a", ("store", "infer")), ("b", ("store",)), ("c", ("infer",)))
    )
    photo = keep(one.http, headers=ann)
    address = f"/v1/photos/{photo['id']}"
    for path in (address, f"{address}/original", f"{address}/view"):
        assert one.http.get(path, headers=ann).status_code == 200
        one.problem(one.http.get(path, headers=bob), 404, "not-found")
        one.problem(one.http.get(path, headers=infer), 403, "forbidden")
        one.problem(one.http.get(path), 401, "unauthenticated")
    assert one.http.get("/v1/photos", headers=bob).json["photos"] == []
    one.problem(one.http.get("/v1/photos", headers=infer), 403, "forbidden")
    one.problem(one.http.delete(address, headers=bob), 404, "not-found")
    theirs = keep(one.http, headers=bob)
    assert theirs["id"] != photo["id"]
    assert one.http.delete(f"/v1/photos/{theirs['id']}", headers=bob).status_code == 204
    assert one.http.get(f"{address}/original", headers=ann).data == OBAMA
    one.services.store.close()


def test_a_rotated_key_sees_what_the_old_one_kept(client: Callable[..., Any]) -> None:
    one = client(require_keys="yes")
    old = one.services.keys.add("a", ("store",))
    photo = keep(one.http, headers={"Authorization": f"Bearer {old}"})
    new = one.services.keys.rotate(old.split("_")[1])
    found = one.http.get("/v1/photos", headers={"Authorization": f"Bearer {new}"}).json
    assert [one["id"] for one in found["photos"]] == [photo["id"]]
    one.services.store.close()


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/v1/photos?limit=0", 422, "invalid-parameter"),
        ("get", "/v1/photos?limit=many", 422, "invalid-parameter"),
        ("get", "/v1/photos?word=dog", 422, "invalid-parameter"),
        ("get", "/v1/photos?words=a&words=b", 400, "duplicate-field"),
        ("get", "/v1/photos?words=a%00b", 422, "invalid-parameter"),
        ("get", "/v1/photos?after=nobody-said-it", 422, "invalid-parameter"),
        ("get", f"/v1/photos?least_side={2**70}", 422, "invalid-parameter"),
        ("get", "/v1/photos/nothing", 404, "not-found"),
        ("get", "/v1/photos/..%2f..%2fkeys.json", 404, "not-found"),
        ("get", "/v1/photos/a%00b/original", 404, "not-found"),
        ("get", f"/v1/photos/{'0' * 32}/view?side=-1", 422, "invalid-parameter"),
        ("get", f"/v1/photos/{'0' * 32}/pictures/{'0' * 32}", 404, "not-found"),
        ("delete", f"/v1/photos/{'0' * 32}", 404, "not-found"),
        ("delete", "/v1/photos", 405, "method-not-allowed"),
        ("post", "/v1/photos", 400, "missing-image"),
    ],
)
def test_what_is_refused(method: str, path: str, status: int, code: str, one: Any) -> None:
    one.problem(getattr(one.http, method)(path), status, code)
    assert one.http.get("/v1/photos").json["photos"] == []


@pytest.mark.parametrize(
    ("query", "content", "status", "code"),
    [
        ("", b"no photo", 415, "unsupported-image-format"),
        ("", OBAMA[:5000], 422, "image-truncated"),
        ("", b"", 400, "empty-image"),
        ("?tags=none", OBAMA, 422, "invalid-parameter"),
        ("?tags=" + ",".join(f"t{n}=x" for n in range(33)), OBAMA, 422, "invalid-parameter"),
        ("?title=x", OBAMA, 422, "invalid-parameter"),
    ],
)
def test_photos_that_are_not_kept(
    query: str, content: bytes, status: int, code: str, one: Any
) -> None:
    response = one.http.post(f"/v1/photos{query}", data=content, content_type="image/jpeg")
    one.problem(response, status, code)
    assert one.http.get("/v1/photos").json["photos"] == []


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"json": {"image_base64": "!!"}}, 400, "bad-base64"),
        ({"json": {"image_base64": None}}, 400, "missing-image"),
        ({"json": {"image_base64": "aGVsbG8="}}, 415, "unsupported-image-format"),
        ({"json": {"image_base64": "aGVsbG8=", "image_url": "x"}}, 400, "ambiguous-source"),
        ({"json": {"image_url": "http://example.org/x.jpg"}}, 403, "url-input-disabled"),
        ({"json": {"image_base64": "aGVsbG8=", "tags": "a=b"}}, 422, "invalid-parameter"),
        ({"json": {"image_base64": "aGVsbG8=", "tags": ["a=b\0"]}}, 422, "invalid-parameter"),
        ({"json": ["image"]}, 400, "malformed-json"),
        ({"data": b"{", "content_type": "application/json"}, 400, "malformed-json"),
        (
            {"data": b'{"tags":["a=\\ud800"]}', "content_type": "application/json"},
            400,
            "malformed-json",
        ),
        ({"data": b"--x", "content_type": "multipart/form-data"}, 400, "malformed-multipart"),
        ({"data": b"a", "content_type": "text/plain"}, 415, "unsupported-media-type"),
    ],
)
def test_bodies_that_are_refused(
    given: dict[str, Any], status: int, code: str, client: Callable[..., Any]
) -> None:
    caller = client(url_input="no")
    caller.problem(caller.http.post("/v1/photos", **given), status, code)
    assert not (caller.services.settings.folder / "blobs").exists()


def test_base64_is_a_photo_too(one: Any) -> None:
    text = base64.b64encode(png(3)).decode()
    sent = {"image_base64": text, "tags": ["title=a, no: one"]}
    one.problem(one.http.post("/v1/photos", json=sent), 422, "invalid-parameter")
    sent["tags"] = ["title=one", "b="]
    photo = one.http.post("/v1/photos", json=sent).json["photo"]
    assert (photo["format"], photo["tags"]) == ("png", {"title": "one", "b": ""})


def test_where_nothing_is_kept_it_is_said(client: Callable[..., Any]) -> None:
    one = client(store="no")
    response = one.http.post("/v1/photos", data=OBAMA, content_type="image/jpeg")
    one.problem(response, 403, "store-disabled")
    one.problem(one.http.get("/v1/photos"), 403, "store-disabled")


def test_while_the_database_is_locked_it_is_said_and_the_models_answer(
    client: Callable[..., Any], tmp_path: Path
) -> None:
    one = client(database_seconds=0.2)
    keep(one.http, png(1))
    with closing(sqlite3.connect(tmp_path / "store.sqlite")) as other:
        other.execute("BEGIN EXCLUSIVE")
        response = one.http.post("/v1/photos", data=png(2), content_type="image/png")
        one.problem(response, 503, "storage-busy")
        assert int(response.headers["Retry-After"]) > 0
        assert one.post("/v1/faces").status_code == 200
        other.rollback()
    keep(one.http, png(2))
    one.services.store.close()


def test_a_full_disk_keeps_nothing_of_the_photo(
    one: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    from edge_server.store import folder_blobs

    def write(path: Path, content: bytes) -> None:
        path.write_bytes(content[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(folder_blobs, "_write", write)
    response = one.http.post("/v1/photos", data=png(1), content_type="image/png")
    one.problem(response, 503, "storage-full")
    assert int(response.headers["Retry-After"]) > 0
    assert [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == []
    monkeypatch.undo()
    assert one.http.get("/v1/photos").json["photos"] == []
    keep(one.http, png(1))


def test_a_database_that_is_away_is_an_outage_and_no_empty_list(
    client: Callable[..., Any], tmp_path: Path
) -> None:
    one = client(database_url=f"postgresql://x@/x?host={tmp_path}", database_seconds=1)
    response = one.http.get("/v1/photos")
    one.problem(response, 503, "storage-unavailable")
    assert int(response.headers["Retry-After"]) > 0
