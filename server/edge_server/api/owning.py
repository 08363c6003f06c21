"""What the current caller has stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_server.api.access import may_store, owner_of
from edge_server.tasks.task import Own

if TYPE_CHECKING:
    from edge_server.api.app import Services


def own_of(services: Services) -> Own | None:
    """None where nothing is kept here, or the caller's key has not the scope ``store``."""
    store = services.store if may_store() else None
    return None if store is None else Own(owner=owner_of(), store=store)
