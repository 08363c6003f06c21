"""ObjectCut from its clients' side: curl's JSON, the web page, forms as RapidAPI sends them."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
from PIL import Image

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
PHOTO = SAMPLES / "coffee.png"
CONTENT = PHOTO.read_bytes()
SAFE = base64.urlsafe_b64encode(CONTENT).decode()
Http = requests.Session


def opened(response: requests.Response) -> Image.Image:
    """As the project's page does: the text goes behind ``data:image/png;base64,``."""
    record = response.json()
    assert response.status_code == 200, record
    assert record.keys() == {"error", "response"}
    assert record["error"] is False
    content = base64.b64decode(record["response"]["image_base64"], validate=True)
    image = Image.open(BytesIO(content))
    image.load()
    assert image.format == "PNG"
    return image


def test_urlsafe_base64_in_json_is_cut_out(address: str, http: Http, pixels: Any) -> None:
    assert set(SAFE) & set("-_")
    body = {"image_base64": SAFE, "objects": ["cup"]}
    made = opened(http.post(f"{address}/cut", json=body))
    with Image.open(PHOTO) as photo:
        assert (made.mode, made.size) == ("RGBA", photo.size)
        alpha, own = pixels(made.getchannel("A")), pixels(photo.convert("RGB"))
    assert alpha[0, 0] == 0
    assert alpha[200, 250] == 255  # coffee
    assert (pixels(made)[alpha == 255][:, :3] == own[alpha == 255]).mean() > 0.9


def test_white_is_behind_where_it_is_wanted(address: str, http: Http, pixels: Any) -> None:
    body = {"image_base64": SAFE, "objects": ["cup"], "return_white_bg": True}
    made = opened(http.post(f"{address}/cut", json=body))
    assert made.mode == "RGB"
    assert (pixels(made)[0, 0] == 255).all()


@pytest.mark.parametrize(
    "send",
    [
        lambda http, at, url: http.post(at, json={"image_url": url, "objects": ["cup"]}),
        lambda http, at, url: http.post(at, json={"image_url": url, "objects": "cup"}),
        lambda http, at, url: http.post(at, data={"image_url": url, "objects": "cup"}),
        lambda http, at, url: http.post(
            at, data={"image_base64": SAFE, "objects[]": ["cup"], "return_white_bg": "False"}
        ),
        lambda http, at, url: http.post(
            at, files={"image_base64": (None, SAFE), "objects": (None, "cup")}
        ),
        lambda http, at, url: http.post(
            f"{at}/",
            data=json.dumps(
                {
                    "objects": ["cup"],
                    "image_url": url,
                    "return_bounding_box": False,
                    "return_text": False,
                    "return_white_bg": False,
                }
            ),
            headers={"Content-Type": "application/json; charset=utf-8"},
        ),
    ],
    ids=["curl", "one-name", "form", "jquery", "multipart", "page"],
)
def test_every_client_is_given_the_same(
    send: Any, address: str, http: Http, upstream: Any, whole: bytes
) -> None:
    found = send(http, f"{address}/cut", upstream.url(PHOTO.name))
    assert opened(found).tobytes() == whole


@pytest.fixture(scope="module")
def whole(address: str) -> bytes:
    body = {"image_base64": SAFE, "objects": ["cup"]}
    return opened(requests.post(f"{address}/cut", json=body, timeout=60)).tobytes()


@pytest.mark.parametrize("white", [False, True])
def test_box_and_text_are_painted_on_the_picture(
    white: bool, address: str, http: Http, pixels: Any
) -> None:
    def made(**given: Any) -> Any:
        body = {"image_base64": SAFE, "objects": ["cup"], "return_white_bg": white} | given
        return pixels(opened(http.post(f"{address}/cut", json=body)))

    plain, boxed = made(), made(return_bounding_box=True)
    both = made(return_bounding_box=True, return_text=True)
    rows, columns = np.nonzero((boxed != plain).any(axis=2))
    box = rows.min(), rows.max(), columns.min(), columns.max()
    found = http.post(f"{address}/v1/objects", files={"image": CONTENT}).json()["result"]
    (cup,) = [one for one in found["objects"] if one["label"] == "cup"]
    left, top, right, bottom = cup["box"]
    assert np.abs(np.array(box) - (top, bottom, left, right)).max() <= 2
    middle = np.s_[box[0] + 9 : box[1] - 8, box[2] + 9 : box[3] - 8]
    assert np.array_equal(boxed[middle], plain[middle])
    named = (both != boxed).any(axis=2)
    assert named.sum() > 100
    assert np.nonzero(named)[0].max() < box[0] + 12  # above the box
    if not white:
        assert (both[named][:, 3] == 255).all()


