from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from edge_server.intake.intake import Intake
from edge_server.intake.sniffing import FORMATS, sniff, supported
from edge_server.problems import Problem


@pytest.mark.parametrize(("name", "pillow"), FORMATS.items())
def test_every_format_is_known_by_its_first_bytes(name: str, pillow: str, made: Any) -> None:
    assert sniff(made.of(pillow)) == name


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"GIF87a", "gif"),
        (b"\xff\xd8", "jpeg"),
        (b"MM\0*", "tiff"),
        (b"II+\0", "tiff"),
        (b"\0\0\0\x20ftypmif1\0\0\0\0mif1heicmiaf", "heic"),
        (b"\0\0\0\x20ftypmif1\0\0\0\0mif1avifmiaf", "avif"),
        (b"\0\0\0\x18ftypmsf1\0\0\0\0msf1hevc", "heic"),
    ],
)
def test_other_ways_to_begin(head: bytes, name: str) -> None:
    assert sniff(head) == name


def ico() -> bytes:
    """23 bytes that say that an image of 4 GB follows."""
    return struct.pack("<HHHBBBBHHII", 0, 1, 1, 16, 16, 0, 0, 1, 32, 2**32 - 1, 22) + b"\x89"


# Rows 35, 48, 61 and 62: nothing of this meets a parser.
STRANGE = {
    "1 byte": b"\xff",
    "text": b"BM is how this text begins, and so do bitmaps.",
    "random": np.random.default_rng(0).bytes(4096),
    "html": b"<!doctype html><title>a cat</title>",
    "zip": b"PK\x03\x04" + bytes(64),
    "json": b'{"image": "cat.jpg"}',
    "ico": ico(),
    "icns": b"icns" + bytes(64),
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "xxe": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><svg/>',
    "laughs": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><svg/>',
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%id) (r) file\n",
    "eps with a head": b"\xc5\xd0\xd3\xc6" + bytes(64),
    "pdf": b"%PDF-1.7\n",
    "psd": b"8BPS\0\1" + bytes(64),
    "wmf": b"\xd7\xcd\xc6\x9a" + bytes(64),
    "emf": b"\1\0\0\0" + bytes(36) + b" EMF",
    "fits": b"SIMPLE  =                    T",
    "jpeg 2000": b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 ",
    "jpeg 2000 stream": b"\xff\x4f\xff\x51",
    "jpeg xl": b"\xff\x0a" + bytes(16),
    "mp4": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
    "ppm": b"P6 65535 65535 255\n",
    "tga": b"\0\0\2" + bytes(15),
    "dds": b"DDS " + bytes(64),
    "riff": b"RIFF\x24\0\0\0WAVEfmt ",
    "im": b"Image type: RGB image\r\n",
}


@pytest.mark.parametrize("data", STRANGE.values(), ids=STRANGE)
def test_what_is_not_on_the_list_is_415(
    data: bytes,
    intake: Intake,
    refused: Callable[..., Problem],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("PIL.Image.open", pytest.fail)
    monkeypatch.setattr("subprocess.Popen", pytest.fail)
    problem = refused("unsupported-image-format", intake.from_bytes, data)
    assert problem.status == 415
    assert ", ".join(supported()) in problem.detail


# Row 63: the name and the type that come along are not asked, so that they cannot disagree.
def test_bytes_say_what_they_are(intake: Intake, made: Any) -> None:
    assert intake.from_bytes(made.of("PNG")).format == "png"


# Row 60: a decoder that is not installed.
def test_a_format_without_its_decoder_is_415(
    intake: Intake,
    made: Any,
    refused: Callable[..., Problem],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = made.of("HEIF")
    monkeypatch.setattr("edge_server.intake.sniffing.find_spec", lambda _name: None)
    supported.cache_clear()
    try:
        problem = refused("unsupported-image-format", intake.from_bytes, data)
        assert "avif" in problem.detail
        assert "heic" not in problem.detail
    finally:
        supported.cache_clear()
