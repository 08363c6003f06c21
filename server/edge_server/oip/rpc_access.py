"""Who may call: the same keys and rates as over HTTP."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge_server.api.access import LOCAL
from edge_server.asgi.refusing import new_request_id
from edge_server.problems import Unauthenticated

if TYPE_CHECKING:
    from grpc import aio

    from edge_server.api.app import Services
    from edge_server.keys import Scope

# Methods that monitors call without a key.
OPEN = ("ServerLive", "ServerReady")
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


@dataclass(frozen=True, kw_only=True)
class Admitted:
    """What the rate is counted by: the key, or the address; "" where nothing is asked.

    ``owner`` is whose the things are that the call stores and sees, where it ``may_store``.
    """

    caller: str = ""
    owner: str = LOCAL
    may_store: bool = True


def admitted(
    services: Services, method: str, context: aio.ServicerContext, scope: Scope = "infer"
) -> Admitted:
    """Who calls; raises ``Unauthenticated``, ``Forbidden`` or ``RateLimited``."""
    if method in OPEN:
        return Admitted()
    who = _caller(services, context, scope)
    services.rates.take(who.caller)
    return who


def request_id_of(context: aio.ServicerContext) -> str:
    """The caller's own, or a new one."""
    sent = _metadata(context).get("x-request-id", "")
    return sent if _ID.fullmatch(sent) else new_request_id()


def _caller(services: Services, context: aio.ServicerContext, scope: Scope) -> Admitted:
    metadata = _metadata(context)
    scheme, _, text = metadata.get("authorization", "").partition(" ")
    sent = text.strip() if scheme.lower() == "bearer" else metadata.get("x-api-key", "").strip()
    if sent:
        record = services.keys.check(sent, scope)
        may_store = "store" in record.scopes
        return Admitted(caller=f"key {record.id}", owner=record.owner, may_store=may_store)
    if services.settings.keys_required:
        raise Unauthenticated(
            "a key is needed: make one with 'edge-serve keys add NAME' and send it as the "
            "metadata 'authorization: Bearer KEY'"
        )
    return Admitted(caller=f"address {_address(context.peer())}")


def _metadata(context: aio.ServicerContext) -> dict[str, str]:
    pairs = context.invocation_metadata() or ()
    return {name: value for name, value in pairs if isinstance(value, str)}


def _address(peer: str) -> str:
    """``ipv4:127.0.0.1:50000`` and ``ipv6:[::1]:50000`` without the port."""
    return peer.partition(":")[2].rpartition(":")[0].strip("[]")
