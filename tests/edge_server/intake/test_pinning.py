from __future__ import annotations

import socket
from typing import Any

import httpcore
import pytest

from edge_server.engine.interface import Deadline
from edge_server.intake.pinning import PinnedBackend, connect


class Stream(httpcore.NetworkStream):
    """Remembers the seconds that it was given."""

    def __init__(self) -> None:
        self.given: list[float] = []
        self.closed = False

    def close(self) -> None:
        self.closed = True

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.given.append(timeout or -1)
        return b"a"

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.given.append(timeout or -1)

    def start_tls(self, *args: Any, **named: Any) -> httpcore.NetworkStream:
        self.given.append(args[-1])
        return self

    def get_extra_info(self, info: str) -> Any:
        return info


def test_the_address_is_that_which_was_checked() -> None:
    seen: list[tuple[str, int]] = []

    def how(address: str, port: int, seconds: float) -> httpcore.NetworkStream:
        seen.append((address, port))
        assert 0 < seconds <= 4
        if len(seen) < 3:
            raise httpcore.ConnectError("refused")
        return Stream()

    backend = PinnedBackend(["a", "b", "c", "d"], Deadline.after(9), how)
    backend.connect_tcp("evil.example", 80)
    assert seen == [("a", 80), ("b", 80), ("c", 80)]


def test_where_none_answers_the_last_error_is_told() -> None:
    def how(address: str, port: int, seconds: float) -> httpcore.NetworkStream:
        raise httpcore.ConnectTimeout(address)

    with pytest.raises(httpcore.ConnectTimeout, match="b"):
        PinnedBackend(["a", "b"], Deadline.after(9), how).connect_tcp("host", 80)
    with pytest.raises(httpcore.ConnectError):
        PinnedBackend([], Deadline.after(9), how).connect_tcp("host", 80)


def test_every_operation_has_what_is_left_of_the_time() -> None:
    inner = Stream()
    stream = PinnedBackend(["a"], Deadline.after(5), lambda *_args: inner).connect_tcp("h", 80)
    stream.read(9, timeout=60)
    stream.write(b"a", timeout=60)
    secure = stream.start_tls(None, "h", 60)  # type: ignore[arg-type]
    secure.read(9, 60)
    assert all(0 < seconds <= 5 for seconds in inner.given)
    assert len(inner.given) == 4
    assert secure.get_extra_info("socket") == "socket"


@pytest.mark.parametrize("step", ["connect", "read", "write", "tls"])
def test_after_the_deadline_nothing_is_begun(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr("edge_server.engine.interface.monotonic", lambda: now[0])
    inner = Stream()
    backend = PinnedBackend(["a"], Deadline.after(5), lambda *_args: inner)
    stream = backend.connect_tcp("h", 80)
    now[0] += 5.1
    steps = {
        "connect": lambda: backend.connect_tcp("h", 80),
        "read": lambda: stream.read(1),
        "write": lambda: stream.write(b"a"),
        "tls": lambda: stream.start_tls(None, "h"),  # type: ignore[arg-type]
    }
    with pytest.raises(httpcore.TimeoutException):
        steps[step]()
    assert inner.given == []
    # Who asks for the rest closes it himself, but for a connection that never became secure.
    assert inner.closed == (step == "tls")


def test_a_plain_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stream = connect("127.0.0.1", listener.getsockname()[1], 5)
        peer, _ = listener.accept()
        with peer:
            stream.write(b"hello", 5)
            assert peer.recv(9) == b"hello"
        stream.close()
