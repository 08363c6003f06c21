"""Bytes from a URL that a stranger names, under rules that keep it away from what is ours."""

from __future__ import annotations

import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NoReturn

import httpcore
import httpx

from edge_server.engine.interface import Deadline
from edge_server.intake.addresses import is_public
from edge_server.intake.pinning import PinnedBackend, connect
from edge_server.intake.resolving import resolve, resolve_in_time
from edge_server.intake.source_url import parse_url
from edge_server.problems import (
    BadUpstream,
    SourceTimeout,
    SourceTooLarge,
    TooManyRedirects,
    UrlNotAllowed,
    UrlNotFound,
)

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    from edge_server.intake.pinning import Connect
    from edge_server.intake.resolving import Resolve
    from edge_server.intake.source_url import SourceUrl

_REDIRECTS = {301, 302, 303, 307, 308}
_ENCODINGS = {b"gzip", b"x-gzip", b"deflate"}


@dataclass(frozen=True, kw_only=True)
class FetchRules:
    """``max_bytes`` of the decoded body; ``seconds`` for everything, redirects included.

    ``networks`` are the private ones, such as ``192.168.7.0/24``, that may be fetched from
    although they are not of the public internet; none by default.
    """

    max_bytes: int = 20 * 2**20
    seconds: float = 10.0
    redirects: int = 5
    ports: tuple[int, ...] = (80, 443)
    networks: tuple[str, ...] = ()


class Fetcher:
    """Fetches URLs; any number of threads may use one.

    Each hop is checked anew: the URL's form, then every address of its host; it connects
    to an address that was checked, sends no cookies, keys or proxies' names, and asks for
    the bytes as they are.
    """

    def __init__(
        self,
        rules: FetchRules | None = None,
        *,
        resolve: Resolve = resolve,
        connect: Connect = connect,
    ) -> None:
        self._rules = rules or FetchRules()
        self._resolve = resolve
        self._connect = connect

    def fetch(self, url: str, deadline: Deadline) -> bytes:
        """The body at this URL.

        Raises ``UrlNotAllowed``, ``UrlUnresolvable``, ``UrlNotFound``, ``TooManyRedirects``,
        ``SourceTooLarge``, ``SourceTimeout`` or ``BadUpstream``.
        """
        until = Deadline.after(min(self._rules.seconds, deadline.remaining()))
        here = parse_url(url, self._rules.ports)
        for _ in range(self._rules.redirects + 1):
            found = self._get(here, until)
            if isinstance(found, bytes):
                return found
            here = here.joined(found, self._rules.ports)
        raise TooManyRedirects(
            f"the URL redirects more than {self._rules.redirects} times: name the image itself",
            limit=self._rules.redirects,
        )

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """What certificates are checked with."""
        return httpx.create_ssl_context()

    def _get(self, url: SourceUrl, until: Deadline) -> bytes | str:
        """The body; or, as text, where a redirect leads."""
        addresses = resolve_in_time(url.host, self._resolve, until)
        if not all(is_public(address, self._rules.networks) for address in addresses):
            # One sentence for all, so that it tells nobody what our network looks like.
            raise UrlNotAllowed("the URL's host is not on the public internet: send the file")
        backend = PinnedBackend(addresses, until, self._connect)
        origin = httpcore.Origin(url.scheme.encode(), url.host.encode(), url.port)
        with (
            _as_problems(),
            httpcore.HTTPConnection(
                origin, ssl_context=self.tls, network_backend=backend
            ) as connection,
            connection.stream("GET", _address(url), headers=_headers(url)) as response,
        ):
            return self._read(response)

    def _read(self, response: httpcore.Response) -> bytes | str:
        headers = {name.lower(): value for name, value in reversed(response.headers)}
        if response.status in _REDIRECTS:
            if b"location" not in headers:
                raise BadUpstream("the URL redirects to nowhere: name the image itself")
            return headers[b"location"].decode("latin-1")
        if response.status in {404, 410}:
            raise UrlNotFound("there is nothing at the URL: check it")
        if response.status != 200:
            raise BadUpstream("the URL's server gave an error: try it in a browser")
        length = headers.get(b"content-length", b"")
        if length.isdigit() and int(length) > self._rules.max_bytes:
            self._too_large()
        return self._body(response, headers.get(b"content-encoding", b"identity").lower())

    def _body(self, response: httpcore.Response, encoding: bytes) -> bytes:
        """The body, counted as it is unpacked: no more of it is unpacked than is allowed."""
        if encoding not in _ENCODINGS | {b"identity", b""}:
            raise BadUpstream("the URL's server compressed the image unasked: send the file")
        inflate = zlib.decompressobj(wbits=47) if encoding in _ENCODINGS else None
        body = bytearray()
        for received in response.iter_stream():
            most = self._rules.max_bytes + 1 - len(body)
            body += inflate.decompress(received, most) if inflate else received
            if len(body) > self._rules.max_bytes:
                self._too_large()
        if not body:
            raise BadUpstream("the URL's server gave no bytes: try it in a browser")
        return bytes(body)

    def _too_large(self) -> NoReturn:
        raise SourceTooLarge(
            f"there are more than {self._rules.max_bytes} bytes at the URL: name a smaller one",
            limit=self._rules.max_bytes,
        )


def _address(url: SourceUrl) -> httpcore.URL:
    return httpcore.URL(
        scheme=url.scheme.encode(),
        host=url.host.encode(),
        port=url.port,
        target=url.target.encode(),
    )


def _headers(url: SourceUrl) -> list[tuple[str, str]]:
    return [
        ("Host", url.host_header),
        ("User-Agent", "PocketLens"),
        ("Accept", "image/*"),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
    ]


@contextmanager
def _as_problems() -> Iterator[None]:
    """What the connection raises, as a problem whose text names neither host nor cause."""
    try:
        yield
    except httpcore.TimeoutException:
        raise SourceTimeout(
            "the URL's server was too slow: try again, or send the file", retry_after=5
        ) from None
    except (httpcore.NetworkError, httpcore.ProtocolError, zlib.error, OSError):
        raise BadUpstream(
            "the URL's server could not be talked to: check the URL and its certificate"
        ) from None
