"""Cloud Vision API from its clients' side: its notebook, its Flutter app, its web demo."""

from __future__ import annotations

import ast
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
from PIL import Image

from edge_server.parents.cloud_vision import KINDS, MODELS

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
SELFIE = SAMPLES / "astronaut.png"
Http = requests.Session


def post(http: Http, url: str, photo: Path = SELFIE, **given: Any) -> requests.Response:
    """As the notebook does: the open file under the name 'file'."""
    with photo.open("rb") as file:
        return http.post(url, files={"file": file} | given.pop("files", {}), **given)


@pytest.mark.parametrize(
    ("model", "mode", "size", "made_size"),
    [
        ("superres-1b", "RGB", (24, 16), (48, 32)),
        ("superres-2b", "RGB", (24, 16), (48, 32)),
        ("styletransf-1", "RGB", (96, 64), (96, 64)),
        ("styletransf-2", "RGB", (96, 64), (96, 64)),
        ("styletransf-3", "RGB", (96, 64), (96, 64)),
        ("semseg-3", "RGB", (96, 64), (96, 64)),
        ("depth-bts", "RGB", (96, 64), (96, 64)),
        ("binseg-3", "L", (96, 64), (96, 64)),
    ],
)
def test_every_model_gives_a_picture_back(
    model: str,
    mode: str,
    size: tuple[int, int],
    made_size: tuple[int, int],
    address: str,
    http: Http,
    picture: Any,
    sized: Callable[[int, int], Path],
) -> None:
    assert model in MODELS
    photo = sized(*size)
    made = picture(post(http, f"{address}/img2img/{model}/", photo))
    assert (made.mode, made.format, made.size) == (mode, "PNG", made_size)
    if made_size > size:  # the photo itself, with more pixels
        with Image.open(photo) as opened:
            near = np.asarray(made.resize(size)).astype(int) - np.asarray(opened)
        assert np.abs(near).mean() < 14


def test_the_styles_are_three(address: str, http: Http, picture: Any, pixels: Any) -> None:
    first, second, third = (
        pixels(picture(post(http, f"{address}/img2img/styletransf-{n}/"))) for n in (1, 2, 3)
    )
    for one, other in ((first, second), (second, third), (third, first)):
        assert np.abs(one - other).mean() > 20


def test_the_notebook_swaps_backgrounds_with_the_mask(
    address: str, http: Http, picture: Any, pixels: Any
) -> None:
    mask = picture(post(http, f"{address}/img2img/binseg-3/"))
    with Image.open(SELFIE) as photo:
        behind = Image.new("RGB", photo.size, "blue")
        swapped = pixels(Image.composite(photo.convert("RGB"), behind, mask))
        own = pixels(photo.convert("RGB"))
    assert (swapped[5, 5] == [0, 0, 255]).all()  # a corner
    assert np.abs(swapped[100:140, 215:255] - own[100:140, 215:255]).mean() < 3  # the face


@pytest.mark.parametrize("kind", ["words", "file"])
def test_the_server_swaps_where_a_background_comes_along(
    kind: str, address: str, http: Http, picture: Any, pixels: Any
) -> None:
    url = f"{address}/img2img/binseg-3/"
    if kind == "words":
        made = picture(post(http, url, data={"background": "#0000ff"}))
    else:
        with (SAMPLES / "china.jpg").open("rb") as behind:
            made = picture(post(http, url, files={"background": behind}))
    own = pixels(Image.open(SELFIE).convert("RGB"))
    found = pixels(made)
    assert found.shape == own.shape
    assert np.abs(found[:60, :60] - own[:60, :60]).mean() > 25
    assert np.abs(found[100:140, 215:255] - own[100:140, 215:255]).mean() < 3


@pytest.mark.parametrize(
    "send",
    [
        lambda http, at, url: http.post(at, params={"url": url}),  # the notebook
        lambda http, at, url: http.get(at, params={"url": url}),
        lambda http, at, url: http.post(at, data={"url": url}),
        lambda http, at, url: http.post(at, json={"url": url}),
        lambda http, at, url: http.post(at, files={"url": (None, url)}),
    ],
    ids=["query", "get", "form", "json", "multipart"],
)
def test_a_url_gives_what_its_file_gives(
    send: Callable[..., requests.Response], address: str, http: Http, upstream: Any
) -> None:
    expected = post(http, f"{address}/img2img/binseg-3/")
    found = send(http, f"{address}/urlimg2img/binseg-3/", upstream.url("astronaut.png"))
    assert found.status_code == 200, found.text
    assert found.content == expected.content


@pytest.mark.parametrize(
    ("path", "of_old"),
    [("styletransfer/styletransf-2", "styletransf-2"), ("binseg/binseg-3", "binseg-3")],
)
def test_the_later_notebook_posts_either_to_one_address(
    path: str, of_old: str, address: str, http: Http, upstream: Any
) -> None:
    expected = post(http, f"{address}/img2img/{of_old}/").content
    url = {"url": upstream.url(SELFIE.name)}
    empty = {"file": ("dummy.txt", b"")}  # what it sends beside an address
    for made in (
        post(http, f"{address}/{path}/"),
        post(http, f"{address}/{path}"),
        http.post(f"{address}/{path}/", params=url),
        http.post(f"{address}/{path}/", params=url, files=empty),
    ):
        assert made.headers["Content-Type"] == "image/png", made.text
        assert made.content == expected


def test_every_kind_has_models_that_there_are() -> None:
    assert sorted(name for names in KINDS.values() for name in names) == sorted(MODELS)


