from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from edge_server.api.rates import Rates
from edge_server.keys import KeyStore
from edge_server.oip.rpc_access import Admitted, admitted, request_id_of
from edge_server.problems import Forbidden, RateLimited, Unauthenticated


class Context:
    """The two things of gRPC's context that are asked for."""

    def __init__(self, peer: str = "ipv4:127.0.0.1:5", **metadata: Any) -> None:
        self._peer = peer
        self._metadata = tuple((k.replace("_", "-"), v) for k, v in metadata.items())

    def peer(self) -> str:
        return self._peer

    def invocation_metadata(self) -> Any:
        return self._metadata or None


@pytest.fixture
def services(tmp_path: Path) -> Any:
    return SimpleNamespace(
        keys=KeyStore(tmp_path / "keys.json"),
        rates=Rates(2),
        settings=SimpleNamespace(keys_required=False),
    )


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("ipv4:10.0.0.7:50000", "10.0.0.7"),
        ("ipv6:[::1]:50000", "::1"),
        ("ipv6:[2001:db8::5]:1", "2001:db8::5"),
    ],
)
def test_without_keys_an_address_is_a_caller(peer: str, address: str, services: Any) -> None:
    assert admitted(services, "ModelInfer", Context(peer)) == Admitted(
        caller=f"address {address}"
    )


def test_a_key_is_a_caller_whatever_its_address(services: Any) -> None:
    key = services.keys.add("phone")
    one = admitted(services, "ModelInfer", Context(authorization=f"bearer {key}"))
    assert one == Admitted(caller=f"key {one.owner}", owner=one.owner, may_store=False)
    assert admitted(services, "ModelInfer", Context("ipv4:1.1.1.1:1", x_api_key=key)) == one
    with pytest.raises(RateLimited):
        admitted(services, "ModelInfer", Context(x_api_key=key))


def test_who_may_not(services: Any) -> None:
    with pytest.raises(Unauthenticated):
        admitted(services, "ModelInfer", Context(authorization="Bearer nothing"))
    other = services.keys.add("other", ("store",))
    with pytest.raises(Forbidden):
        admitted(services, "ModelInfer", Context(authorization=f"Bearer {other}"))
    assert admitted(services, "Put", Context(x_api_key=other), "store").caller
    services.settings.keys_required = True
    with pytest.raises(Unauthenticated, match="edge-serve keys add"):
        admitted(services, "ModelInfer", Context())


def test_a_key_stores_and_sees_what_is_stored_by_its_scope(services: Any) -> None:
    both = services.keys.add("both", ("infer", "store"))
    assert admitted(services, "ModelInfer", Context(x_api_key=both)).may_store
    assert admitted(services, "ModelInfer", Context()).may_store  # everybody's, without keys


def test_monitors_need_no_key_and_have_no_rate(services: Any) -> None:
    services.settings.keys_required = True
    for _ in range(10):
        assert admitted(services, "ServerLive", Context()) == Admitted()
        assert (
            admitted(services, "ServerReady", Context(authorization="Bearer no")) == Admitted()
        )


def test_the_name_of_a_request() -> None:
    assert request_id_of(Context(x_request_id="mine-0001")) == "mine-0001"  # type: ignore[arg-type]
    for sent in ("", "short", "a b c d e f", "x" * 65, "line\nfeed-1", b"bytes-here"):
        given = request_id_of(Context(x_request_id=sent))  # type: ignore[arg-type]
        assert given != sent
        assert re.fullmatch(r"[A-Za-z0-9._-]{8,64}", given)
