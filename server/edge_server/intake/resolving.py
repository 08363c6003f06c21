"""Names to addresses, in bounded time."""

from __future__ import annotations

import socket
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING, TypeAlias

from edge_server.problems import SourceTimeout, UrlUnresolvable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edge_server.engine.interface import Deadline

    Resolve: TypeAlias = Callable[[str], Sequence[str]]


def resolve(host: str) -> Sequence[str]:
    """Every address of a host, in the order in which they are to be tried.

    Raises ``OSError`` (``socket.gaierror``) or ``UnicodeError`` where it has none.
    """
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolve_in_time(host: str, how: Resolve, deadline: Deadline) -> Sequence[str]:
    """As ``how`` resolves it; ``UrlUnresolvable``, or ``SourceTimeout`` by the deadline.

    The system's resolver cannot be told to hurry, so it is left behind in its thread.
    """
    answer: Future[Sequence[str]] = Future()

    def look_up() -> None:
        try:
            answer.set_result(how(host))
        except Exception as error:  # noqa: BLE001  whatever it is, the one who waits hears it
            answer.set_exception(error)

    Thread(target=look_up, name="resolver", daemon=True).start()
    try:
        addresses = answer.result(timeout=max(0.0, deadline.remaining()))
    except TimeoutError:
        raise SourceTimeout(
            "the URL's host was not found in time: try again, or send the file", retry_after=5
        ) from None
    except (OSError, UnicodeError):
        addresses = ()
    if not addresses:
        raise UrlUnresolvable("the URL's host does not exist: check its name")
    return addresses
