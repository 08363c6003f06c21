"""Rows 24-34 and 159 of the catalogue: JSON, base64, parameters, and what is off."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

JSON = {"Content-Type": "application/json"}
DEEP = b'{"image":' + b"[" * 100_000
WORDS = [
    ("24-no-json", b"{", 400, "malformed-json"),
    ("24-empty", b"", 400, "malformed-json"),
    ("24-empty-object", b"{}", 400, "missing-image"),
    ("24-array", b"[]", 400, "malformed-json"),
    ("24-null", b'{"image": null}', 400, "missing-image"),
    ("25", DEEP, 400, "malformed-json"),
    ("25-closed", DEEP + b"]" * 100_000 + b"}", 400, "malformed-json"),
    ("26-nan", b'{"image": NaN}', 400, "malformed-json"),
    ("26-1e400", b'{"image": 1e400}', 400, "malformed-json"),
    ("26-surrogate", b'{"image": "\\ud800"}', 400, "malformed-json"),
    ("26-utf-8", b'{"image": "\xff\xfe"}', 400, "malformed-json"),
    ("26-name", b'{"\\ud800": 1}', 400, "malformed-json"),
    ("27-not-base64", b'{"image": "====="}', 400, "bad-base64"),
    ("28", b'{"image": "AAAA*AAA"}', 400, "bad-base64"),
    ("28-number", b'{"image": 5}', 400, "bad-base64"),
    ("28-list", b'{"image": ["AAAA", "AAAA"]}', 400, "duplicate-field"),
    ("35-empty-text", b'{"image": ""}', 400, "empty-image"),
    ("30", b'{"image": "AAAA", "image_url": "http://a.example/"}', 400, "ambiguous-source"),
    ("30-neither", b'{"model": ""}', 400, "missing-image"),
    ("31-unknown", b'{"image": "AAAA", "top_k": 5}', 422, "invalid-parameter"),
    ("33-model", b'{"image": "%s", "model": "../x"}', 422, "invalid-parameter"),
    (
        "33-long-model",
        b'{"image": "%s", "model": "' + b"x" * 10_000 + b'"}',
        422,
        "invalid-parameter",
    ),
]


@pytest.mark.parametrize(
    ("body", "status", "code"), [row[1:] for row in WORDS], ids=[row[0] for row in WORDS]
)
def test_json(server: Any, body: bytes, status: int, code: str) -> None:
    body = body.replace(b"%s", base64.b64encode(server.photo))
    reply = server.post("/v1/classify", content=body, headers=JSON)
    server.expect(reply, status, code)


def test_26_of_two_equal_names_the_last_counts(server: Any) -> None:
    image = json.dumps(base64.b64encode(server.photo).decode())
    body = f'{{"image": "!", "image": {image}}}'
    assert server.post("/v1/classify", content=body, headers=JSON).status == 200


@pytest.mark.parametrize("way", ["plain", "lines", "url-safe", "no-padding", "data-uri"])
def test_27_base64_as_clients_write_it(server: Any, way: str) -> None:
    text = base64.b64encode(server.photo).decode()
    written = {
        "plain": text,
        "lines": "\r\n ".join(text[at : at + 76] for at in range(0, len(text), 76)),
        "url-safe": base64.urlsafe_b64encode(server.photo).decode(),
        "no-padding": text.rstrip("="),
        "data-uri": f"data:image/jpeg;base64,{text}",
    }[way]
    reply = server.post("/v1/classify", json={"image_base64": written})
    assert reply.status == 200, reply


def test_29_too_much_base64_and_twice_base64(server: Any) -> None:
    reply = server.post("/v1/classify", json={"image": "A" * 30 * 2**20})
    server.expect(reply, 413, "body-too-large")
    twice = base64.b64encode(base64.b64encode(server.photo)).decode()
    reply = server.post("/v1/classify", json={"image": twice})
    server.expect(reply, 422, "image-undecodable")


FAULTS = [
    ("style", {"strength": "NaN"}),
    ("style", {"strength": "2"}),
    ("style", {"strength": "-1"}),
    ("style", {"strength": "1e400"}),
    ("style", {"keep_colours": "maybe"}),
    ("super-resolution", {"scale": "3"}),
    ("super-resolution", {"scale": "16"}),
    ("super-resolution", {"scale": "1.5"}),
    ("super-resolution", {"scale": "true"}),
    ("super-resolution", {"scale": "[ ]"}),
    ("classify", {"masks": "all"}),
]


@pytest.mark.parametrize(("task", "wrong"), FAULTS)
def test_31_a_parameter_out_of_range_is_pointed_at(
    server: Any, task: str, wrong: dict[str, str]
) -> None:
    files = {"image": server.photo}
    reply = server.post(f"/v1/{task}", files=files, data=wrong)
    server.expect(reply, 422, "invalid-parameter")
    assert [fault["pointer"] for fault in reply.record["errors"]] == [f"/{next(iter(wrong))}"]


@pytest.mark.parametrize("value", [-1, 0, 10**9, "4", 1.5, True, [], {}, None], ids=repr)
def test_31_json_has_to_have_the_right_type(server: Any, value: Any) -> None:
    image = base64.b64encode(server.photo).decode()
    reply = server.post("/v1/super-resolution", json={"image": image, "scale": value})
    server.expect(reply, 422, "invalid-parameter")
    assert reply.record["errors"][0]["pointer"] == "/scale"


def test_32_an_answer_that_would_be_too_large_is_refused_before_it_is_made(server: Any) -> None:
    made = BytesIO()
    Image.new("1", (3000, 3000)).save(made, "PNG")
    reply = server.post("/v1/super-resolution", files={"image": made.getvalue()})
    server.expect(reply, 422, "output-too-large")
    assert reply.record["actual"] == 3000**2 * 16


@pytest.mark.parametrize("value", ["0,0,9999,9999", "-5,0,5,5", "3,3,3,3", "9,9,1,1"])
@pytest.mark.parametrize("name", ["roi", "crop"])
def test_34_a_region_is_no_parameter(server: Any, name: str, value: str) -> None:
    files = {"image": server.photo}
    reply = server.post("/v1/faces", files=files, data={name: value})
    server.expect(reply, 422, "invalid-parameter")
    assert [fault["pointer"] for fault in reply.record["errors"]] == [f"/{name}"]


NAMES = [
    "../x",
    "%2e%2e",
    "..%2f..%2fetc%2fpasswd",
    "x" * 10_000,
    "%F0%9F%99%82",
    "%00",
    "a%0Ab",
]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_33_names_are_no_paths(server: Any, name: str) -> None:
    for path in (f"/v1/{name}", f"/v2/models/{name}/ready"):
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        (reply,) = server.raw(head.encode())
        assert reply.status in {400, 404, 405}, reply


def test_159_age_and_gender_are_guessed_by_nobody_unasked(server: Any) -> None:
    reply = server.post("/v1/age-and-gender", files={"image": server.photo})
    server.expect(reply, 403, "task-disabled")
    assert "--age-and-gender yes" in reply.record["detail"]
    assert server.ask("GET", "/v2/models/age-and-gender/ready").status == 403
