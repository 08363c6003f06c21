from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from time import monotonic

import pytest

from edge_server.engine.interface import Deadline
from edge_server.intake.resolving import resolve, resolve_in_time
from edge_server.problems import Problem


def test_every_address_once_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [(2, 1, 6, "", ("1.1.1.1", 0)), (2, 1, 6, "", ("8.8.8.8", 0))]
    entries += [(10, 1, 6, "", ("2a00::1", 0, 0, 0)), (2, 1, 6, "", ("1.1.1.1", 0))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_named: entries)
    assert resolve("example.com") == ("1.1.1.1", "8.8.8.8", "2a00::1")


def test_the_system_s_resolver_is_asked() -> None:
    assert "127.0.0.1" in resolve("localhost")
    assert resolve("127.0.0.1") == ("127.0.0.1",)


@pytest.mark.parametrize(
    "error",
    [socket.gaierror(-2, "Name or service not known"), UnicodeError("label too long"), None],
)
def test_a_host_without_addresses(
    error: Exception | None, refused: Callable[..., Problem]
) -> None:
    def look_up(_host: str) -> list[str]:
        if error is not None:
            raise error
        return []

    problem = refused("url-unresolvable", resolve_in_time, "a", look_up, Deadline.after(5))
    assert problem.status == 422


def test_a_resolver_that_takes_its_time_is_not_waited_for(
    refused: Callable[..., Problem],
) -> None:
    done = threading.Event()

    def look_up(_host: str) -> list[str]:
        done.wait(60)
        return ["1.1.1.1"]

    began = monotonic()
    problem = refused("source-timeout", resolve_in_time, "a", look_up, Deadline.after(0.1))
    assert monotonic() - began < 20
    assert (problem.status, problem.retryable) == (504, True)
    done.set()


def test_a_deadline_that_has_passed(refused: Callable[..., Problem]) -> None:
    wait = threading.Event()

    def look_up(_host: str) -> list[str]:
        wait.wait(60)
        return []

    refused("source-timeout", resolve_in_time, "a", look_up, Deadline.after(-1))
    wait.set()
