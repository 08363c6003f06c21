from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_server.engine.interface import Deadline
from edge_server.intake.decoding import Wishes
from edge_server.intake.intake import Intake
from edge_server.intake.limits import IntakeLimits
from edge_server.problems import BadUpstream, Problem


class Given:
    """A fetcher that has the bytes already."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def fetch(self, url: str, deadline: Deadline) -> bytes:
        return self._data


# Row 65.
@pytest.mark.parametrize("name", ["china.jpg", "coffee.png"])
def test_one_photo_is_the_same_by_every_way(name: str, samples: Path) -> None:
    data = (samples / name).read_bytes()
    intake = Intake(fetcher=Given(data))
    ways = [
        intake.from_bytes(data),
        intake.from_base64(base64.b64encode(data).decode()),
        intake.from_base64("data:image/jpeg;base64," + base64.urlsafe_b64encode(data).decode()),
        intake.from_url("http://example.com/", Deadline.after(9)),
    ]
    for upload in ways:
        np.testing.assert_array_equal(upload.photo.rgb, ways[0].photo.rgb)
        assert upload.sha256 == hashlib.sha256(data).hexdigest()
        assert upload.md5 == hashlib.md5(data).hexdigest()  # noqa: S324  not for security
        assert upload.encoded == data


def test_nothing_is_not_an_image(intake: Intake, refused: Callable[..., Problem]) -> None:
    for call, argument in ((intake.from_bytes, b""), (intake.from_base64, "")):
        assert refused("empty-image", call, argument).status == 400
    refused("empty-image", intake.from_base64, "data:image/png;base64,")


def test_too_many_bytes_are_refused_before_anything(
    made: Any, refused: Callable[..., Problem]
) -> None:
    data = made.of("PNG")
    intake = Intake(IntakeLimits(max_bytes=len(data)))
    assert intake.from_bytes(data).format == "png"
    problem = refused("body-too-large", intake.from_bytes, data + b"\0")
    assert (problem.status, problem.limit, problem.actual) == (413, len(data), len(data) + 1)


# Row 29.
def test_base64_twice(made: Any, intake: Intake, refused: Callable[..., Problem]) -> None:
    once = base64.b64encode(made.of("PNG"))
    problem = refused("image-undecodable", intake.from_base64, base64.b64encode(once).decode())
    assert "twice" in problem.detail
    text = base64.b64encode(b"This is text").decode()
    assert refused("unsupported-image-format", intake.from_base64, text).status == 415


# Row 86.
def test_urls_are_off_unless_they_are_on(
    intake: Intake, refused: Callable[..., Problem]
) -> None:
    deadline = Deadline.after(9)
    problem = refused("url-input-disabled", intake.from_url, "http://example.com/", deadline)
    assert problem.status == 403


# Row 79: a page is not an image.
@pytest.mark.parametrize("page", [b"<!doctype html>", b"<svg/>", b"%PDF-1.7", b"\x1f\x8b"])
def test_a_page_at_a_url_is_the_other_server_s_fault(page: bytes) -> None:
    with pytest.raises(BadUpstream):
        Intake(fetcher=Given(page)).from_url("http://example.com/", Deadline.after(9))


def test_a_url_may_be_scaled_and_its_image_may_be_bad(
    made: Any, refused: Callable[..., Problem]
) -> None:
    jpeg = made.encoded(made.picture(640, 480), "JPEG")
    deadline = Deadline.after(9)
    upload = Intake(fetcher=Given(jpeg)).from_url(
        "http://a.com/", deadline, Wishes(least_hw=(60, 60))
    )
    assert (upload.size_wh, upload.photo.size_wh) == ((640, 480), (80, 60))
    cut = Intake(fetcher=Given(jpeg[:999]))
    refused("image-truncated", cut.from_url, "http://a.com/", deadline)


def test_only_so_many_are_decoded_at_once(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most, lock = 0, 0, threading.Lock()
    from edge_server.intake import intake as module

    decode = module.decode

    def counted(*args: Any) -> Any:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        threading.Event().wait(0.02)
        with lock:
            inside -= 1
        return decode(*args)

    monkeypatch.setattr(module, "decode", counted)
    intake = Intake(IntakeLimits(decoders=2))
    with ThreadPoolExecutor(8) as threads:
        uploads = list(threads.map(intake.from_bytes, 16 * [made.of("PNG")]))
    assert len(uploads) == 16
    assert most == 2


def test_who_waits_too_long_for_a_decoder_may_try_again(
    made: Any, refused: Callable[..., Problem], monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = Intake(replace(IntakeLimits(), decoders=1, wait_seconds=0.01))
    with intake._a_decoder():
        problem = refused("overloaded", intake.from_bytes, made.of("PNG"))
    assert (problem.status, problem.retry_after) == (503, 2)
    with pytest.raises(Problem):
        intake.from_bytes(made.of("PNG")[:-40])
    assert intake.from_bytes(made.of("PNG")).format == "png"  # the decoder was given back


def test_lenient_and_strict_requests_do_not_mix(made: Any) -> None:
    data = made.encoded(made.picture(300, 200), "JPEG")[:2500]
    intake = Intake()

    def one(lenient: bool) -> str:
        try:
            return str(intake.from_bytes(data, Wishes(allow_truncated=lenient)).warnings)
        except Problem as problem:
            return problem.code

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(one, 100 * [True, False]))
    assert set(answers[::2]) == {"('truncated',)"}
    assert set(answers[1::2]) == {"image-truncated"}
