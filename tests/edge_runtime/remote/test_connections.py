from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from edge_runtime.remote.connections import Connections, Request, TransportError

GET = Request(method="GET", path="/v1/models")


def connections(url: str, most: int = 1 << 20) -> Connections:
    return Connections(url, None, most)


def test_an_answer_comes_whole_and_the_connection_stays(fake: Any) -> None:
    pool = connections(fake.url)
    for _ in range(2):
        line = pool.line()
        reply = line.ask(GET, time.monotonic() + 60)
        assert (reply.status, int(reply.headers["content-length"])) == (200, len(reply.body))
        line.cut()  # too late: nothing is cut
    assert len(pool._idle) == 1
    pool.close()
    assert pool._idle == []


def test_an_answer_that_comes_after_the_close_leaves_nothing_open(fake: Any) -> None:
    pool = connections(fake.url)
    line = pool.line()
    pool.close()
    assert line.ask(GET, time.monotonic() + 60).status == 200
    assert pool._idle == []
    assert line._connection.sock is None


def test_a_connection_that_the_server_closed_is_not_used_again(fake: Any) -> None:
    pool = connections(fake.url)
    pool.line().ask(GET, time.monotonic() + 60)
    sock = pool._idle[0].sock
    assert sock is not None
    sock.shutdown(2)
    assert pool.line().ask(GET, time.monotonic() + 60).status == 200
    pool.close()


def test_a_line_that_is_cut_ends_at_once(chaos: Any) -> None:
    chaos.faults = ["hang"]
    line = connections(chaos.url).line()
    started = time.monotonic()
    threading.Timer(0.1, line.cut).start()
    with pytest.raises(TransportError):
        line.ask(GET, time.monotonic() + 60)
    assert time.monotonic() - started < 30


def test_silence_ends_at_the_deadline(chaos: Any) -> None:
    chaos.faults = ["hang"]
    started = time.monotonic()
    with pytest.raises(TransportError, match="timed out"):
        connections(chaos.url).line().ask(GET, time.monotonic() + 0.1)
    assert time.monotonic() - started < 30


def test_an_answer_may_be_too_long(fake: Any) -> None:
    with pytest.raises(TransportError, match="more than 10 bytes"):
        connections(fake.url, 10).line().ask(GET, time.monotonic() + 60)


@pytest.mark.parametrize(
    ("url", "private"),
    [
        ("https://a.example", True),
        ("http://a.example", False),
        ("http://localhost:8000", True),
        ("http://127.0.0.1", True),
        ("http://[::1]:8000", True),
        ("http://10.0.0.1", False),
    ],
)
def test_who_can_read_along(url: str, private: bool) -> None:
    assert connections(url).private is private


def test_a_server_may_live_below_a_path() -> None:
    assert connections("http://a.example/vision/").path("/v1/faces") == "/vision/v1/faces"


def test_half_an_answer_is_none(chaos: Any) -> None:
    chaos.faults = ["half"]
    with pytest.raises(TransportError, match="in the middle"):
        connections(chaos.url).line().ask(GET, time.monotonic() + 60)
