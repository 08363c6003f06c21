"""Chaos: whatever breaks on the way, the answer is the true one or says that there is none."""

from __future__ import annotations

import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
import pytest
import trustme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge_runtime.images import Photo
from edge_runtime.outcomes import Ok, Unavailable
from edge_runtime.remote import How, RemoteLens, caller
from edge_runtime.remote.breaker import Breaker

Make = Callable[..., RemoteLens]
FAULTS = ("reset", "half", "500", "429", "503", "html", "empty", "nothing", "hang", "drip")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_never_an_empty_answer(
    fault: str, chaos: Any, remote_lens: Make, photo: Photo
) -> None:
    chaos.faults = [fault] * 9
    started = time.monotonic()
    outcome = remote_lens(chaos.url).faces(photo, How(seconds=0.4))
    assert time.monotonic() - started < 20  # what hangs or drips does so for a minute
    assert isinstance(outcome, Unavailable)
    assert outcome.why
    assert "\n" not in outcome.why


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(faults=st.lists(st.sampled_from(("", *FAULTS)), max_size=4))
def test_any_faults_give_the_truth_or_none_by_the_deadline(
    proxy: Any, remote_lens: Make, photo: Photo, faults: list[str]
) -> None:
    chaos = proxy()  # of its own: a request that is late takes no fault of the next example's
    chaos.faults, chaos.retry_after = list(faults), "0"
    started = time.monotonic()
    seconds = 0.3 if any(faults) else 60.0
    outcome = remote_lens(chaos.url).faces(photo, How(seconds=seconds))
    assert time.monotonic() - started < 20
    match outcome:
        case Ok(value, provenance):
            assert len(value.faces) == 1
            assert faults[provenance.attempts - 1 : provenance.attempts] in ([], [""])
        case Unavailable():
            assert any(faults)
        case _:
            pytest.fail(str(outcome))


@pytest.mark.parametrize("fault", ["reset", "half", "503", "html", "empty"])
def test_what_may_pass_is_tried_again(
    fault: str, chaos: Any, fake: Any, remote_lens: Make, photo: Photo
) -> None:
    chaos.faults, chaos.retry_after = [fault], "0"
    outcome = remote_lens(chaos.url).faces(photo)
    assert isinstance(outcome, Ok)
    assert outcome.provenance.attempts == 2
    assert set(fake.computed.values()) == {1}  # one key for both attempts


@pytest.mark.parametrize(("fault", "seconds"), [("500", 60.0), ("drip", 3.0)])
def test_what_will_not_pass_is_not(
    fault: str, seconds: float, chaos: Any, remote_lens: Make, photo: Photo
) -> None:
    chaos.faults = [fault]
    assert isinstance(remote_lens(chaos.url).faces(photo, How(seconds=seconds)), Unavailable)
    assert chaos.requests == 1


def test_attempts_have_an_end(chaos: Any, remote_lens: Make, photo: Photo) -> None:
    chaos.faults = ["reset"] * 9
    assert isinstance(remote_lens(chaos.url).faces(photo), Unavailable)
    assert chaos.requests == 3


def test_repetitions_have_a_budget(chaos: Any, remote_lens: Make, photo: Photo) -> None:
    chaos.faults = ["503"] * 100
    chaos.retry_after = "0"
    lens = remote_lens(chaos.url)
    for _ in range(20):
        lens.faces(photo)
    assert 30 <= chaos.requests <= 20 + 10 + 4  # of each, ten saved up, a fifth of twenty


def test_retry_after_is_obeyed(chaos: Any, remote_lens: Make, photo: Photo) -> None:
    chaos.faults = ["429"]
    lens = remote_lens(chaos.url)
    started = time.monotonic()
    assert isinstance(lens.faces(photo), Ok)
    assert time.monotonic() - started >= 1


def test_who_cannot_wait_is_told_how_long_and_asks_nothing(
    chaos: Any, remote_lens: Make, photo: Photo
) -> None:
    chaos.faults, chaos.retry_after = ["429"], "60"
    lens = remote_lens(chaos.url)
    first, second = lens.faces(photo), lens.faces(photo)
    assert isinstance(first, Unavailable)
    assert (first.code, first.retry_after) == ("rate-limited", 60)
    assert isinstance(second, Unavailable)
    assert second.retry_after is not None
    assert 10 < second.retry_after <= 60  # the rest of the minute
    assert chaos.requests == 1
    assert isinstance(lens.smile(photo), Ok)  # another address may be asked


