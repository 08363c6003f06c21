"""A browser at a server that asks for keys: the plain forms of the projects can send one.

The browser is played with ``requests``: it follows what the page's HTML says, keeps cookies,
sends ``Origin``, and adds no header of its own.
"""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import requests
from PIL import Image

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
PHOTO = SAMPLES / "obama2.jpg"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
Http = requests.Session


class Forms(HTMLParser):
    """The forms of a page: where each posts to, and the types of its fields in their order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, dict[str, str | None]]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            assert (given["method"], given["enctype"]) == ("post", "multipart/form-data")
            self.found.append((str(given["action"]), {}))
        elif tag == "input" and self.found:
            self.found[-1][1][str(given["name"])] = given


def submit(http: Http, page: requests.Response, number: int, **typed: Any) -> requests.Response:
    """Send one of the page's forms: its fields in their order, what was typed or nothing."""
    action, fields = Forms(page.text).found[number]
    assert typed.keys() <= fields.keys()
    parts: list[Any] = []
    for name, field in fields.items():
        value = typed.get(name, "")
        if field["type"] == "file":
            file = ("", b"") if value == "" else (value.name, value.read_bytes())
            parts.append((name, (*file, "application/octet-stream")))
        elif value or field["type"] != "radio":
            parts.append((name, (None, value)))
    origin = "/".join(page.url.split("/")[:3])
    return http.post(
        urljoin(page.url, action), files=parts, headers=BROWSER | {"Origin": origin}
    )


def logged(log: list[str], request_id: str) -> str:
    """The log, once it was read up to that request, which is noted before it is answered."""
    until = time.monotonic() + 30
    while not any(request_id in line for line in log):
        assert time.monotonic() < until
        time.sleep(0.01)
    return "".join(log)


@pytest.fixture
def opened(keyed: Any, http: Http) -> Any:
    def get(path: str) -> requests.Response:
        return http.get(f"{keyed.address}{path}", headers=BROWSER)

    return get


@pytest.mark.parametrize("path", ["/smart-filter", "/upload"])
def test_the_page_is_there_without_a_key_and_asks_for_one(path: str, opened: Any) -> None:
    page = opened(path)
    assert page.status_code == 200
    for _, fields in Forms(page.text).found:
        name, field = next(iter(fields.items()))  # the first: what is behind a file is not read
        assert (name, field["type"]) == ("key", "password")
        assert "value" not in field
    assert opened("/docs/docs.css").status_code == 200


@pytest.mark.parametrize("path", ["/smart-filter", "/upload"])
def test_where_no_key_is_asked_for_the_page_has_no_field_for_one(
    path: str, address: str, http: Http
) -> None:
    page = http.get(f"{address}{path}", headers=BROWSER)
    assert all("key" not in fields for _, fields in Forms(page.text).found)


def test_smart_filter_is_used_with_a_key_that_is_typed_in(
    keyed: Any, http: Http, opened: Any, picture: Any
) -> None:
    typed = {"file": PHOTO, "options": "unsplash", "params": "sky"}
    made = submit(http, opened("/smart-filter"), 0, key=keyed.keys["infer"], **typed)
    assert picture(made).format == "PNG"
    assert not http.cookies  # the next one has to be typed in again
    refused = submit(http, opened("/smart-filter"), 0, **typed)
    assert refused.status_code == 401


def test_pic_metric_shows_what_it_keeps_to_a_browser_without_a_header(
    keyed: Any, http: Http, opened: Any
) -> None:
    sent = submit(http, opened("/upload"), 0, key=keyed.keys["one"], file=PHOTO)
    shown = re.findall(r'<img class="photo" src="data:image/png;base64,', sent.text)
    assert (sent.status_code, len(shown)) == (200, 2)
    (md5,) = re.findall(r"Photo ([0-9a-f]{32})", sent.text)
    again = opened(f"/upload/{md5}")
    assert again.status_code == 401
    assert 'role="alert"' in again.text
    found = submit(http, again, 0, key=keyed.keys["one"])
    assert (found.status_code, found.text) == (200, sent.text)
    theirs = submit(http, again, 0, key=keyed.keys["other"])
    assert theirs.status_code == 404
    assert md5 not in Forms(theirs.text).found[0][0]
    assert submit(http, again, 0, key=keyed.keys["infer"]).status_code == 403
    # programs are given addresses, also with the key in the form
    url = f"{keyed.address}/upload"
    fields = {"key": (None, keyed.keys["one"]), "file": (PHOTO.name, PHOTO.read_bytes())}
    record = http.post(url, files=fields).json()
    kept = http.get(record["yolov3_source"], headers=keyed.headers("one"))
    assert Image.open(BytesIO(kept.content)).format == "PNG"


@pytest.mark.parametrize(("path", "field"), [("/smart-filter", "file"), ("/upload", "file")])
def test_a_wrong_key_is_said_on_the_page_and_no_key_is_ever_told_again(
    path: str, field: str, keyed: Any, http: Http, opened: Any
) -> None:
    right, wrong = keyed.keys["infer"], keyed.keys["infer"][:-4] + "AAAA"
    for key, file, status in ((wrong, PHOTO, 401), ("", PHOTO, 401), (right, "", 400)):
        answer = submit(http, opened(path), 0, **{"key": key, field: file})
        assert answer.status_code == status
        assert 'role="alert"' in answer.text
        assert "key" in Forms(answer.text).found[0][1]
        told = f"{answer.text}{answer.headers}"
        assert "pl_" not in told
    last = requests.post(f"{keyed.address}{path}", data={"key": right}, timeout=30)
    log = logged(keyed.log, last.headers["X-Request-Id"])
    assert re.search(rf"POST {path} 40", log)
    assert right not in log
    assert right.rpartition("_")[2] not in log
    assert wrong not in log


def test_a_program_is_told_as_everywhere(keyed: Any, http: Http) -> None:
    for path, shape in (("", None), ("smart-filter", None), ("upload", "sentence")):
        refused = http.post(f"{keyed.address}/{path}", data={"key": "pl_1"})
        record = refused.json()
        assert (refused.status_code, record["code"]) == (401, "unauthenticated")
        assert refused.headers["WWW-Authenticate"].startswith("Bearer")
        assert ("error" in record) is (shape is not None)
    # the addresses of programs take none, nor does any of ours
    for path in ("do_data_science", "cut", "img2img/binseg-3/", "v1/segment"):
        sent = {"key": (None, keyed.keys["infer"]), "file": PHOTO.read_bytes()}
        assert http.post(f"{keyed.address}/{path}", files=sent).status_code == 401, path


@pytest.mark.parametrize("path", ["", "smart-filter", "upload"])
def test_another_sites_page_cannot_send_a_key_here(path: str, keyed: Any, http: Http) -> None:
    """Not its own either: nobody's photos are sent to where another may look at them."""
    sent = {"key": (None, keyed.keys["one"]), "file": (PHOTO.name, PHOTO.read_bytes())}
    for origin in ("https://evil.example", "null"):
        refused = http.post(f"{keyed.address}/{path}", files=sent, headers={"Origin": origin})
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
