"""What a caller has stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_server.api.access import may_store, owner_of
from edge_server.tasks.task import Own

if TYPE_CHECKING:
    from edge_server.api.app import Services


def own_of(services: Services) -> Own | None:
    """None where nothing is kept here, or the caller's key has not the scope ``store``."""
    return own_by(services, owner_of(), may=may_store())


def own_by(services: Services, owner: str, *, may: bool) -> Own | None:
    """As :func:`own_of`, of a caller over another protocol; ``may``: store and see things."""
    store = services.store if may else None
    return None if store is None else Own(owner=owner, store=store)
