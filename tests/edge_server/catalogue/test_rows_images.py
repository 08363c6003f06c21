"""Rows 35-67 of the catalogue, some of each kind, through HTTP; tests/edge_server/intake has
them all, in process.
"""

from __future__ import annotations

import base64
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw


def saved(image: Image.Image, kind: str, **given: Any) -> bytes:
    made = BytesIO()
    image.save(made, kind, **given)
    return made.getvalue()


def noise(mode: str = "RGB", side: int = 64) -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 255, (side, side, 3), np.uint8)
    return Image.fromarray(pixels).convert(mode)


def chunk(name: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + check


def png(width: int, height: int, kind: bytes = b"\x01\0", data: bytes = b"") -> bytes:
    head = struct.pack(">II", width, height) + kind + b"\0\0\0"
    packed = chunk(b"IDAT", zlib.compress(data, 9))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + packed + chunk(b"IEND", b"")


def zipped() -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.png", b"x")
    return made.getvalue()


def claiming(photo: bytes, size: int) -> bytes:
    """The JPEG with another size in its frame header."""
    at = photo.index(b"\xff\xc0")
    return photo[: at + 5] + struct.pack(">HH", size, size) + photo[at + 9 :]


def scans() -> bytes:
    """A progressive JPEG of 24 megapixels whose scans come again and again."""
    whole = saved(Image.new("L", (6000, 4000), 128), "JPEG", progressive=True)
    at = whole.rindex(b"\xff\xda")
    return whole[:at] + whole[at:-2] * 3000 + whole[-2:]


def spoilt(content: bytes) -> bytes:
    at = content.index(b"IDAT") + 30
    return content[:at] + bytes([content[at] ^ 255]) + content[at + 1 :]


Made = Callable[[bytes], bytes]
REFUSED: list[tuple[str, Made, int, str]] = [
    ("35-empty", lambda _: b"", 400, "empty-image"),
    ("35-one-byte", lambda _: b"\xff", 415, "unsupported-image-format"),
    ("35-text", lambda _: b"hello" * 50, 415, "unsupported-image-format"),
    ("35-html", lambda _: b"<html><img></html>", 415, "unsupported-image-format"),
    ("35-zip", lambda _: zipped(), 415, "unsupported-image-format"),
    ("36-soi", lambda _: b"\xff\xd8", 422, "image-truncated"),
    ("36-header", lambda photo: photo[:200], 422, "image-truncated"),
    ("37", lambda photo: photo[: len(photo) // 2], 422, "image-truncated"),
    ("38", lambda photo: photo[:-2], 422, "image-truncated"),
    ("40-cut", lambda _: saved(noise(), "PNG")[:2000], 422, "image-truncated"),
    ("40-crc", lambda _: spoilt(saved(noise(), "PNG")), 422, "image-undecodable"),
    ("41", lambda photo: claiming(photo, 65500), 422, "image-too-large"),
    ("42", lambda _: png(0, 5), 422, "image-undecodable"),
    ("43", lambda _: png(30000, 30000), 422, "image-too-large"),
    ("44", lambda _: png(13000, 13000, b"\x08\x02"), 422, "image-too-large"),
    ("45", lambda _: png(2**31 - 1, 2**31 - 1), 422, "image-too-large"),
    (
        "47-gif",
        lambda _: b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x02\x02L\x01\0;",
        422,
        "image-too-large",
    ),
    ("48-ico", lambda _: b"\0\0\1\0\1\0" + b"\xff" * 17, 415, "unsupported-image-format"),
    ("50", lambda _: scans(), 422, "image-too-complex"),
    (
        "61",
        lambda _: b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
        415,
        "unsupported-image-format",
    ),
    ("62-eps", lambda _: b"%!PS-Adobe-3.0 EPSF-3.0\n", 415, "unsupported-image-format"),
    ("62-pdf", lambda _: b"%PDF-1.7\n", 415, "unsupported-image-format"),
    ("62-psd", lambda _: b"8BPS\0\1" + b"\0" * 20, 415, "unsupported-image-format"),
]


@pytest.mark.parametrize(
    ("made", "status", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_images_that_are_refused(server: Any, made: Made, status: int, code: str) -> None:
    content = made(server.photo)
    server.expect(server.post("/v1/classify", files={"image": content}), status, code)
    text = base64.b64encode(content).decode()
    server.expect(server.post("/v1/classify", json={"image": text}), status, code)


TAKEN: list[tuple[str, Made]] = [
    ("38-tail", lambda photo: photo + b"tail" * 1000),
    ("51", lambda _: saved(noise(), "GIF", save_all=True, append_images=[noise()] * 40)),
    *[(f"52-{mode}", lambda _, m=mode: saved(noise(m), "PNG")) for mode in ("L", "LA", "RGBA")],
    *[(f"52-{mode}", lambda _, m=mode: saved(noise(m), "PNG")) for mode in ("P", "1")],
    ("53-cmyk", lambda _: saved(noise("CMYK"), "JPEG")),
    ("54-16-bit", lambda _: png(8, 8, b"\x10\0", (b"\0" + bytes(range(16))) * 8)),
    ("57-icc", lambda _: saved(noise(), "PNG", icc_profile=b"garbage" * 99)),
    ("60-webp", lambda _: saved(noise(), "WEBP")),
    ("60-tiff", lambda _: saved(noise(), "TIFF")),
    ("60-bmp", lambda _: saved(noise(), "BMP")),
]


@pytest.mark.parametrize("made", [row[1] for row in TAKEN], ids=[row[0] for row in TAKEN])
def test_images_that_are_taken(server: Any, made: Made) -> None:
    reply = server.post("/v1/classify", files={"image": made(server.photo)})
    assert reply.status == 200, reply


def test_37_a_cut_photo_is_taken_by_who_asks_for_it(server: Any) -> None:
    files = {"image": server.photo[: len(server.photo) // 2]}
    reply = server.post("/v1/classify", files=files, data={"allow_truncated": "true"})
    assert reply.status == 200
    assert reply.record["image"]["warnings"] == ["truncated"]


def test_55_the_upright_frame_is_what_is_answered_in(server: Any) -> None:
    with Image.open(BytesIO(server.photo)) as image:
        turned = image.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    content = saved(turned, "JPEG", exif=exif, quality=95)
    got = server.post("/v1/classify", files={"image": content}).record
    assert got["image"]["size"] == [320, 240]


def test_56_58_what_the_camera_wrote_is_not_sent_on(server: Any) -> None:
    exif = Image.Exif()
    exif[0x0112] = 99
    exif[0x010E] = "secret-description"
    exif.get_ifd(0x8825)[1] = "N"
    content = saved(noise(), "JPEG", exif=exif, comment=b"secret-comment")
    for kind in ("png", "webp", "jpeg"):
        reply = server.post(
            "/v1/background",
            files={"image": content},
            data={"background": "blur"},
            headers={"Accept": f"image/{kind}"},
        )
        assert reply.status == 200
        assert b"secret" not in reply.body
        assert b"Exif" not in reply.body


@pytest.mark.parametrize("size", [(1, 1), (1, 16000), (16000, 1)])
def test_59_the_thinnest_photos(server: Any, size: tuple[int, int]) -> None:
    content = saved(Image.new("RGB", size), "PNG")
    for task in ("classify", "faces", "background"):
        reply = server.post(f"/v1/{task}", files={"image": content})
        assert (reply.status, reply.code) in {(200, ""), (422, "image-too-small")}, reply


def test_63_what_it_is_counts_not_how_it_is_called(server: Any) -> None:
    content = saved(noise(), "PNG")
    reply = server.post("/v1/classify", files={"image": ("a.jpg", content, "image/jpeg")})
    assert reply.record["image"]["format"] == "png"


def test_64_a_page_in_a_photo_is_not_served(server: Any) -> None:
    content = saved(noise(), "JPEG", comment=b"<script>alert(1)</script>")
    reply = server.post(
        "/v1/background", files={"image": content}, headers={"Accept": "image/png"}
    )
    assert reply.headers["content-type"] == "image/png"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert b"<script>" not in reply.body


def test_65_every_way_gives_the_same_answer(server: Any) -> None:
    text = base64.b64encode(server.photo).decode()
    raw = {"Content-Type": "image/jpeg"}
    got = [
        server.post("/v1/classify", files={"image": server.photo}),
        server.post("/v1/classify", content=server.photo, headers=raw),
        server.post("/v1/classify", json={"image": text}),
        server.post("/v1/classify", data={"image_base64": text}),
    ]
    assert len({json.dumps(reply.record["result"]) for reply in got}) == 1


def test_39_flipped_bits_have_the_same_answer_each_time_and_every_way(server: Any) -> None:
    flips = np.random.default_rng(39)
    for _ in range(8):
        content = bytearray(server.photo)
        for at in flips.integers(700, len(content) - 2, 3):
            content[at] ^= 1 << int(flips.integers(8))
        text = base64.b64encode(content).decode()
        got = [
            server.post("/v1/classify", files={"image": bytes(content)}),
            server.post("/v1/classify", files={"image": bytes(content)}),
            server.post("/v1/classify", json={"image": text}),
        ]
        assert {reply.status for reply in got} <= {200, 422}
        whole = [reply.record.get("result") or reply.code for reply in got]
        assert whole[0] == whole[1] == whole[2]


@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP"])
def test_46_what_unpacks_to_much_in_a_png_is_not_unpacked(server: Any, kind: bytes) -> None:
    before = server.resident()
    packed = chunk(kind, b"name\0\0" + zlib.compress(bytes(100 * 2**20), 1))
    whole = saved(noise(), "PNG")
    content = whole[:33] + packed + whole[33:]
    assert len(content) < 2**20
    reply = server.post("/v1/classify", files={"image": content})
    assert (reply.status, reply.code) in {(200, ""), (422, "image-undecodable")}
    assert server.resident() - before < 50 * 1024


def words(side: int = 1200) -> Image.Image:
    image = Image.new("L", (side, side), 255)
    ImageDraw.Draw(image).text((-40, 100), "HUGE", fill=0, font_size=side // 2)
    return image


NOTHING: dict[str, Callable[[], Image.Image]] = {
    "black": lambda: Image.new("L", (300, 200), 0),
    "grey": lambda: Image.new("L", (300, 200), 127),
    "white": lambda: Image.new("L", (300, 200), 255),
    "noise": lambda: noise(side=300),
    "words": words,
}


@pytest.mark.parametrize("name", list(NOTHING))
def test_67_nothing_to_see_is_no_error(server: Any, name: str) -> None:
    content = saved(NOTHING[name](), "PNG")
    for task in ("classify", "faces", "landmarks", "objects", "segment"):
        reply = server.post(
            f"/v1/{task}", files={"image": content}, headers={"Accept": "application/json"}
        )
        assert reply.status == 200, reply
        json.loads(reply.body, parse_constant=pytest.fail)
