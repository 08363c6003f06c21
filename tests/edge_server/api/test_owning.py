"""Whose things a request may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import g

from edge_server.api.owning import own_of


@pytest.mark.parametrize(
    ("store", "scopes", "owner"),
    [
        ("yes", None, "local"),
        ("yes", ("infer", "store"), "somebody"),
        ("yes", ("infer",), None),
        ("no", None, None),
        ("no", ("infer", "store"), None),
    ],
)
def test_a_key_needs_the_scope_and_the_server_a_store(
    client: Callable[..., Any], store: str, scopes: tuple[str, ...] | None, owner: str | None
) -> None:
    services = client(store=store).services
    with client().http.application.test_request_context("/v1/faces"):
        if scopes is not None:
            g.owner, g.may_store = "somebody", "store" in scopes
        own = own_of(services)
    assert (own.owner if own else None) == owner
    assert own is None or own.store is services.store
