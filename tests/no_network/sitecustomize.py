"""Python runs this at start: no socket goes anywhere but to this machine.

The tests put this folder on ``PYTHONPATH``, so that the commands they start are bound by
it as well.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from typing import Any


class NetworkDenied(Exception):
    """Something wanted to leave the machine."""


def _is_local(address: Any) -> bool:
    host = address[0] if isinstance(address, tuple) else None
    if host is None or host == "localhost":  # a Unix socket has a path, not a host
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _guarded(method: str) -> Any:
    original = getattr(socket.socket, method)

    def guard(self: socket.socket, address: Any) -> Any:
        if not _is_local(address):
            raise NetworkDenied(f"the tests deny sockets: {method} to {address!r}")
        return original(self, address)

    return guard


def _asks_nobody(host: Any) -> bool:
    """Whether its look-up needs no network: numbers, in every way of writing them."""
    if host is None or str(host).lower().rstrip(".") == "localhost":
        return True
    for parse in (ipaddress.ip_address, socket.inet_aton):
        with contextlib.suppress(OSError, ValueError, TypeError):
            parse(host)
            return True
    return False


def _resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
    if not _asks_nobody(host):
        raise NetworkDenied(f"the tests deny name look-ups: {host!r}")
    return _getaddrinfo(host, *args, **kwargs)


_getaddrinfo = socket.getaddrinfo


def install() -> None:
    """Put the guards on, once."""
    if socket.getaddrinfo is _resolve:
        return
    for method in ("connect", "connect_ex"):
        setattr(socket.socket, method, _guarded(method))
    socket.getaddrinfo = _resolve


install()
