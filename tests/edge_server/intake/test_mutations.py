"""Rows 153 and 157: pictures that are damaged at random have one answer, and a quick one."""

from __future__ import annotations

import base64
from time import thread_time
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge_server.engine.interface import Deadline
from edge_server.intake.budget import check_header
from edge_server.intake.decoding import Wishes
from edge_server.intake.intake import Intake
from edge_server.intake.limits import IntakeLimits
from edge_server.problems import Problem

KINDS = ["JPEG", "progressive", "PNG", "WEBP", "AVIF", "HEIF", "GIF", "TIFF", "tiled", "BMP"]
_FLIP, _CUT, _INSERT, _DOUBLE, _SET = range(5)
_CHANGES = st.lists(
    st.tuples(st.integers(0, 4), st.floats(0, 1), st.integers(1, 60), st.binary(max_size=8)),
    min_size=1,
    max_size=6,
)


def seed(made: Any, kind: str) -> bytes:
    image = made.picture(24, 16)
    if kind == "progressive":
        return made.encoded(
            image, "JPEG", progressive=True, exif=b"Exif\0\0II*\0\x08\0\0\0\0\0"
        )
    if kind == "tiled":
        return made.encoded(image, "TIFF", compression="tiff_lzw", tiffinfo={305: "a" * 40})
    return made.encoded(image, kind)


def changed(data: bytes, changes: list[tuple[int, float, int, bytes]]) -> bytes:
    found = bytearray(data)
    for what, share, length, other in changes:
        at = min(int(share * len(found)), max(0, len(found) - 1))
        part = bytes(found[at : at + length])
        if what == _FLIP and found:
            found[at] ^= 1 << (length % 8)
        elif what == _CUT:
            del found[at : at + length]
        elif what == _INSERT:
            found[at:at] = other
        elif what == _DOUBLE:
            found[at:at] = part * (1 + length % 5)
        elif what == _SET:
            found[at : at + len(other)] = other
    return bytes(found)


class Given:
    def __init__(self) -> None:
        self.data = b""

    def fetch(self, url: str, deadline: Deadline) -> bytes:
        return self.data


def answer(call: Any, *args: Any) -> tuple[int, int]:
    try:
        upload = call(*args)
    except Problem as problem:
        return problem.status, 0
    rgb = upload.photo.rgb
    assert rgb.dtype == np.uint8
    assert rgb.shape == (upload.size_wh[1], upload.size_wh[0], 3)
    return 200, hash(rgb.tobytes())


@pytest.mark.parametrize("kind", KINDS)
def test_every_way_has_the_same_answer(kind: str, made: Any) -> None:
    whole = seed(made, kind)
    page = Given()
    intake = Intake(IntakeLimits(max_pixels=4_000_000), page)

    @given(_CHANGES)
    @settings(
        max_examples=200,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    def holds(changes: list[tuple[int, float, int, bytes]]) -> None:
        data = changed(whole, changes)
        began = thread_time()
        found = answer(intake.from_bytes, data)
        assert thread_time() - began < 2
        assert found[0] in {200, 400, 415, 422}
        assert answer(intake.from_base64, base64.urlsafe_b64encode(data).decode()) == found
        page.data = data
        by_url = answer(intake.from_url, "http://example.com/", Deadline.after(9))
        assert by_url == found or (found[0] in {400, 415} and by_url[0] in {400, 502})
        lenient = answer(lambda one: intake.from_bytes(one, Wishes(allow_truncated=True)), data)
        assert lenient[0] in {200, 400, 415, 422}
        assert found[0] != 200 or lenient == found

    holds()


# A scan that the walk over the markers does not see would be decoded uncounted.
def test_no_change_hides_the_scans_of_a_bomb(made: Any) -> None:
    bomb = made.scan_bomb(512, 400)  # decoded whole it takes some 0.5 s
    intake = Intake(IntakeLimits(max_scans=20))

    @given(_CHANGES)
    @settings(max_examples=150, deadline=None, derandomize=True)
    def holds(changes: list[tuple[int, float, int, bytes]]) -> None:
        began = thread_time()
        answer(intake.from_bytes, changed(bomb[:3000], changes) + bomb[3000:])
        assert thread_time() - began < 0.2

    holds()


@pytest.mark.parametrize("quality", [30, 75, 95])
@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF"])
def test_three_decoders_agree(kind: str, quality: int, made: Any, intake: Intake) -> None:
    for size in ((64, 48), (65, 49), (17, 31), (1, 1), (640, 3)):
        for options in ({}, {"progressive": True}, {"subsampling": 0}):
            if options and kind != "JPEG":
                continue
            data = made.encoded(made.picture(*size), kind, quality=quality, **options)
            check_header(data, kind.lower(), IntakeLimits())
            other = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
            rgb = intake.from_bytes(data).photo.rgb
            assert other is not None
            assert np.abs(other.astype(int) - rgb).mean() < 3, (size, options)
