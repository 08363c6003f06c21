"""Bad input is the same problem for many analyses as for one, and for one photo of a batch."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
PHOTO = (SAMPLES / "page.png").read_bytes()
JPEG = (SAMPLES / "flower.jpg").read_bytes()
TEXT = base64.b64encode(PHOTO).decode()


def png(width: int, height: int) -> bytes:
    """A PNG that says that it is as large."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk


CONTENTS = {
    "empty": b"",
    "text": b"no photo at all",
    "html": b"<!doctype html><title>404</title>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "zip": b"PK\x03\x04" + bytes(60),
    "executable": b"\x7fELF" + bytes(60),
    "cut jpeg": JPEG[: len(JPEG) // 2],
    "only a jpeg's head": JPEG[:200],
    "damaged png": PHOTO[:2000] + bytes(200) + PHOTO[2200:],
    "a png without pixels": png(8, 8),
    "a png of no width": png(0, 8),
    "a png that is too large": png(60_000, 60_000),
}
BODIES: dict[str, tuple[str, bytes]] = {
    "no body": ("", b""),
    "broken json": ("application/json", b'{"image_base64": '),
    "a json list": ("application/json", b"[1]"),
    "no image": ("application/json", b"{}"),
    "no base64": ("application/json", b'{"image_base64": "?!"}'),
    "a number": ("application/json", b'{"image_base64": 7}'),
    "null": ("application/json", b'{"image_base64": null}'),
    "two ways": (
        "application/json",
        json.dumps({"image_base64": TEXT, "image_url": "https://a.org/b.png"}).encode(),
    ),
    "twice encoded": (
        "application/json",
        json.dumps({"image_base64": base64.b64encode(TEXT.encode()).decode()}).encode(),
    ),
    "a file's address": ("application/json", b'{"image_url": "file:///etc/passwd"}'),
    "our own address": ("application/json", b'{"image_url": "http://127.0.0.1/a.png"}'),
    "metadata of a cloud": ("application/json", b'{"image_url": "http://169.254.169.254/"}'),
    "deep json": ("application/json", b'{"a":' * 3000),
    "no boundary": ("multipart/form-data", b"--x\r\n"),
    "a cut form": ('multipart/form-data; boundary="x"', b"--x\r\nContent-Disposition: form-"),
    "another type": ("text/csv", b"a,b"),
    "a field that is none": ("application/json", b'{"image_base64": "", "colour": "red"}'),
}


def told(response: Any) -> tuple[int, str]:
    record = json.loads(response.get_data())
    return response.status_code, record["code"]


@pytest.mark.parametrize("name", CONTENTS)
def test_bad_bytes(name: str, client: Callable[..., Any]) -> None:
    caller, content = client(), CONTENTS[name]
    expected = told(caller.http.post("/v1/faces", data=content, content_type="image/png"))
    assert expected[0] in {400, 413, 415, 422}
    for accept in ("application/json", "text/event-stream", "image/png"):
        response = caller.http.post(
            "/v1/analyze", data=content, content_type="image/png", headers={"Accept": accept}
        )
        caller.problem(response, *expected)
    if not content:
        return
    files = [FileStorage(BytesIO(one), "a.png") for one in (PHOTO, content)]
    boundary, body = encode_multipart({"one": files[0], "two": files[1], "analyses": "faces"})
    kind = f'multipart/form-data; boundary="{boundary}"'
    made = caller.http.post("/v1/analyze/batch", data=body, content_type=kind)
    caller.http.get(made.location, headers={"Accept": "text/event-stream"}).get_data()
    good, bad = caller.http.get(made.location).get_json()["photos"]
    assert (good["state"], bad["state"]) == ("done", "failed")
    assert (bad["answer"]["problem"]["status"], bad["answer"]["problem"]["code"]) == expected
    photos = caller.http.get("/v1/photos").get_json()["photos"]
    assert len(photos) == 1  # of what is no photo nothing is kept


@pytest.mark.parametrize("name", BODIES)
def test_bad_bodies(name: str, client: Callable[..., Any]) -> None:
    caller, (kind, body) = client(), BODIES[name]
    given: dict[str, Any] = {"data": body, "content_type": kind} if kind else {}
    expected = told(caller.http.post("/v1/faces", **given))
    assert 400 <= expected[0] < 500
    caller.problem(caller.http.post("/v1/analyze", **given), *expected)
    batch = caller.http.post("/v1/analyze/batch", **given)
    assert 400 <= batch.status_code < 500
    caller.problem(batch, batch.status_code, told(batch)[1])
