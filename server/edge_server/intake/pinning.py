"""Connections to an address that was checked, with one deadline for all that they do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpcore

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeAlias

    from edge_server.engine.interface import Deadline

    Connect: TypeAlias = Callable[[str, int, float], httpcore.NetworkStream]

_CONNECT_SECONDS = 4.0


def connect(address: str, port: int, seconds: float) -> httpcore.NetworkStream:
    """A plain TCP connection."""
    return httpcore.SyncBackend().connect_tcp(address, port, timeout=seconds)


class PinnedBackend(httpcore.NetworkBackend):
    """Whatever host is asked for, one of ``addresses`` is connected to.

    So the host is looked up once: a second answer, of a server that lies, is never seen.
    """

    def __init__(self, addresses: Sequence[str], deadline: Deadline, how: Connect) -> None:
        self._addresses = addresses
        self._deadline = deadline
        self._connect = how

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002  that of the URL, whose addresses are known already
        port: int,
        timeout: float | None = None,  # noqa: ARG002  the deadline stands above it
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """The first address that answers."""
        failed: Exception = httpcore.ConnectError("no address")
        for address in self._addresses:
            seconds = min(_CONNECT_SECONDS, _left(self._deadline, httpcore.ConnectTimeout))
            try:
                return _Bounded(self._connect(address, port, seconds), self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed


class _Bounded(httpcore.NetworkStream):
    """A stream whose every operation ends by the deadline, however few bytes trickle in."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, _left(self._deadline, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, _left(self._deadline, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        try:
            seconds = _left(self._deadline, httpcore.ConnectTimeout)
        except httpcore.ConnectTimeout:
            self._stream.close()  # as where the handshake fails: nobody else has it
            raise
        secure = self._stream.start_tls(ssl_context, server_hostname, seconds)
        return _Bounded(secure, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: Deadline, late: type[httpcore.TimeoutException]) -> float:
    seconds = deadline.remaining()
    if seconds <= 0:
        raise late("the deadline passed")
    return seconds
