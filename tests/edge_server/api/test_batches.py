"""What may be sent as a batch, and what is said of it otherwise."""

from __future__ import annotations

import base64
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
PHOTO = (SAMPLES / "page.png").read_bytes()
TEXT = base64.b64encode(PHOTO).decode()
PATH = "/v1/analyze/batch"


def names(caller: Any, response: Any) -> list[str]:
    assert response.status_code == 202, response.get_data()
    photos = caller.http.get(f"{response.location}?answers=false").get_json()["photos"]
    assert all(one["answer"] is None for one in photos)
    return [one["name"] for one in photos]


def test_every_file_of_a_form_is_a_photo(client: Callable[..., Any]) -> None:
    caller = client()
    files = [
        (BytesIO(PHOTO), "holiday/one.png"),
        (BytesIO(PHOTO), "../../two.png"),
        (BytesIO(PHOTO), "three\x07.png"),
        (BytesIO(PHOTO), "x" * 300),
    ]
    sent = {"image": files[:2], "other": files[2:], "analyses": "faces"}
    found = names(caller, caller.http.post(PATH, data=sent))
    assert found == ["one.png", "two.png", "three.png", "x" * 100]


def test_a_list_may_have_base64_and_addresses(client: Callable[..., Any]) -> None:
    caller = client()
    images = [
        {"image_base64": TEXT, "name": "text"},
        {"image_base64": f"data:image/png;base64,{TEXT}"},
        {"image_url": "https://images.invalid/cat.jpg"},
    ]
    response = caller.http.post(PATH, json={"images": images, "analyses": ["faces"]})
    assert names(caller, response) == ["text", "photo 1", "photo 2"]
    assert response.get_json()["analyses"] == ["faces"]


def test_a_whole_body_is_one_photo(client: Callable[..., Any]) -> None:
    caller = client()
    response = caller.http.post(f"{PATH}?keep=false", data=PHOTO, content_type="image/png")
    assert names(caller, response) == ["image"]
    assert response.get_json()["keep"] is False


@pytest.mark.parametrize(
    ("json", "status", "code", "pointer"),
    [
        ({"images": []}, 400, "missing-image", None),
        ({}, 400, "missing-image", None),
        ({"images": "x"}, 422, "invalid-parameter", "/images"),
        ({"images": [{}]}, 422, "invalid-parameter", "/images/0"),
        ({"images": [{"image_base64": TEXT, "image_url": "https://a.org"}]}, 422, None, None),
        ({"images": [{"image_base64": TEXT}, {"image_base64": "?"}]}, 400, "bad-base64", 1),
        ({"images": [{"image_base64": ""}]}, 400, "empty-image", 0),
        ({"images": [{"image_url": "file:///etc/passwd"}]}, 422, "url-not-allowed", 0),
        ({"images": [{"image_url": "https://a.org:22/x"}]}, 422, "url-not-allowed", 0),
        ({"images": [{"picture": TEXT}]}, 422, "invalid-parameter", None),
        ({"images": [{"image_base64": TEXT}], "analyses": ["x"]}, 422, "unknown-name", None),
        ({"images": [{"image_base64": TEXT}], "style": 3}, 422, "invalid-parameter", None),
        ({"images": [{"image_base64": TEXT}], "analyses": ["people"]}, 422, None, "/analyses"),
        ({"images": [{"image_base64": TEXT}] * 4}, 413, "too-many-parts", None),
    ],
)
def test_what_is_no_batch_makes_no_job(
    json: Any, status: int, code: str | None, pointer: Any, client: Callable[..., Any]
) -> None:
    caller = client(batch_photos=3)
    response = caller.http.post(PATH, json=json)
    record = caller.problem(response, status, code or "invalid-parameter")
    if pointer is not None:
        expected = pointer if isinstance(pointer, str) else f"/images/{pointer}"
        assert record["errors"][0]["pointer"] == expected
    assert caller.http.get("/v1/jobs").get_json()["jobs"] == []


def test_nobodys_name_lies_in_a_job(client: Callable[..., Any]) -> None:
    caller = client()
    sent = {"image": (BytesIO(PHOTO), "a.png"), "analyses": "all"}
    found = caller.http.post(PATH, data=sent).get_json()["analyses"]
    assert "faces" in found
    assert "people" not in found


def test_an_empty_file_is_told_by_its_number(client: Callable[..., Any]) -> None:
    caller = client()
    files = [(BytesIO(PHOTO), "a.png"), (BytesIO(b""), "b.png")]
    record = caller.problem(caller.http.post(PATH, data={"image": files}), 400, "empty-image")
    assert "file 1" in record["detail"]


def test_addresses_are_refused_where_urls_are_not_taken(client: Callable[..., Any]) -> None:
    caller = client(url_input="no")
    json = {"images": [{"image_url": "https://example.org/a.jpg"}]}
    caller.problem(caller.http.post(PATH, json=json), 403, "url-input-disabled")


def test_a_server_that_keeps_nothing_has_no_jobs(client: Callable[..., Any]) -> None:
    caller = client(store="no")
    sent = {"image": (BytesIO(PHOTO), "a.png")}
    caller.problem(caller.http.post(PATH, data=sent), 403, "store-disabled")
    caller.problem(caller.http.get("/v1/jobs"), 403, "store-disabled")
