from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Any

import grpc
import msgspec
import pytest

from edge_server.oip.rpc_listening import rpc_served
from edge_server.settings import SettingsError


def enter(services: Any, inside: Callable[[str], object], **settings: Any) -> None:
    """Serve while ``inside`` runs, with other settings."""
    changed = msgspec.structs.replace(services.settings, **settings)
    object.__setattr__(services, "settings", changed)

    async def serve() -> None:
        async with rpc_served(services, asyncio.Event()) as address:
            await asyncio.to_thread(inside, address)

    asyncio.run(serve())


def live(address: str) -> bytes:
    with grpc.insecure_channel(address) as channel:
        call = channel.unary_unary("/inference.GRPCInferenceService/ServerLive")
        return bytes(call(b"", timeout=10))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_it_gives_its_address_and_is_gone_afterwards(
    host: str, world: Callable[..., Any]
) -> None:
    seen: list[str] = []
    here = world(held=True)

    def inside(address: str) -> None:
        seen.append(address)
        assert live(address)

    try:
        enter(here.services, inside, host=host, grpc_port=-1)
    except SettingsError:
        if host == "127.0.0.1":
            raise
        pytest.skip("this machine has no IPv6")
    assert not seen[0].endswith(":0")
    with pytest.raises(grpc.RpcError):
        live(seen[0])


def test_a_port_that_is_taken(world: Callable[..., Any]) -> None:
    here = world(held=True)
    port = int(here.rpc.address.rsplit(":", 1)[1])
    with pytest.raises(SettingsError, match="say another --grpc-port"):
        enter(world(held=True).services, lambda _address: None, grpc_port=port)


def test_the_port_that_was_asked_for(world: Callable[..., Any]) -> None:
    with socket.socket() as keeping:  # nobody else is given the port by chance
        keeping.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeping.bind(("127.0.0.1", 0))
        port = keeping.getsockname()[1]

        def inside(address: str) -> None:
            assert address == f"127.0.0.1:{port}"
            assert live(address)

        enter(world(held=True).services, inside, grpc_port=port)


def test_no_thread_stays(world: Callable[..., Any]) -> None:
    enter(world(held=True).services, live, grpc_port=-1)
    names = [thread.name for thread in threading.enumerate()]
    assert sum(name.startswith("grpc_") for name in names) == 0
