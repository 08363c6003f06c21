"""Where gRPC listens, and for how long."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from grpc import aio

from edge_server.oip.rpc import Service
from edge_server.settings import SettingsError
from edge_server.store.photos_rpc import PhotoService

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from edge_server.api.app import Services
    from edge_server.settings import Settings

# A connection is told to come again after so long, so that nobody keeps one for ever.
CONNECTION_SECONDS = 600


@asynccontextmanager
async def rpc_served(services: Services, leave: asyncio.Event) -> AsyncIterator[str]:
    """Serve until left, or until ``leave`` is set and what runs has finished.

    Gives the address ``host:port``; raises ``SettingsError`` where it cannot be had.
    """
    settings = services.settings
    service, photos = Service(services), PhotoService(services)
    server = aio.server(
        options=_options(settings), maximum_concurrent_rpcs=settings.max_connections
    )
    server.add_generic_rpc_handlers((service.handler(), photos.handler()))
    address = _opened(server, settings)
    await server.start()
    leaving = asyncio.create_task(_left(server, leave, settings.drain_seconds))
    try:
        yield address
    finally:
        leave.set()
        await leaving
        for used in (service, photos):
            await asyncio.to_thread(used.close)  # what runs in their threads may need this loop


async def _left(server: aio.Server, leave: asyncio.Event, seconds: float) -> None:
    await leave.wait()
    await server.stop(seconds)


def _opened(server: aio.Server, settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    wanted = max(0, settings.grpc_port)
    port = 0
    with suppress(RuntimeError):
        port = server.add_insecure_port(f"{host}:{wanted}")
    if not port:
        raise SettingsError(
            f"gRPC cannot listen at {settings.host} port {wanted}: say another --grpc-port"
        )
    return f"{host}:{port}"


def _options(settings: Settings) -> list[tuple[str, int]]:
    """Messages are taken up to the body's limit, and uncompressed: a small message cannot
    become a large one.  A port is not shared with another server.
    """
    return [
        ("grpc.max_receive_message_length", settings.max_body_bytes),
        ("grpc.max_send_message_length", -1),
        ("grpc.compression_enabled_algorithms_bitset", 1),
        ("grpc.so_reuseport", 0),
        ("grpc.max_concurrent_streams", 100),
        ("grpc.max_connection_age_ms", CONNECTION_SECONDS * 1000),
        ("grpc.max_connection_age_grace_ms", int(settings.max_request_seconds * 1000)),
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
    ]
