"""An address that a stranger names, taken apart strictly: what browsers mend is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

from edge_server.problems import UrlNotAllowed, UrlUnresolvable

if TYPE_CHECKING:
    from collections.abc import Collection

DEFAULT_PORTS = {"http": 80, "https": 443}
_MOST_CHARACTERS = 4096
# Parsers disagree about these, so that one would check another host than the other asks.
_AMBIGUOUS = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?")
_BRACKETS = re.compile(r"\[([0-9A-Fa-f:.]+)\]")
_AUTHORITY = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*)(?::(?P<port>[0-9]{1,5}))?")
_KEPT = "/?&=%:@!$'()*+,;~-._[]"


@dataclass(frozen=True, kw_only=True)
class SourceUrl:
    """``host`` in lower case, without brackets or final dot; ``target``: path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def host_header(self) -> str:
        """The host, and the port where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def joined(self, location: str, ports: Collection[int]) -> SourceUrl:
        """Where a redirect leads; ``UrlNotAllowed`` where it may not lead."""
        _check_text(location)
        here = f"{self.scheme}://{self.host_header}{self.target}"
        there = parse_url(urljoin(here, location), ports)
        if self.scheme == "https" and there.scheme == "http":
            raise UrlNotAllowed("the URL redirects from https to http: name the image itself")
        return there


def parse_url(text: str, ports: Collection[int]) -> SourceUrl:
    """Take an absolute http or https URL apart.

    Raises ``UrlNotAllowed`` for anything else: other schemes, a user name, a port that is
    not in ``ports``, characters that parsers disagree about, a host that is not ASCII; and
    ``UrlUnresolvable`` for a host that is longer than a name may be.
    """
    _check_text(text)
    try:
        parts = urlsplit(text)
    except ValueError:
        raise _malformed() from None
    if parts.scheme not in DEFAULT_PORTS:
        raise UrlNotAllowed("the URL is not of http or https: give one that is")
    authority = _AUTHORITY.fullmatch(parts.netloc)
    if authority is None:
        raise _malformed()
    port = int(authority["port"] or DEFAULT_PORTS[parts.scheme])
    if port not in ports:
        known = ", ".join(str(port) for port in sorted(ports))
        raise UrlNotAllowed(f"the URL's port is not among those allowed: {known}")
    return SourceUrl(
        scheme=parts.scheme,
        host=_host(authority["host"]),
        port=port,
        target=quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), _KEPT),
    )


def _check_text(text: str) -> None:
    if len(text) > _MOST_CHARACTERS:
        raise UrlNotAllowed(f"the URL has more than {_MOST_CHARACTERS} characters: shorten it")
    if _AMBIGUOUS.search(text):
        raise UrlNotAllowed("the URL has a backslash, a blank or a control character: quote it")


def _host(written: str) -> str:
    bracketed = _BRACKETS.fullmatch(written)
    if bracketed:
        return bracketed[1].lower()
    if not _NAME.fullmatch(written):
        raise _malformed()
    host = written.lower().removesuffix(".")
    if len(host) > 253 or any(not 0 < len(label) < 64 for label in host.split(".")):
        raise UrlUnresolvable("the URL's host is not a name that can exist: check it")
    return host


def _malformed() -> UrlNotAllowed:
    return UrlNotAllowed(
        "the URL is not scheme://host/path with a host in ASCII and no user name: mend it"
    )
