from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_runtime import Lens, fallbacks
from edge_runtime.device_side import DeviceSide
from edge_runtime.enlarging import COMPACT
from edge_runtime.errors import BundleTampered, PhotoNotFound, UnknownName
from edge_runtime.images import Photo, open_photo
from edge_runtime.outcomes import Degraded, Ok, Unavailable
from edge_runtime.painting import Style
from edge_runtime.remote import How, RemoteLens
from edge_runtime.router import Router, Wish
from edge_runtime.routing import POLICIES

LIGHT = ("segment", "background", "faces", "landmarks", "smile", "style", "classify", "detect")
HEAVY = ("depth", "instances", "semantic_segmentation")
GONE = "http://127.0.0.1:9"  # the discard port: nobody listens


class Trying(Lens):
    """A lens whose faces take until it is ``free``, or cannot be looked for."""

    broken = False

    def __init__(self) -> None:
        super().__init__()
        self.free = threading.Event()
        self.free.set()

    def faces(self, *args: Any, **said: Any) -> Any:
        self.free.wait(60)
        if self.broken:
            raise BundleTampered("a file is not the one of the manifest: restore it")
        return super().faces(*args, **said)


@pytest.fixture
def lens() -> Trying:
    return Trying()


@pytest.fixture
def route(
    lens: Trying, remote_lens: Callable[..., RemoteLens]
) -> Iterator[Callable[..., Router]]:
    made: list[Router] = []

    def make(url: str | None, policy: Any = "device-first", **given: Any) -> Router:
        remote = None if url is None else remote_lens(url, **given)
        made.append(Router(lens, remote, policy, seconds=60.0))
        return made[-1]

    yield make
    lens.free.set()
    for one in made:
        one.close()


@pytest.fixture
def selfie(samples: Path) -> Path:
    return samples / "obama2.jpg"


def where(outcome: Any) -> str:
    assert isinstance(outcome, Ok | Degraded), outcome
    return str(outcome.provenance.where)


@pytest.mark.parametrize(
    ("policy", "side"),
    [
        ("device-first", "device"),
        ("server-first", "server"),
        ("device-only", "device"),
        ("best-quality", "device"),
    ],
)
def test_a_policy_says_who_is_asked(
    policy: str, side: str, fake: Any, route: Callable[..., Router], selfie: Path
) -> None:
    assert where(route(fake.url, policy).faces(selfie)) == side
    assert bool(fake.posts()) is (side == "server")


def test_a_question_may_have_a_policy_of_its_own(
    fake: Any, route: Callable[..., Router], selfie: Path
) -> None:
    router = route(fake.url, "device-first")
    assert where(router.faces(selfie, Wish(policy="server-first"))) == "server"