def test_objects_are_told_as_the_later_notebook_reads_them(
    address: str, http: Http, upstream: Any
) -> None:
    """It evaluates each text as Python, numbers classes from 0, and draws from corner to
    corner."""
    coffee = SAMPLES / "coffee.png"
    record = post(http, f"{address}/objdet/efficientdet-d4/", coffee).json()
    assert record.keys() == {"rois", "class_ids", "scores"}
    rois, ids, scores = (
        ast.literal_eval(record[name]) for name in ("rois", "class_ids", "scores")
    )
    assert len(rois) == len(ids) == len(scores) > 0
    cup = ids.index(46)
    left, top, right, bottom = rois[cup]
    assert 0 <= left < 250 < right <= 600
    assert 0 <= top < 150 < bottom <= 400
    assert 0.4 < scores[cup] <= 1
    url = {"url": upstream.url(coffee.name)}
    assert http.post(f"{address}/objdet/efficientdet-d7/", params=url).json() == record
    none = http.post(f"{address}/objdet/efficientdet-d4/", files={"file": saved()}).json()
    assert none == {"rois": "[]", "class_ids": "[]", "scores": "[]"}


def saved() -> bytes:
    """A photo of nothing."""
    content = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(content, "PNG")
    return content.getvalue()


def test_the_app_needs_no_slash_and_names_no_type(address: str, http: Http) -> None:
    """Dart's client says neither what it accepts nor what the file is."""
    headers: Any = {"Accept": None, "User-Agent": "Dart/2.8 (dart:io)"}
    content = SELFIE.read_bytes()
    files = {"file": ("image_picker.png", content, "application/octet-stream")}
    without, with_slash = (
        http.post(f"{address}/img2img/binseg-3{end}", files=files, headers=headers)
        for end in ("", "/")
    )
    assert without.status_code == 200
    assert without.headers["Content-Type"] == "image/png"
    assert without.content == with_slash.content


def test_another_kind_of_picture_is_made_where_it_is_accepted(
    address: str, http: Http, picture: Any
) -> None:
    url = f"{address}/img2img/styletransf-1/"
    assert picture(post(http, url, headers={"Accept": "image/jpeg"})).format == "JPEG"
    refused = post(http, url, headers={"Accept": "text/plain"})
    assert (refused.status_code, refused.json()["code"]) == (406, "not-acceptable")


def test_weights_that_are_missing_are_said_with_the_command(keyed: Any, http: Http) -> None:
    url = f"{keyed.address}/img2img/depth-bts/"
    refused = post(http, url, headers=keyed.headers("infer"))
    assert refused.status_code == 503
    assert refused.headers["Content-Type"] == "application/json"
    assert "edge-serve weights pull depth-bts" in refused.json()["error"]
    assert refused.json()["code"] == "weights-missing"


@pytest.mark.parametrize(
    ("path", "sent", "status", "code"),
    [
        ("img2img/nothing/", {"files": {"file": b"x"}}, 404, "model-not-found"),
        ("img2img/semseg-3/", {}, 400, "missing-image"),
        ("img2img/binseg-3/", {"files": {"file": b""}}, 400, "missing-image"),
        (
            "img2img/binseg-3/",
            {"files": {"file": b"no photo"}},
            415,
            "unsupported-image-format",
        ),
        ("img2img/binseg-3/", {"data": b"x"}, 415, "unsupported-media-type"),
        ("urlimg2img/binseg-3/", {}, 400, "missing-image"),
        ("binseg/nothing/", {"files": {"file": b"x"}}, 404, "model-not-found"),
        ("binseg/depth-bts/", {"files": {"file": b"x"}}, 404, "model-not-found"),
        ("binseg/binseg-3/", {}, 400, "missing-image"),
        ("objdet/nothing/", {"files": {"file": b"x"}}, 404, "model-not-found"),
        ("objdet/efficientdet-d4/", {}, 400, "missing-image"),
        (
            "objdet/efficientdet-d4/",
            {"files": {"file": b"x"}, "params": {"url": "http://10.0.0.1/"}},
            400,
            "ambiguous-source",
        ),
        (
            "depth/depth-bts/",
            {"params": {"url": "http://10.0.0.1/"}},
            422,
            "url-not-allowed",
        ),
        (
            "urlimg2img/binseg-3/",
            {"json": {"url": "file:///etc/passwd"}},
            422,
            "url-not-allowed",
        ),
        ("urlimg2img/binseg-3/", {"json": {"url": "http://10.0.0.1/"}}, 422, "url-not-allowed"),
        ("urlimg2img/binseg-3/", {"json": {"url": 5}}, 400, "bad-base64"),
        ("urlimg2img/binseg-3/", {"json": {"url": ["a", "b"]}}, 400, "duplicate-field"),
    ],
)
def test_errors_are_where_the_project_has_them(
    path: str, sent: dict[str, Any], status: int, code: str, address: str, http: Http
) -> None:
    refused = http.post(f"{address}/{path}", **sent)
    record = refused.json()
    assert (refused.status_code, record["code"]) == (status, code)
    assert record["error"] == record["detail"]
    assert refused.headers["Content-Type"] == "application/json"


def test_a_key_is_asked_for_as_everywhere(keyed: Any, http: Http) -> None:
    for path in ("img2img/binseg-3/", "urlimg2img/binseg-3/", "cut", "upload", "smart-filter"):
        refused = http.post(f"{keyed.address}/{path}", files={"file": b"x"})
        assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated"), path
    url = f"{keyed.address}/urlimg2img/binseg-3/?url=http://example.org/"
    refused = http.get(url, headers=keyed.headers("infer"))
    assert (refused.status_code, refused.json()["code"]) == (403, "url-input-disabled")
