from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from edge_server.api.form_keys import FIRST_BYTES, form_key, takes_forms
from edge_server.problems import Forbidden
from edge_server.settings import Settings

APP = Flask("x")
SETTINGS = Settings()
FORM = "multipart/form-data; boundary=b"
PAIRS = "application/x-www-form-urlencoded"


def part(name: str, text: str, file: str = "") -> bytes:
    named = f'; filename="{file}"' if file else ""
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'
    return f"{head}{text}\r\n".encode()


def found(body: bytes, kind: str = FORM, path: str = "/upload", **given: Any) -> str:
    given = {"method": "POST", "data": body, "content_type": kind} | given
    with APP.test_request_context(path, **given):
        return form_key(SETTINGS)


END = b"--b--\r\n"
PHOTO = part("file", "x" * 9000, "a.png")


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (part("key", "pl_1") + PHOTO + END, "pl_1"),
        (part("options", "custom") + part("key", " pl_1\r\n") + PHOTO + END, "pl_1"),
        (part("key", "pl_1") + part("key", "pl_2") + END, "pl_1"),
        (b"a preamble\r\n" + part("key", "pl_1") + END, "pl_1"),
        (part("key", "") + END, ""),
        (part("keys", "pl_1") + END, ""),
        # in a file, behind one, behind too much, cut short
        (part("key", "pl_1", "key.txt") + END, ""),
        (part("file", "x", "a.png") + part("key", "pl_1") + END, ""),
        (part("params", "x" * FIRST_BYTES) + part("key", "pl_1") + END, ""),
        (part("key", "x" * FIRST_BYTES) + END, ""),
        (part("key", "pl_1")[:-3], ""),
        (b"--b\r\nNothing: here\r\n\r\npl_1\r\n" + END, ""),
        (b"", ""),
        (bytes(range(256)) * 40, ""),
    ],
)
def test_the_key_is_a_field_in_front_of_any_file(body: bytes, key: str) -> None:
    assert found(body) == key


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b"key=pl_1&url=http%3A%2F%2Fa.example", "pl_1"),
        (b"url=x&key=pl_1", "pl_1"),
        (b"url=" + b"x" * FIRST_BYTES + b"&key=pl_1", ""),
        (b"url=" + b"x" * (FIRST_BYTES - 10) + b"&key=pl_1_and_more", ""),
        (b"keys=pl_1", ""),
        (b"\xff=%zz&&", ""),
    ],
)
def test_so_it_is_in_a_form_without_files(body: bytes, key: str) -> None:
    assert found(body, PAIRS) == key


def test_it_is_looked_for_nowhere_else() -> None:
    body = part("key", "pl_1") + END
    for path in ("/v1/faces", "/cut", "/img2img/depth-bts/", "/uploads", "/do_data_science"):
        assert not takes_forms(path)
        assert found(body, path=path) == ""
    assert found(body, method="PUT") == ""
    assert found(body, "multipart/form-data") == ""
    assert found(b'{"key": "pl_1"}', "application/json") == ""
    assert found(b"", PAIRS, "/upload?key=pl_1") == ""
    for path in ("/", "/smart-filter", "/upload", f"/upload/{'0' * 32}"):
        assert found(body, path=path) == "pl_1"


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:9"])
def test_a_form_of_another_site_is_not_taken(origin: str) -> None:
    body, headers = part("key", "pl_1") + END, {"Origin": origin}
    with pytest.raises(Forbidden, match="another site"):
        found(body, headers=headers)
    assert found(PHOTO + END, headers=headers) == ""  # a form without a key is as it was
    assert found(body, headers={"Origin": "http://localhost"}) == "pl_1"


def test_a_header_goes_before_the_form(client: Callable[..., Any]) -> None:
    caller = client(host="10.0.0.1")
    key = caller.services.keys.add("one")
    body = part("key", key) + END

    def sent(data: bytes, **headers: str) -> tuple[int, str]:
        answer = caller.http.post(
            "/smart-filter", data=data, content_type=FORM, headers=headers
        )
        return answer.status_code, answer.get_json()["code"]

    assert sent(body) == (400, "missing-image")
    assert sent(part("key", "pl_1") + END, **{"X-API-Key": key}) == (400, "missing-image")
    assert sent(body, **{"X-API-Key": "pl_1"}) == (401, "unauthenticated")
    assert sent(part("key", key[:-1]) + END) == (401, "unauthenticated")
    assert sent(END) == (401, "unauthenticated")


def test_whoever_sends_it_in_a_form_has_the_rate_of_the_key(client: Callable[..., Any]) -> None:
    caller = client(host="10.0.0.1", requests_per_minute=2)
    body = part("key", caller.services.keys.add("one")) + END
    codes = [
        caller.http.post("/upload", data=body, content_type=FORM).status_code for _ in range(3)
    ]
    assert codes == [400, 400, 429]
