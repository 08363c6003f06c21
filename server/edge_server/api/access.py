"""Who may ask: the Host header, the key, the rate, and pages of other origins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, g, request
from werkzeug.exceptions import HTTPException

from edge_server.api.form_keys import FORMS, form_key
from edge_server.api.origins import origin_headers
from edge_server.problems import BadHost, MalformedRequest, Unauthenticated

if TYPE_CHECKING:
    from flask import Flask

    from edge_server.api.rates import Rates
    from edge_server.keys import KeyRecord, KeyStore, Scope
    from edge_server.settings import Settings

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
# Addresses that monitors and browsers ask without a key.
OPEN = ("/healthz", "/readyz", "/v2/health/live", "/v2/health/ready")
ADMIN = ("/metrics",)
# The page and the models that run in it, and how plain pages look: a browser loads them before
# it has a key.
PAGE = ("/page/", "/bundle/", "/runtime/", "/docs/docs.css")
# What is kept is an owner's: keys need the scope ``store`` below these.
STORED = ("/v1/photos", "/v1/search", "/v1/people", "/v1/jobs", "/v1/analyze/batch")
KEY_HEADER = "X-API-Key"
RAPID_HEADER = "X-RapidAPI-Key"  # as clients of that market send it
LOCAL = "local"  # whose things are that are stored without a key


@dataclass(frozen=True)
class Access:
    """Refuses a request before anything of it is read."""

    settings: Settings
    keys: KeyStore
    rates: Rates

    def attach(self, app: Flask) -> None:
        """Ask this before, and mark every answer after."""
        app.before_request(self.check)
        app.after_request(self.allow_origin)

    def check(self) -> Response | None:
        """None lets the request pass; raises the ``Problem`` otherwise."""
        if request.path in OPEN:  # whoever watches may know this server by another name
            return None
        self._check_host()
        if request.method == "OPTIONS" and "Origin" in request.headers:
            return Response(status=204)
        if _is_page():
            return None
        record = self._key()
        g.owner = record.owner if record else LOCAL
        g.may_store = record is None or "store" in record.scopes
        g.caller = f"key {record.id}" if record else f"address {request.remote_addr}"
        g.rate_left = self.rates.take(g.caller)
        return None

    def allow_origin(self, response: Response) -> Response:
        """CORS: an exact origin of the settings, never ``*``, never with credentials."""
        told = origin_headers(request.headers.get("Origin", ""), self.settings.cors_origins)
        if told:
            response.headers.update(told)
            response.headers["Access-Control-Allow-Methods"] = "GET, POST, PATCH, DELETE"
            response.headers["Access-Control-Allow-Headers"] = (
                f"Authorization, Content-Type, Idempotency-Key, {KEY_HEADER}, X-Deadline-Ms"
            )
            response.headers.add("Vary", "Origin")
        return response

    def _check_host(self) -> None:
        """Against names that a stranger's DNS points at this machine."""
        hosts = self.settings.hosts
        if not hosts and self.settings.on_loopback:
            hosts = LOOPBACK_HOSTS
        try:
            name = request.host.rsplit(":", 1)[0] if request.host[-1:] != "]" else request.host
        except (HTTPException, IndexError):
            raise BadHost("the Host header is not a host name: send this server's") from None
        if hosts and name.lower() not in hosts:
            raise BadHost("the Host header is not this server's: use its own name")

    def _key(self) -> KeyRecord | None:
        """The key that was sent; None where none was, and none is needed."""
        if "key" in request.args or "api_key" in request.args:
            raise MalformedRequest("a key in the address is kept in logs: send it as a header")
        sent = _sent_key()
        if not sent:
            sent = form_key(self.settings)
            g.key_in_form = bool(sent)
        if sent:
            return self.keys.check(sent, _scope())
        if self.settings.keys_required or (_scope() == "admin" and not self._from_here()):
            raise Unauthenticated(
                "a key is needed: make one with 'edge-serve keys add NAME' and send it as "
                "'Authorization: Bearer KEY'"
            )
        return None

    def _from_here(self) -> bool:
        return self.settings.on_loopback


def _is_page() -> bool:
    """Whether a page or a file of one is read, which has nothing of anybody."""
    if request.method not in {"GET", "HEAD"}:
        return False
    return request.path in FORMS or request.path.startswith(PAGE)


def _sent_key() -> str:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return text.strip()
    sent = request.headers.get(KEY_HEADER, request.headers.get(RAPID_HEADER, ""))
    return sent.strip()


def _scope() -> Scope:
    if request.path in ADMIN:
        return "admin"
    stored = any(request.path == at or request.path.startswith(f"{at}/") for at in STORED)
    return "store" if stored else "infer"


def owner_of() -> str:
    """Whose the things are that the current request stores and sees."""
    owner: str = g.get("owner", LOCAL)
    return owner


def may_store() -> bool:
    """Whether the current caller may keep things: everybody without a key, and every key
    that has the scope ``store``.
    """
    allowed: bool = g.get("may_store", True)
    return allowed


def key_in_form() -> bool:
    """Whether the caller's key came in a form: a browser has none for what a page shows."""
    found: bool = g.get("key_in_form", False)
    return found
