"""Pic Metric from its clients' side: its own page, its front end's form, its programs."""

from __future__ import annotations

import hashlib
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
PORTRAIT, COFFEE = SAMPLES / "obama2.jpg", SAMPLES / "coffee.png"
MEMBERS = {"error", "faces_source", "hash", "original", "resnet", "yolov3", "yolov3_source"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
Http = requests.Session


def post(http: Http, url: str, photo: Path = PORTRAIT, **given: Any) -> requests.Response:
    return http.post(url, files={"file": (photo.name, photo.read_bytes())}, **given)


def runs(http: Http, address: str) -> dict[str, float]:
    """How often each model has run."""
    text = http.get(f"{address}/metrics").text
    found = re.findall(
        r'^pocketlens_engine_runs_total\{.*model="([^"]+)".*\} (\S+)$', text, re.MULTILINE
    )
    return {model: float(count) for model, count in found}


def settled(http: Http, address: str) -> None:
    """Wait until what was kept can be searched for: the server runs a model for that too."""
    until = time.monotonic() + 60
    files = {"image": COFFEE.read_bytes()}
    while http.post(f"{address}/v1/search", files=files).json()["pending"]:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_the_answer_is_the_projects(address: str, http: Http, picture: Any) -> None:
    response = post(http, f"{address}/do_data_science")
    record = response.json()
    assert response.status_code == 200
    assert record.keys() == MEMBERS
    assert record["error"] == ""
    assert record["hash"] == hashlib.md5(PORTRAIT.read_bytes()).hexdigest()  # noqa: S324
    shares, percents = json.loads(record["resnet"]), json.loads(record["yolov3"])
    assert len(shares) == 3
    assert 0 < float(min(shares.values())) <= float(max(shares.values())) <= 1
    assert not any(" " in label for label in shares)
    assert 50 < float(percents["person"]) <= 100
    original = http.get(record["original"])
    assert original.content == PORTRAIT.read_bytes()
    boxes, faces = (picture(http.get(record[f"{name}_source"])) for name in ("yolov3", "faces"))
    assert boxes.size == faces.size == picture(original).size
    assert boxes.tobytes() != faces.tobytes()


def test_no_face_is_said_in_the_projects_word(address: str, http: Http, picture: Any) -> None:
    record = post(http, f"{address}/upload", COFFEE).json()
    assert record["faces_source"] == "no_faces"
    assert "cup" in json.loads(record["yolov3"])
    assert next(iter(json.loads(record["resnet"]))) == "espresso"
    assert picture(http.get(record["yolov3_source"]))


def test_the_same_photo_is_not_computed_twice_and_found_by_its_hash(
    address: str, http: Http, upstream: Any
) -> None:
    first = post(http, f"{address}/do_data_science").json()
    settled(http, address)
    before = runs(http, address)
    assert before["object-detection"] >= 1
    url = upstream.url(PORTRAIT.name)
    again = [
        post(http, f"{address}/do_data_science"),
        post(http, f"{address}/upload"),
        http.post(f"{address}/upload", data={"url": url}),
        http.post(f"{address}/do_data_science_url", files={"url": (None, url)}),
        http.get(f"{address}/upload/{first['hash']}"),
    ]
    assert [one.json() for one in again] == [first] * len(again)
    assert runs(http, address) == before


def test_four_who_send_the_same_at_once_wait_for_one_answer(address: str) -> None:
    photo = SAMPLES / "chelsea.png"

    def send(_: int) -> Any:
        with requests.Session() as http:
            return post(http, f"{address}/do_data_science", photo).json()

    with requests.Session() as http:
        before = runs(http, address).get("object-detection", 0)
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(send, range(4)))
        assert answers == answers[:1] * 4
        assert runs(http, address)["object-detection"] == before + 1