@pytest.mark.parametrize("yes", ["true", "True", "1"])
def test_a_form_wishes_in_text(yes: str, address: str, http: Http, whole: bytes) -> None:
    wishes = {"return_bounding_box": yes, "return_text": yes}
    body = {"image_base64": SAFE, "objects": "cup"} | wishes
    assert opened(http.post(f"{address}/cut", data=body)).tobytes() != whole


def test_nothing_of_the_name_is_an_empty_picture(address: str, http: Http, pixels: Any) -> None:
    body = {"image_base64": SAFE, "objects": ["giraffe"]}
    wishes = {"return_bounding_box": True, "return_text": True}
    for more in ({}, wishes):
        made = opened(http.post(f"{address}/cut", json=body | more))
        assert not pixels(made.getchannel("A")).any()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"image_base64": SAFE}, 422, "invalid-parameter"),
        ({"image_base64": SAFE, "objects": []}, 422, "invalid-parameter"),
        ({"image_base64": SAFE, "objects": ["unicorn"]}, 422, "unknown-name"),
        ({"image_base64": SAFE, "objects": [7]}, 422, "invalid-parameter"),
        (
            {"image_base64": SAFE, "objects": ["cup"], "return_text": "perhaps"},
            422,
            "invalid-parameter",
        ),
        (
            {"image_base64": SAFE, "objects": ["cup"], "return_white_bg": 3},
            422,
            "invalid-parameter",
        ),
        ({"objects": ["cup"]}, 400, "missing-image"),
        ({"objects": ["cup"], "image_base64": "%%%"}, 400, "bad-base64"),
        ({"objects": ["cup"], "image_base64": ""}, 400, "empty-image"),
        ({"objects": ["cup"], "image_base64": "AAAA"}, 415, "unsupported-image-format"),
        ({"objects": ["cup"], "image_base64": 7}, 400, "bad-base64"),
        ({"objects": ["cup"], "image_base64": SAFE, "image_url": "x"}, 400, "ambiguous-source"),
        ({"objects": ["cup"], "image_url": "http://169.254.169.254/"}, 422, "url-not-allowed"),
        ([], 400, "malformed-json"),
    ],
)
def test_errors_have_the_projects_shape(
    body: Any, status: int, code: str, address: str, http: Http
) -> None:
    refused = http.post(f"{address}/cut", json=body)
    record = refused.json()
    assert (refused.status_code, record["code"]) == (status, code), record
    assert record["error"] is True
    assert record["message"] == record["detail"]
    assert "response" not in record


def test_other_methods_and_bodies_too(address: str, http: Http) -> None:
    assert http.get(f"{address}/cut").json()["error"] is True
    cut_short = http.post(
        f"{address}/cut", data="{", headers={"Content-Type": "application/json"}
    )
    assert cut_short.json() | {"error": True, "code": "malformed-json"} == cut_short.json()


def test_a_key_of_rapidapis_header_opens(keyed: Any, http: Http) -> None:
    body = {"image_base64": SAFE, "objects": ["cup"]}
    refused = http.post(f"{keyed.address}/cut", json=body)
    assert (refused.status_code, refused.json()["error"]) == (401, True)
    sent = {
        "X-RapidAPI-Key": keyed.keys["infer"],
        "X-RapidAPI-Host": "objectcut.p.rapidapi.com",
    }
    assert opened(http.post(f"{keyed.address}/cut", json=body, headers=sent)).mode == "RGBA"
