from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_runtime.errors import PhotoUnreadable, PocketLensError
from edge_runtime.images import Photo
from edge_runtime.outcomes import Ok, Unavailable
from edge_runtime.painting import Style
from edge_runtime.remote import How, RemoteLens, RemoteSettings

TASKS = {
    "segment": (),
    "background": (),
    "faces": (),
    "landmarks": (),
    "smile": (),
    "style": (),
    "classify": (),
    "detect": (),
    "depth": (),
    "super_resolution": (),
    "instances": (),
    "semantic_segmentation": (),
    "cut": (["cat"],),
}
Make = Callable[..., RemoteLens]


@pytest.mark.parametrize("task", TASKS)
def test_every_task_is_answered_and_says_where_from(
    task: str, fake: Any, remote_lens: Make, photo: Photo
) -> None:
    outcome = getattr(remote_lens(fake.url), task)(photo, *TASKS[task])
    assert isinstance(outcome, Ok), outcome
    provenance = outcome.provenance
    assert (provenance.where, provenance.variant, provenance.accelerator) == (
        "server",
        "fp32",
        "cpu",
    )
    assert provenance.sha256 == fake.sha256
    assert provenance.ms["server.run"] == 1.5
    assert provenance.ms["round_trip"] > 0
    assert provenance.attempts == 1
    assert provenance.bytes_sent == len(fake.seen[-1].body)


def test_what_is_said_reaches_the_server(fake: Any, remote_lens: Make, photo: Photo) -> None:
    how = How(model="m", checkpoint="c", seconds=90, key="mine")
    remote_lens(fake.url, key="secret").cut(photo, ["a", "b"], how, score=0.5, sharp=True)
    asked = fake.seen[-1]
    assert asked.path == (
        "/v1/cut?masks=rle&picture=png&objects=a%2Cb&score=0.5&sharp=true&model=m&checkpoint=c"
    )
    assert asked.headers["authorization"] == "Bearer secret"
    assert asked.headers["idempotency-key"] == "mine"
    assert 60_000 < int(asked.headers["x-deadline-ms"]) <= 90_000


def test_one_name_is_no_list_of_letters(fake: Any, remote_lens: Make, photo: Photo) -> None:
    remote_lens(fake.url).cut(photo, "cat")
    assert "objects=cat" in fake.seen[-1].path


def test_connections_are_used_again(fake: Any, remote_lens: Make, photo: Photo) -> None:
    lens = remote_lens(fake.url)
    for _ in range(3):
        assert isinstance(lens.faces(photo), Ok)
    assert len(lens._connections._idle) == 1


def test_a_picture_as_style_goes_along(fake: Any, remote_lens: Make, photo: Photo) -> None:
    outcome = remote_lens(fake.url).style(photo, Style(picture=photo, strength=0.0))
    assert isinstance(outcome, Ok)
    assert np.array_equal(outcome.value.pixels, photo.rgb)  # none of the style: the photo
    assert b'name="image"' in fake.seen[-1].body
    assert b'name="style_image"' in fake.seen[-1].body
    assert "style=" not in fake.seen[-1].path


@pytest.mark.parametrize("task", ["style", "super_resolution", "cut"])
def test_what_is_transparent_is_not_sent_and_stays_so(
    task: str, fake: Any, remote_lens: Make, photo: Photo
) -> None:
    alpha = np.zeros(photo.rgb.shape[:2], np.uint8)
    alpha[: len(alpha) // 2] = 128
    seen = Photo(photo.rgb, alpha)
    opaque = getattr(remote_lens(fake.url), task)(photo, *TASKS[task]).value.pixels
    sent = fake.seen[-1].body
    made = getattr(remote_lens(fake.url), task)(seen, *TASKS[task]).value.pixels
    assert fake.seen[-1].body == sent
    high = made.shape[0] // 2
    assert made.shape[2] == 4
    np.testing.assert_array_equal(made[..., :3], opaque[..., :3])
    assert made[high + 8 :, :, 3].max() == 0
    whole = opaque[..., 3] if opaque.shape[2] == 4 else np.full(made.shape[:2], 255)
    np.testing.assert_allclose(made[: high - 8, :, 3], whole[: high - 8] * (128 / 255), atol=1)


@pytest.mark.parametrize("asked", ["call", "lens"])
def test_another_file_than_the_one_demanded_is_no_answer(
    asked: str, fake: Any, remote_lens: Make, photo: Photo
) -> None:
    wanted = "cd" * 32
    files = {"the-faces": wanted} if asked == "lens" else {}
    how = How(sha256=wanted) if asked == "call" else None
    lens = remote_lens(fake.url, files=files)
    outcome = lens.faces(photo, how)
    assert isinstance(outcome, Unavailable)
    assert (outcome.code, outcome.retry_after) == ("wrong-file", None)
    fake.sha256 = wanted
    assert isinstance(lens.faces(photo, how), Ok)


def test_the_demanded_file_answers(fake: Any, remote_lens: Make, photo: Photo) -> None:
    assert isinstance(remote_lens(fake.url).faces(photo, How(sha256=fake.sha256)), Ok)


def test_missing_weights_are_no_answer_and_make_the_list_stale(
    fake: Any, remote_lens: Make, photo: Photo
) -> None:
    lens = remote_lens(fake.url)
    first = lens.models(seconds=60)
    assert lens.models() is first
    fake.missing = {"depth"}
    outcome = lens.depth(photo)
    assert isinstance(outcome, Unavailable)
    assert (outcome.code, outcome.retry_after) == ("weights-missing", None)
    assert lens.models(seconds=60) is not first


def test_a_broken_photo_is_the_callers_error(fake: Any, remote_lens: Make) -> None:
    with pytest.raises(PhotoUnreadable):
        remote_lens(fake.url).faces(b"no photo")
    assert fake.seen == []


@pytest.mark.parametrize(
    ("url", "key", "message"),
    [
        ("server.example", "", "is no server"),
        ("ftp://server.example", "", "is no server"),
        ("http://server.example:99999", "", "is no server"),
        ("http://server.example:80:81", "", "is no server"),
        ("http://server.example:http", "", "is no server"),
        ("http://[::1", "", "is no server"),
        ("http://my server", "", "is no server"),
        ("http://server.example", "k", "use https"),
        ("https://server.example", "k\n", "an end of line"),
        ("https://server.example", "k k", "a blank"),
        ("https://server.example", "ключ", "outside ASCII"),
    ],
)
def test_a_wrong_address_is_refused(url: str, key: str, message: str) -> None:
    with pytest.raises(PocketLensError, match=message):
        RemoteLens(url, key=key)


def test_a_file_without_certificates_is_refused(tmp_path: Path) -> None:
    settings = RemoteSettings(ca_file=tmp_path / "none.pem")
    with pytest.raises(PocketLensError, match=r"none\.pem holds no certificates"):
        RemoteLens("https://server.example", settings=settings)


def test_a_size_that_no_server_paints_at_is_refused(
    fake: Any, remote_lens: Make, photo: Photo
) -> None:
    with pytest.raises(PocketLensError, match="size_hw"):
        remote_lens(fake.url).style(photo, Style(size_hw=(256, 256)))
