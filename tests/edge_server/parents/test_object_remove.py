"""ObjectCut's ``/remove`` from its clients' side: forms as RapidAPI sends them, and JSON."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
from PIL import Image

from edge_runtime.images import Photo
from edge_runtime.results import DetectedObject, Objects
from edge_server.parents.object_remove import RemoveWishes, main_label, removed

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
PHOTO = SAMPLES / "coffee.png"
SAFE = base64.urlsafe_b64encode(PHOTO.read_bytes()).decode()
CUP, CORNER = np.s_[150:180, 240:280], np.s_[350:390, 10:60]
DATA = "data:image/png;base64,"
Http = requests.Session


def opened(response: requests.Response) -> Image.Image:
    """The picture of an answer in either of the forms that the project has."""
    record = response.json()
    assert response.status_code == 200, record
    assert record["error"] is False
    assert record["correlation_id"] == response.headers["X-Request-Id"]
    ((name, text),) = record["response"].items()
    assert name in {"image_url", "image_base64"}
    assert text.startswith(DATA) is (name == "image_url")
    image = Image.open(BytesIO(base64.b64decode(text.removeprefix(DATA), validate=True)))
    image.load()
    assert image.format == "PNG"
    return image


@pytest.mark.parametrize("target", ["background", "foreground"])
@pytest.mark.parametrize("colour", ["transparent", "white"])
def test_what_is_named_goes_and_the_rest_stays(
    target: str, colour: str, address: str, http: Http, pixels: Any
) -> None:
    body = {"image_base64": SAFE, "to_remove": target, "color_removal": colour}
    image = opened(http.post(f"{address}/remove", data=body))
    own, made = pixels(Image.open(PHOTO).convert("RGB")), pixels(image)
    assert made.shape[:2] == own.shape[:2]
    stays, goes = (CUP, CORNER) if target == "background" else (CORNER, CUP)
    assert np.abs(made[stays][..., :3] - own[stays]).mean() < 2
    if colour == "white":
        assert image.mode == "RGB"
        assert (made[goes] > 250).mean() > 0.99
    else:
        assert image.mode == "RGBA"
        assert (made[stays][..., 3] == 255).mean() > 0.99
        assert (made[goes][..., 3] == 0).mean() > 0.99


@pytest.mark.parametrize(
    "send",
    [
        lambda http, at, url: http.post(at, data={"image_url": url}),
        lambda http, at, url: http.post(f"{at}/", json={"image_url": url}),
        lambda http, at, url: http.post(
            at, data={"image_url": url, "output_format": "base64", "to_remove": "background"}
        ),
        lambda http, at, _: http.post(at, files={"image_base64": (None, SAFE)}),
    ],
    ids=["form", "json", "base64", "multipart"],
)
def test_every_client_is_given_the_same(
    send: Any, address: str, http: Http, upstream: Any
) -> None:
    body = {"image_base64": SAFE, "objects": "cup"}
    cut = http.post(f"{address}/cut", json=body).json()["response"]["image_base64"]
    with Image.open(BytesIO(base64.b64decode(cut))) as picture:
        alpha = np.asarray(picture.getchannel("A"))
    found = opened(send(http, f"{address}/remove", upstream.url(PHOTO.name)))
    assert np.array_equal(np.asarray(found.getchannel("A")), alpha)


def test_a_photo_of_nothing_is_cut_out_as_nothing(address: str, http: Http) -> None:
    content = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(content, "PNG")
    body = {"image_base64": base64.b64encode(content.getvalue()).decode()}
    assert opened(http.post(f"{address}/remove", data=body)).getextrema()[3] == (0, 0)
    kept = body | {"to_remove": "foreground", "color_removal": "white"}
    image = opened(http.post(f"{address}/remove", data=kept))
    assert image.getextrema() == ((0, 0), (128, 128), (128, 128))


@pytest.mark.parametrize(
    ("body", "status", "code", "number"),
    [
        ({}, 400, "missing-image", "003"),
        ({"image_base64": SAFE, "to_remove": "all"}, 422, "invalid-parameter", "003"),
        ({"image_base64": SAFE, "image_url": "x"}, 400, "ambiguous-source", "003"),
        ({"image_base64": "AAAA"}, 415, "unsupported-image-format", "003"),
        ({"image_url": "http://169.254.169.254/"}, 422, "url-not-allowed", "002"),
    ],
)
def test_errors_have_the_projects_shape(
    body: Any, status: int, code: str, number: str, address: str, http: Http
) -> None:
    for sent in ({"json": body}, {"data": body or {"x": "y"}}):
        refused = http.post(f"{address}/remove", **sent)
        record = refused.json()
        assert (refused.status_code, record["code"]) == (status, code), record
        assert (record["error"], record["error_id"]) == (True, number)
        assert record["message"] == record["detail"]


def test_a_key_is_asked_for(keyed: Any, http: Http) -> None:
    refused = http.post(f"{keyed.address}/remove", data={"image_base64": SAFE})
    assert (refused.status_code, refused.json()["error_id"]) == (401, "003")
    headers = {"X-RapidAPI-Key": keyed.keys["infer"]}
    opened(http.post(f"{keyed.address}/remove", data={"image_base64": SAFE}, headers=headers))


def one(label: str, score: float, side: float) -> DetectedObject:
    return DetectedObject(label=label, score=score, box_xyxy=(5.0, 5.0, 5 + side, 5 + side))


@pytest.mark.parametrize(
    ("objects", "label"),
    [
        ((), ""),
        ((one("cat", 0.3, 90),), ""),
        ((one("cat", 0.9, 10), one("dog", 0.5, 20)), "dog"),
        ((one("cat", 0.9, 10), one("cat", 0.9, 10), one("dog", 0.6, 14)), "cat"),
        ((one("cat", 0.9, -5),), "cat"),
        ((one("cat", 0.5, 10), one("couch", 0.9, 90)), "cat"),
        ((one("bed", 0.5, 10), one("couch", 0.9, 90)), "couch"),
    ],
)
def test_the_main_object_takes_most_of_the_photo(objects: Any, label: str) -> None:
    assert main_label(Objects(objects=objects)) == label


def test_what_is_half_of_the_object_is_half_there() -> None:
    photo = Photo(np.full((2, 3, 3), 100, np.uint8))
    alpha = np.array([[0, 0.5, 1]] * 2, np.float32)
    left = removed(photo, alpha, RemoveWishes(to_remove="foreground"))
    assert left[0, :, 3].tolist() == [255, 128, 0]
    kept = removed(photo, alpha, RemoveWishes())
    assert kept[0, :, 3].tolist() == [0, 128, 255]
    white = removed(photo, alpha, RemoveWishes(color_removal="white"))
    assert white[0, 0].tolist() == [255, 255, 255]
    assert white[0, 2].tolist() == [100, 100, 100]


def test_what_is_transparent_is_not_there_either_way() -> None:
    photo = Photo(np.full((1, 3, 3), 100, np.uint8), np.array([[0, 128, 255]], np.uint8))
    share = np.array([[0.5, 0, 0.25]], np.float32)
    left = removed(photo, share, RemoveWishes(to_remove="foreground"))
    assert left[0, :, 3].tolist() == [0, 128, 191]
    assert removed(photo, share, RemoveWishes())[0, :, 3].tolist() == [0, 0, 64]
    white = removed(photo, 1 - share, RemoveWishes(color_removal="white"))
    assert white[0, 0].tolist() == [255] * 3
    assert white[0, 1].tolist() == [177] * 3


def test_a_photo_with_transparency_keeps_it(address: str, http: Http, pixels: Any) -> None:
    with Image.open(PHOTO) as image:
        photo = image.convert("RGBA")
    photo.putalpha(Image.linear_gradient("L").resize(photo.size))
    content = BytesIO()
    photo.save(content, "PNG")
    body = {"image_base64": base64.b64encode(content.getvalue()).decode()}
    parts = [
        pixels(opened(http.post(f"{address}/remove", data=body | {"to_remove": part})))
        for part in ("background", "foreground")
    ]
    own = pixels(photo)
    assert np.abs(sum(part[..., 3] for part in parts) - own[..., 3]).max() <= 1
    assert np.abs(parts[0][CUP] - own[CUP]).mean() < 2
    assert np.abs(parts[1][CORNER] - own[CORNER]).mean() < 2
