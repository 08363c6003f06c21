from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edge_server.api.app import Services

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search waits for what was just kept, however long that takes to be described."""
    monkeypatch.setattr("edge_server.search.searcher._MOST_SECONDS", 60.0)


@pytest.fixture
def caller(client: Callable[..., Any]) -> Iterator[Any]:
    made = client()
    yield made
    stop(made.services)


def stop(services: Services) -> None:
    if "searcher" in vars(services):
        services.searcher.indexer.stop()
    if services.store is not None:
        services.store.close()


def test_a_copy_of_a_kept_photo_is_found(caller: Any, tmp_path: Path) -> None:
    kept = caller.post("/v1/photos", "china.jpg").get_json()["photo"]
    caller.post("/v1/photos", "coffee.png")
    path = tmp_path / "copy.jpg"
    with Image.open(SAMPLES / "china.jpg") as image:
        image.crop((100, 40, 600, 400)).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(path)
    response = caller.post("/v1/search", path)
    found = response.get_json()
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert (found["searched"], found["pending"], found["failed"]) == (2, 0, 0)
    best = found["matches"][0]
    assert (best["kind"], best["photo"]) == ("near", kept)
    assert best["transform"]["mirrored"]
    assert best["transform"]["box"] == pytest.approx([100, 40, 600, 400], abs=12)


def test_a_kept_photo_is_searched_for_by_its_id(caller: Any, tmp_path: Path) -> None:
    kept = caller.post("/v1/photos", "china.jpg").get_json()["photo"]
    path = tmp_path / "copy.jpg"
    with Image.open(SAMPLES / "china.jpg") as image:
        image.save(path, quality=30)
    copy = caller.post("/v1/photos", path).get_json()["photo"]
    found = caller.http.get(f"/v1/search/{kept['id']}?kind=near").get_json()
    assert [(one["photo"]["id"], one["kind"]) for one in found["matches"]] == [
        (copy["id"], "near")
    ]


@pytest.mark.parametrize("photo_id", ["0" * 32, "nothing", "%00", "a" * 300])
def test_what_is_not_kept_is_not_found(photo_id: str, caller: Any) -> None:
    caller.problem(caller.http.get(f"/v1/search/{photo_id}"), 404, "not-found")


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"limit": "0"}, 422, "invalid-parameter"),
        ({"limit": "101"}, 422, "invalid-parameter"),
        ({"kind": "nearly"}, 422, "invalid-parameter"),
        ({"model": "other"}, 422, "invalid-parameter"),
    ],
)
def test_parameters_are_checked(
    given: dict[str, str], status: int, code: str, caller: Any
) -> None:
    caller.problem(caller.post("/v1/search", **given), status, code)


PHOTO = (SAMPLES / "rocket.jpg").read_bytes()
BAD: dict[str, tuple[bytes, int, str]] = {
    "empty": (b"", 400, "empty-image"),
    "garbage": (b"garbage " * 99, 415, "unsupported-image-format"),
    "cut": (PHOTO[:5000], 422, "image-truncated"),
}


@pytest.mark.parametrize("bad", BAD)
def test_bytes_that_are_no_photo_are_refused_as_everywhere(bad: str, caller: Any) -> None:
    content, status, code = BAD[bad]
    sent = caller.http.post("/v1/search", data=content, content_type="image/jpeg")
    same = caller.http.post("/v1/faces", data=content, content_type="image/jpeg")
    assert same.get_json()["code"] == code
    caller.problem(sent, status, code)


def test_a_photo_comes_in_any_of_the_ways(caller: Any) -> None:
    text = base64.b64encode(PHOTO).decode()
    answers = [
        caller.http.post("/v1/search", json={"image_base64": text, "limit": 3}),
        caller.http.post("/v1/search?limit=3", data=PHOTO, content_type="image/jpeg"),
        caller.post("/v1/search", "rocket.jpg", limit="3"),
    ]
    assert [answer.status_code for answer in answers] == [200] * 3
    cut = caller.http.post(
        "/v1/search?allow_truncated=true", data=PHOTO[:50_000], content_type="image/jpeg"
    )
    assert cut.status_code == 200


def test_the_deadline_is_kept(caller: Any) -> None:
    headers = {"X-Deadline-Ms": "1"}
    late = caller.post("/v1/search", headers=headers)
    caller.problem(late, 504, "deadline-exceeded")


def test_without_a_photo_or_a_store_it_is_said(client: Callable[..., Any]) -> None:
    caller = client()
    caller.problem(caller.http.post("/v1/search", json={}), 400, "missing-image")
    stop(caller.services)
    without = client(store="no")
    problem = without.post("/v1/search")
    without.problem(problem, problem.status_code, "store-disabled")


def test_a_key_finds_its_owner_s_photos_only(client: Callable[..., Any]) -> None:
    caller = client(require_keys="yes")
    keys = caller.services.keys
    anna, ben = (keys.add(name, ("infer", "store")) for name in ("anna", "ben"))
    pixels = BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (60, 80, 3), np.uint8)).save(
        pixels, "PNG"
    )
    found = {}
    for name, key in (("anna", anna), ("ben", ben)):
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "image/png"}
        if name == "anna":
            kept = caller.http.post("/v1/photos", data=pixels.getvalue(), headers=headers)
        answer = caller.http.post("/v1/search", data=pixels.getvalue(), headers=headers)
        found[name] = answer.get_json()
        found[f"{name} by id"] = caller.http.get(
            f"/v1/search/{kept.get_json()['photo']['id']}", headers=headers
        ).status_code
    stop(caller.services)
    assert len(found["anna"]["matches"]) == 1
    assert (found["ben"]["matches"], found["ben"]["searched"]) == ([], 0)
    assert (found["anna by id"], found["ben by id"]) == (200, 404)
