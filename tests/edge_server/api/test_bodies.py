from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import Any

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from edge_server.api.bodies import MAX_PARTS, read_body
from edge_server.problems import (
    DuplicateField,
    FieldTooLarge,
    MalformedJson,
    MalformedMultipart,
    Problem,
    TooManyParts,
    UnsupportedMediaType,
)

FORM = "multipart/form-data; boundary=xyz"


def request(body: bytes, kind: str | None, query: str = "") -> Request:
    builder = EnvironBuilder(method="POST", data=body, content_type=kind, query_string=query)
    return Request(builder.get_environ())


def part(name: str, content: bytes, file: str = "") -> bytes:
    also = f'; filename="{file}"' if file else ""
    head = f'--xyz\r\nContent-Disposition: form-data; name="{name}"{also}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def test_a_form_has_fields_and_files() -> None:
    form = part("image", b"\xff\xd8", "../../a.jpg") + part("objects", "café".encode())
    body = read_body(request(form + part("objects", b"dog") + b"--xyz--\r\n", FORM, "top_k=3"))
    assert body.files == {"image": b"\xff\xd8"}
    assert body.fields == {"objects": ["café", "dog"], "top_k": ["3"]}


def test_json_keeps_its_types() -> None:
    body = read_body(request(b'{"image_base64": "aa", "top_k": 3}', "application/json"))
    assert body.fields == {"image_base64": "aa", "top_k": 3}


@pytest.mark.parametrize("kind", ["image/jpeg", "application/octet-stream", "image/x-unheard"])
def test_a_whole_body_may_be_the_image(kind: str) -> None:
    assert read_body(request(b"abc", kind)).files == {"image": b"abc"}


def test_text_that_is_an_image_may_be_long() -> None:
    form = part("image_base64", b"a" * 600_000) + b"--xyz--\r\n"
    assert len(read_body(request(form, FORM)).fields["image_base64"][0]) == 600_000


def test_no_body_has_nothing() -> None:
    body = read_body(request(b"", None))
    assert (body.fields, body.files) == ({}, {})


@pytest.mark.parametrize(
    ("content", "kind", "problem"),
    [
        (part("a", b"x"), "multipart/form-data", MalformedMultipart),
        (part("a", b"x")[:-4], FORM, MalformedMultipart),
        (part("a", b"x"), FORM, MalformedMultipart),
        (b"--xyz" + b"-" * 1_000_000, FORM, None),
        (part("a", b"x") * (MAX_PARTS + 1) + b"--xyz--\r\n", FORM, TooManyParts),
        (part("a", b"x" * 2_000_000) + b"--xyz--\r\n", FORM, FieldTooLarge),
        (part("a", b"\xff") + b"--xyz--\r\n", FORM, MalformedMultipart),
        (
            b"--xyz\r\nContent-Disposition: form-data\r\n\r\nz\r\n--xyz--\r\n",
            FORM,
            MalformedMultipart,
        ),
        (part("i", b"x", "f") * 2 + b"--xyz--\r\n", FORM, DuplicateField),
        (
            b"--xyz\r\n" + b"X-A: " + b"y" * 1_000_000 + b"\r\n\r\nz\r\n--xyz--\r\n",
            FORM,
            Problem,
        ),
        (b"", "application/json", MalformedJson),
        (b"{", "application/json", MalformedJson),
        (b"[]", "application/json", MalformedJson),
        (b"[" * 100_000, "application/json", MalformedJson),
        (b'{"a": NaN}', "application/json", MalformedJson),
        (b'{"a": 1e400}', "application/json", None),
        (b'{"a": "\xff"}', "application/json", MalformedJson),
        (b"hello", "text/plain", UnsupportedMediaType),
        (b"hello", None, UnsupportedMediaType),
        (b"<svg/>", "text/html", UnsupportedMediaType),
    ],
)
def test_what_is_no_request_is_a_problem(
    content: bytes, kind: str | None, problem: type[Problem] | None
) -> None:
    began = time.thread_time()
    expected = pytest.raises(problem) if problem else suppress(Problem)
    with expected as caught:
        read_body(request(content, kind))
    assert time.thread_time() - began < 1
    if problem:
        assert caught.value.status < 500


def test_a_field_in_the_address_and_in_the_body_is_ambiguous() -> None:
    with pytest.raises(DuplicateField):
        read_body(request(json.dumps({"top_k": 1}).encode(), "application/json", "top_k=2"))


def test_a_url_encoded_form() -> None:
    kind = "application/x-www-form-urlencoded"
    body: Any = read_body(request(b"image_url=http%3A%2F%2Fa&top_k=1", kind))
    assert body.fields == {"image_url": ["http://a"], "top_k": ["1"]}


@pytest.mark.parametrize("size", [0, 2_000_000])
def test_a_photo_that_is_sent_as_a_form_is_told_its_type(size: int) -> None:
    photo = b"\xff\xd8\xff\xe0" + b"a" * size
    with pytest.raises(UnsupportedMediaType, match="Content-Type: image/jpeg"):
        read_body(request(photo, "application/x-www-form-urlencoded"))
