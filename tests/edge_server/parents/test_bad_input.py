"""Bad input is refused at the projects' addresses as it is at ours: the same limits, in front
of the same intake; only the shape of what is said is theirs."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
PHOTO = (SAMPLES / "flower.jpg").read_bytes()
HOLES = (
    "img2img/binseg-3/",
    "binseg/binseg-3/",
    "objdet/efficientdet-d4/",
    "",
    "smart-filter",
    "upload",
    "do_data_science",
)
NAMED = ("cut", "remove")
Http = requests.Session


def bomb() -> bytes:
    """A PNG of 900 megapixels in a few kilobytes."""
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    data = zlib.compress(bytes(30_000 * 300))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data)


def saved(kind: str, size: tuple[int, int] = (40, 30)) -> bytes:
    content = BytesIO()
    Image.new("RGB", size, "teal").save(content, kind)
    return content.getvalue()


BAD = {
    "half a JPEG": PHOTO[: len(PHOTO) // 2],
    "noise behind a JPEG's head": PHOTO[:400] + bytes(range(256)) * 40,
    "a bomb": bomb(),
    "a wide picture": saved("PNG", (20_000, 1)),
    "a GIF": saved("GIF"),
    "a TIFF": saved("TIFF"),
    "SVG": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "HTML": b"<html><script>alert(1)</script></html>",
    "zeros": bytes(2000),
}


@pytest.fixture(scope="module")
def ours(address: str) -> Callable[[bytes], tuple[int, str]]:
    """What ``/v1/segment`` says of an image: status and code."""

    def said(content: bytes) -> tuple[int, str]:
        response = requests.post(f"{address}/v1/segment", files={"image": content}, timeout=30)
        return response.status_code, "" if response.ok else response.json()["code"]

    return said


@pytest.mark.parametrize("content", BAD.values(), ids=BAD.keys())
def test_an_image_is_refused_as_everywhere(
    content: bytes, address: str, http: Http, ours: Callable[[bytes], tuple[int, str]]
) -> None:
    expected = ours(content)
    for path in HOLES:
        sent = http.post(f"{address}/{path}", files={"file": content})
        said = "" if sent.ok else sent.json()["code"]
        assert (sent.status_code, said) == expected, path
        assert b"Traceback" not in sent.content
    for path in NAMED:
        sent = http.post(f"{address}/{path}", files={"image": content}, data={"objects": "cup"})
        assert sent.status_code == expected[0], path
        assert sent.json()["error"] is (expected[0] != 200), path


BODIES: dict[str, dict[str, Any]] = {
    "more bytes than are taken": {"data": bytes(21 * 2**20)},
    "a body that is compressed": {"data": b"x", "headers": {"Content-Encoding": "gzip"}},
    "two files of one name": {"files": [("file", b"a"), ("file", b"b")]},
    "more parts than are taken": {"files": [(f"x{n}", b"") for n in range(200)]},
    "a form that is cut short": {
        "data": b'--x\r\nContent-Disposition: form-data; name="file"',
        "headers": {"Content-Type": "multipart/form-data; boundary=x"},
    },
    "a form without a boundary": {
        "data": b"x",
        "headers": {"Content-Type": "multipart/form-data"},
    },
    "a text that is too long": {"files": {"params": (None, "x" * 600_000), "file": PHOTO}},
    "JSON that is none": {"data": b"{", "headers": {"Content-Type": "application/json"}},
    "JSON that is no object": {"json": ["x"]},
    "another type": {"data": b"x", "headers": {"Content-Type": "text/csv"}},
    "a host that is not ours": {"headers": {"Host": "evil.example"}},
    "a key in the address": {"params": {"key": "pl_1"}},
    "a key that is none": {"headers": {"X-RapidAPI-Key": "pl_1"}},
    "a deadline that is none": {"headers": {"X-Deadline-Ms": "soon"}},
}


@pytest.mark.parametrize("sent", BODIES.values(), ids=BODIES.keys())
def test_a_request_is_refused_as_everywhere(
    sent: dict[str, Any], address: str, http: Http
) -> None:
    expected = http.post(f"{address}/v1/segment", **sent)
    assert expected.status_code >= 400
    for path in (*HOLES, *NAMED):
        refused = http.post(f"{address}/{path}", **sent)
        record = refused.json()
        assert (refused.status_code, record["code"]) == (
            expected.status_code,
            expected.json()["code"],
        ), path
        assert record["detail"]
        flags = dict.fromkeys(NAMED, True)
        shape = {"": None, "smart-filter": None, **flags}.get(path, record["detail"])
        assert record.get("error") == shape, path