def test_the_page_takes_a_file_and_an_address_and_shows_what_was_found(
    address: str, http: Http, upstream: Any
) -> None:
    page = http.get(f"{address}/upload", headers=BROWSER)
    assert page.status_code == 200
    assert page.text.count('<form method="post" action="/upload"') == 2
    assert 'name="file"' in page.text
    assert 'name="url"' in page.text
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    for sent in (
        post(http, f"{address}/upload", headers=BROWSER),
        http.post(
            f"{address}/upload", data={"url": upstream.url(PORTRAIT.name)}, headers=BROWSER
        ),
    ):
        assert sent.status_code == 200
        assert sent.headers["Content-Type"].startswith("text/html")
        shown = re.findall(r'<img class="photo" src="([^"]+)"', sent.text)
        assert len(shown) == 2
        assert all(http.get(one).headers["Content-Type"] == "image/png" for one in shown)


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({}, 400, "missing-image"),
        ({"files": {"file": ("", b"")}, "data": {"url": ""}}, 400, "missing-image"),
        ({"files": {"file": b"no photo"}}, 415, "unsupported-image-format"),
        ({"data": {"url": "http://192.168.0.1/a.png"}}, 422, "url-not-allowed"),
        ({"data": {"url": "ftp://a.example/"}}, 422, "url-not-allowed"),
        ({"files": {"file": b"x"}, "data": {"url": "http://x/"}}, 400, "ambiguous-source"),
    ],
)
def test_errors_are_in_the_member_that_the_project_has(
    sent: dict[str, Any], status: int, code: str, address: str, http: Http
) -> None:
    for path in ("upload", "do_data_science", "do_data_science_url"):
        refused = http.post(f"{address}/{path}", **sent)
        record = refused.json()
        assert (refused.status_code, record["code"]) == (status, code), path
        assert record["error"] == record["detail"]
    shown = http.post(f"{address}/upload", headers=BROWSER, **sent)
    assert shown.status_code == status
    assert 'role="alert"' in shown.text


def test_a_hash_that_nobody_sent_is_not_found(address: str, http: Http) -> None:
    for md5 in ("0" * 32, "..%2f..%2fetc%2fpasswd", "x" * 2000, "%00"):
        assert http.get(f"{address}/upload/{md5}").status_code == 404


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://evil.example", 403),
        ("null", 403),
        ("http://[", 403),
        ("{address}.evil.example", 403),
        ("{address}", 200),
        (None, 200),
    ],
)
def test_a_page_of_another_site_leaves_nothing_here(
    origin: str | None, status: int, address: str, http: Http
) -> None:
    headers = {} if origin is None else {"Origin": origin.format(address=address)}
    for path in ("upload", "do_data_science"):
        sent = post(http, f"{address}/{path}", headers=headers)
        assert sent.status_code == status, sent.text
        assert status == 200 or sent.json()["code"] == "forbidden"


def test_what_one_key_sent_is_invisible_to_another(keyed: Any, http: Http) -> None:
    one, other = keyed.headers("one"), keyed.headers("other")
    mine = post(http, f"{keyed.address}/upload", COFFEE, headers=one).json()
    found = f"{keyed.address}/upload/{mine['hash']}"
    assert http.get(found, headers=one).json() == mine
    for address in (found, mine["original"], mine["yolov3_source"]):
        assert http.get(address, headers=one).status_code == 200
        assert http.get(address, headers=other).status_code == 404
        assert http.get(address).status_code == 401
    theirs = post(http, f"{keyed.address}/upload", COFFEE, headers=other).json()
    assert theirs["hash"] == mine["hash"]
    assert theirs["yolov3_source"] != mine["yolov3_source"]


def test_a_key_that_may_not_store_is_answered_with_the_pictures_themselves(
    keyed: Any, http: Http
) -> None:
    infer = keyed.headers("infer")
    record = post(http, f"{keyed.address}/upload", headers=infer).json()
    for name in ("original", "yolov3_source", "faces_source"):
        assert record[name].startswith("data:image/png;base64,")
    refused = http.get(f"{keyed.address}/upload/{record['hash']}", headers=infer)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


def test_the_form_of_the_front_end_is_known_by_its_origin(
    address: str, http: Http, front_end: str
) -> None:
    """The project's React app has an origin of its own, which the settings name."""
    sent = post(http, f"{address}/do_data_science", COFFEE, headers={"Origin": front_end})
    assert sent.status_code == 200
    assert sent.headers["Access-Control-Allow-Origin"] == front_end