def test_the_breaker_opens_and_recovers(
    chaos: Any, remote_lens: Make, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    chaos.faults = ["reset"] * 4
    lens = remote_lens(chaos.url, attempts=1)
    monkeypatch.setattr(lens._caller, "_breaker", Breaker(3, 0.5, lambda: now[0]))
    for _ in range(3):
        assert isinstance(lens.faces(photo), Unavailable)
    for _ in range(5):
        shut = lens.faces(photo)
        assert isinstance(shut, Unavailable)
        assert shut.code == "circuit-open"
        assert shut.retry_after == 0.5
    assert chaos.requests == 3
    now[0] += 0.5
    assert isinstance(lens.faces(photo), Unavailable)  # let through to see: the last fault
    assert chaos.requests == 4
    now[0] += 0.75
    assert isinstance(lens.faces(photo), Unavailable)  # it waits twice as long
    assert chaos.requests == 4
    now[0] += 0.25
    assert isinstance(lens.faces(photo), Ok)
    assert isinstance(lens.faces(photo), Ok)


def test_busy_is_not_dead(chaos: Any, remote_lens: Make, photo: Photo) -> None:
    chaos.faults, chaos.retry_after = ["503"] * 10, "0"
    lens = remote_lens(chaos.url, attempts=1, breaker_failures=3)
    for _ in range(10):
        lens.faces(photo)
    assert isinstance(lens.faces(photo), Ok)


def test_a_deadline_that_nobody_could_keep_says_nothing_of_the_server(
    chaos: Any, remote_lens: Make, photo: Photo
) -> None:
    lens = remote_lens(chaos.url, breaker_failures=1)
    assert isinstance(lens.faces(photo, How(seconds=0.0)), Unavailable)
    assert isinstance(lens.faces(photo), Ok)


class HeardFirst:
    """Whoever sent it says that its time is over before the one who waits for it does."""

    def __init__(self) -> None:
        self._said: SimpleQueue[Any] = SimpleQueue()
        self.put = self._said.put

    def get(self, timeout: float) -> Any:
        assert timeout < 60
        return self._said.get(timeout=60)


@pytest.mark.parametrize("seconds", [0.0, 0.2])
def test_a_deadline_is_one_whoever_comes_to_it_first(
    seconds: float,
    chaos: Any,
    remote_lens: Make,
    photo: Photo,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(caller, "SimpleQueue", HeardFirst)
    chaos.faults = ["hang"]
    outcome = remote_lens(chaos.url).faces(photo, How(seconds=seconds))
    assert isinstance(outcome, Unavailable)
    assert (outcome.code, outcome.retry_after) == ("deadline", 0)


def test_a_second_question_beside_a_slow_first(
    chaos: Any, fake: Any, remote_lens: Make, photo: Photo
) -> None:
    chaos.faults = ["hang"]
    started = time.monotonic()
    outcome = remote_lens(chaos.url, hedge_after=0.1).faces(photo)
    assert isinstance(outcome, Ok)
    assert 0.1 <= time.monotonic() - started < 30
    assert chaos.requests == 2
    assert set(fake.computed.values()) == {1}


def test_nobody_listens(remote_lens: Make, photo: Photo) -> None:
    with socket.socket() as bound:  # nobody else may listen there meanwhile
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        outcome = remote_lens(url).faces(photo)
    assert isinstance(outcome, Unavailable)
    assert outcome.code == "unreachable"


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[Callable[..., tuple[str, Path]]]:
    """Starts a TLS server with a certificate for a name; gives its URL and its authority."""
    ended = threading.Event()
    listening: list[tuple[socket.socket, threading.Thread]] = []

    def serve(server: socket.socket, context: ssl.SSLContext) -> None:
        body = b'{"models": []}'
        while not ended.is_set():
            try:
                plain, _ = server.accept()
                with plain, context.wrap_socket(plain, server_side=True) as one:
                    one.recv(4096)
                    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
                    one.sendall(head.encode() + body)
            except OSError:
                continue

    def begin(name: str) -> tuple[str, Path]:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(tmp_path / f"{name}.pem"))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(name).configure_cert(context)
        server = socket.create_server(("127.0.0.1", 0))
        thread = threading.Thread(target=serve, args=(server, context), daemon=True)
        listening.append((server, thread))
        thread.start()
        return f"https://127.0.0.1:{server.getsockname()[1]}", tmp_path / f"{name}.pem"

    yield begin
    ended.set()
    for server, thread in listening:
        server.shutdown(socket.SHUT_RDWR)
        thread.join(30)
        server.close()


@pytest.mark.parametrize(
    ("name", "trusted", "reached"),
    [("127.0.0.1", True, True), ("127.0.0.1", False, False), ("192.0.2.7", True, False)],
)
def test_certificates_are_verified(
    name: str, trusted: bool, reached: bool, tls: Any, remote_lens: Make
) -> None:
    url, authority = tls(name)
    lens = remote_lens(url, attempts=1, **({"ca_file": authority} if trusted else {}))
    models = lens.models(seconds=60)
    assert isinstance(models, Unavailable) is not reached
    if isinstance(models, Unavailable):
        assert "certificate is not trusted" in models.why


def test_answers_are_never_mixed_up(chaos: Any, remote_lens: Make) -> None:
    faults = [""] * 8 + ["reset", "half", "html", "503"]  # hedges may take all that repeats
    chance = random.Random(3)  # noqa: S311  no secret
    chaos.faults = [chance.choice(faults) for _ in range(400)]
    chaos.retry_after = "0"
    lens = remote_lens(chaos.url, breaker_failures=1000, hedge_after=0.05)

    def ask(width: int) -> int:
        photo = Photo(np.zeros((20, width, 3), np.uint8))
        outcome = lens.faces(photo)
        if isinstance(outcome, Unavailable):
            return 0
        (face,) = outcome.value.faces
        assert face.box_xyxy == (width / 4, 5, 3 * width / 4, 15)
        return 1

    with ThreadPoolExecutor(8) as threads:
        answered = sum(threads.map(ask, range(20, 140)))
    assert answered > 60