@pytest.mark.parametrize("task", LIGHT)
def test_device_only_opens_no_socket(
    task: str, route: Callable[..., Router], selfie: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    router = route("https://server.example", "device-only")

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "__init__", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    outcome = getattr(router, task)(selfie)
    assert isinstance(outcome, Ok)
    provenance = outcome.provenance
    assert (provenance.where, provenance.bytes_sent) == ("device", 0)
    assert len(provenance.sha256) == 64
    assert sum(provenance.ms.values()) > 0
    for heavy in HEAVY:
        assert isinstance(getattr(router, heavy)(selfie), Unavailable)
    patient = Wish(how=How(seconds=60))
    small = Photo(open_photo(selfie).rgb[:90, :80])
    larger = router.super_resolution(small, patient, scale=2)
    assert isinstance(larger, Degraded)
    assert larger.provenance.model == "super-resolution-compact"
    assert len(larger.provenance.sha256) == 64


def test_a_network_of_the_device_that_is_named_enlarges_however_large_the_photo_is(
    route: Callable[..., Router], selfie: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fallbacks, "MOST_FOR_DEVICE", 100)
    router = route(None, "device-only")
    small = Photo(open_photo(selfie).rgb[:90, :80])
    usual = router.super_resolution(small, scale=2)
    assert isinstance(usual, Degraded)
    assert usual.provenance.model == "lanczos"
    assert usual.why.endswith("(only a server has the model for super-resolution)")
    named = Wish(how=How(model=COMPACT, seconds=60))
    made = router.super_resolution(small, named, scale=2)
    assert isinstance(made, Ok)
    assert made.provenance.model == COMPACT
    assert made.value.pixels.shape == (180, 160, 3)
    assert isinstance(router.super_resolution(small, named, scale=3), Degraded)
    other = router.super_resolution(small, Wish(how=How(model="smile")), scale=2)
    assert isinstance(other, Unavailable)
    assert "unknown model for this task 'smile'" in other.why


@pytest.mark.parametrize("policy", [p for p in POLICIES if p != "device-only"])
@pytest.mark.parametrize("task", HEAVY)
def test_heavy_questions_go_to_the_server(
    policy: str, task: str, fake: Any, route: Callable[..., Router], selfie: Path
) -> None:
    assert where(getattr(route(fake.url, policy), task)(selfie)) == "server"


@pytest.mark.parametrize("policy", POLICIES)
def test_without_a_server_heavy_questions_have_no_answer(
    policy: str, route: Callable[..., Router], selfie: Path
) -> None:
    for url in (GONE, None):
        outcome = route(url, policy).depth(selfie)
        assert isinstance(outcome, Unavailable)
        assert outcome.why


@pytest.mark.parametrize("policy", ["server-first", "fastest", "device-first"])
def test_with_the_server_gone_the_device_answers_in_time(
    policy: str, route: Callable[..., Router], selfie: Path
) -> None:
    started = time.monotonic()
    outcome = route(GONE, policy).faces(selfie, Wish(how=How(seconds=90.0)))
    assert where(outcome) == "device"
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("fault", ["hang", "drip", "500", "html"])
def test_server_first_keeps_the_deadline(
    fault: str,
    chaos: Any,
    route: Callable[..., Router],
    selfie: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    router = route(chaos.url, "server-first")
    router.faces(selfie, Wish(policy="device-only"))  # the model is loaded
    monkeypatch.setattr(DeviceSide, "expected", lambda *_: 60.0)  # it is kept half of the time
    chaos.faults = ["", *[fault] * 9]
    started = time.monotonic()
    outcome = router.faces(selfie, Wish(how=How(seconds=6.0)))
    assert time.monotonic() - started < 20
    assert where(outcome) == "device"
    assert isinstance(outcome, Ok)


def test_a_broken_device_asks_the_server(
    fake: Any, route: Callable[..., Router], lens: Trying, selfie: Path
) -> None:
    lens.broken = True
    assert where(route(fake.url, "device-first").faces(selfie)) == "server"
    assert where(route(fake.url, "fastest").faces(selfie)) == "server"
    alone = route(fake.url, "device-only").faces(selfie)
    assert isinstance(alone, Unavailable)
    assert alone.code == "device-failed"


@pytest.mark.parametrize("policy", ["device-first", "server-first", "fastest"])
def test_where_both_fail_both_reasons_are_said(
    policy: str, route: Callable[..., Router], lens: Trying, selfie: Path
) -> None:
    lens.broken = True
    outcome = route(GONE, policy).faces(selfie)
    assert isinstance(outcome, Unavailable)
    assert "restore it" in outcome.why
    assert "cannot be reached" in outcome.why
    assert outcome.retry_after == 0


def test_the_fastest_answer_counts(
    fake: Any, chaos: Any, route: Callable[..., Router], lens: Trying, selfie: Path
) -> None:
    lens.free.clear()
    first = route(fake.url, "fastest")
    assert where(first.faces(selfie)) == "server"
    lens.free.set()
    first.close()  # the lens is the next router's alone
    chaos.faults = ["hang"]
    assert where(route(chaos.url, "fastest").faces(selfie)) == "device"


@pytest.mark.parametrize("policy", ["device-only", "fastest", "device-first"])
def test_nobody_in_time_is_no_answer(
    policy: str, chaos: Any, route: Callable[..., Router], lens: Trying, selfie: Path
) -> None:
    lens.free.clear()
    chaos.faults = ["hang"] * 3
    started = time.monotonic()
    outcome = route(chaos.url, policy).faces(selfie, Wish(how=How(seconds=0.3)))
    assert time.monotonic() - started < 20
    assert isinstance(outcome, Unavailable)
    assert outcome.code == "deadline"


def test_best_quality_sends_every_pixel(
    fake: Any, route: Callable[..., Router], samples: Path
) -> None:
    photo = samples / "obama.jpg"
    router = route(fake.url, "best-quality")
    outcome = router.semantic_segmentation(photo)
    assert isinstance(outcome, Ok)
    assert open_photo(fake.posts()[-1].body).size_wh == open_photo(photo).size_wh


def test_stale_capabilities_are_found_out(
    fake: Any, route: Callable[..., Router], selfie: Path
) -> None:
    router = route(fake.url)
    assert where(router.depth(selfie)) == "server"
    fake.missing = {"depth"}  # while the list that is known still says that it is ready
    for _ in range(2):
        outcome = router.depth(selfie)
        assert isinstance(outcome, Unavailable)
        assert outcome.code == "weights-missing"
    fake.missing, fake.state = set(), "weights-missing"
    asked = len(fake.posts())
    assert isinstance(route(fake.url).depth(selfie), Unavailable)
    assert len(fake.posts()) == asked  # what the list says is missing is not asked for


def test_the_list_is_asked_for_once(
    fake: Any, route: Callable[..., Router], selfie: Path
) -> None:
    router = route(fake.url, "server-first")
    for _ in range(3):
        router.faces(selfie)
    assert len(fake.seen) - len(fake.posts()) == 1


def test_another_model_is_told_to_both_sides(
    fake: Any, route: Callable[..., Router], selfie: Path
) -> None:
    wish = Wish(how=How(model="face-detection-full"))
    outcome = route(fake.url).faces(selfie, wish)
    assert isinstance(outcome, Ok)
    assert outcome.provenance.model == "face-detection-full"
    route(fake.url, "server-first").faces(selfie, wish)
    assert "model=face-detection-full" in fake.posts()[-1].path


def test_what_no_server_does_the_device_still_may(
    fake: Any, route: Callable[..., Router], selfie: Path
) -> None:
    style = Style(size_hw=(256, 256))
    assert where(route(fake.url, "server-first").style(selfie, style)) == "device"


def test_wrong_names_and_photos_are_told(
    fake: Any, route: Callable[..., Router], tmp_path: Path
) -> None:
    with pytest.raises(UnknownName, match="device-only"):
        route(fake.url, "devise-only")
    with pytest.raises(PhotoNotFound):
        route(fake.url).faces(tmp_path / "none.jpg")


@pytest.mark.parametrize("policy", ["device-first", "server-first", "device-only"])
def test_a_light_answer_says_that_it_is_less(
    policy: str, route: Callable[..., Router], samples: Path
) -> None:
    outcome = route(GONE, policy).cut(samples / "obama2.jpg", ["people"])
    assert isinstance(outcome, Degraded)
    assert outcome.value.found == ("person",)
    assert 0.1 < outcome.value.mask.mean() < 0.9
    assert "not by Mask R-CNN" in outcome.why
    assert outcome.provenance.where == "device"


def test_a_name_that_nobody_knows_is_no_empty_cut(
    route: Callable[..., Router], samples: Path
) -> None:
    outcome = route(GONE).cut(samples / "obama2.jpg", ["unicorn"])
    assert isinstance(outcome, Unavailable)
    assert "unicorn" in outcome.why


def test_what_both_sides_say_is_said_once(
    fake: Any, route: Callable[..., Router], selfie: Path
) -> None:
    outcome = route(fake.url).background(selfie, "sunst")
    assert isinstance(outcome, Unavailable)
    assert outcome.why.startswith("unknown background 'sunst' (did you mean 'sunset'?)")
    assert outcome.why.count("sunst") == 1


def test_the_server_gives_the_full_answer(
    fake: Any, route: Callable[..., Router], selfie: Path
) -> None:
    outcome = route(fake.url).cut(selfie, ["cat"])
    assert isinstance(outcome, Ok)
    larger = route(fake.url).super_resolution(selfie)
    assert isinstance(larger, Ok)
    assert np.array_equal(larger.value.pixels[::2, ::2], open_photo(selfie).rgb)
