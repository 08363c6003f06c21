"""The server as it runs: settings, engine, application, listener, in one process."""

from __future__ import annotations

import asyncio
import ctypes
import logging
import os
import sys
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from edge_runtime.bundle import Bundle
from edge_server.analysis.analyses import ANALYSES
from edge_server.api.app import Services, create_app
from edge_server.api.exporting import EngineNumbers
from edge_server.api.health import Numbers
from edge_server.engine.counting import Tally
from edge_server.engine.engine_settings import EngineSettings
from edge_server.engine.local import LocalEngine
from edge_server.intake.intake import Intake
from edge_server.intake.limits import IntakeLimits
from edge_server.intake.url_fetching import Fetcher, FetchRules
from edge_server.keys import KeyStore
from edge_server.logs import start_logging
from edge_server.search.attending import attended
from edge_server.settings import Settings, SettingsError, settings_from
from edge_server.store.tending import file_of, tended
from edge_server.tasks.every import every_servable, every_task
from edge_server.weights.weights_store import WeightsStore

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

_LOG = logging.getLogger("edge_server")
# Of malloc.h: M_ARENA_MAX, M_TRIM_THRESHOLD, M_MMAP_THRESHOLD.
_ARENA_MAX, _TRIM_THRESHOLD, _MMAP_THRESHOLD = -8, -1, -3
_KEPT_BYTES = 32 * 2**20
_OWN_PAGES_BYTES = 16 * 2**20


def serve(options: argparse.Namespace) -> int:
    """Start, print the address, serve until told to end; 0 once drained."""
    names = [field.name for field in msgspec.structs.fields(Settings)]
    settings = settings_from(os.environ, {name: getattr(options, name) for name in names})
    # torch's threads then sleep at their barriers instead of spinning, which several models
    # at once, or a busy machine, makes many times slower; read when torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    thrifty_malloc()
    start_logging(settings.log)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(_serve(settings))


def thrifty_malloc() -> None:
    """Let glibc keep memory for a few threads apart, not for each of a hundred, and keep what
    a photo took for the next one: from the kernel it would come page by page, which took a
    tenth of a request.  What is larger than a photo of 5 megapixels goes back at once.  Other
    C libraries have nothing to set."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_ARENA_MAX, 2 * (os.cpu_count() or 1))
        mallopt(_MMAP_THRESHOLD, _OWN_PAGES_BYTES)
        mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, which is faster, where there is one (not on Windows)."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _serve(settings: Settings) -> int:
    from edge_server.asgi.listening import Listener, opened

    draining = asyncio.Event()
    engine = local_engine(settings, tally := Tally())
    services = services_for(settings, engine, tally, draining.is_set)
    services.keys.list()  # a damaged file is said now, not to the first caller
    with opened(settings) as socket, tended(services), attended(services):
        leave = partial(_leave, services, draining)
        app = create_app(services)
        listener = Listener(settings, app, leave, services.early, engine.give_up)
        try:
            engine.warm(settings.preload)
            _go_on(services)
            async with _rpc(services, draining) as rpc:
                listener.when_started(lambda: _announce(listener.address(), rpc, settings))
                await listener.serve(sockets=[socket])
        finally:
            services.jobs.stop()
            await asyncio.to_thread(listener.bridge.close)  # its threads may need this loop
            finished = engine.drain(0 if listener.gave_up else settings.drain_seconds)
    _LOG.info("drained" if finished else "ended before everything had finished")
    return 0 if finished else 1


def _go_on(services: Services) -> None:
    """With the jobs that an earlier process left; a store that was never used is not made."""
    file = file_of(services.settings)
    if services.settings.store == "yes" and (file is None or file.exists()):
        services.jobs.start()


def _leave(services: Services, draining: asyncio.Event) -> None:
    """Take nothing new."""
    draining.set()
    services.jobs.leave()


def _rpc(services: Services, leave: asyncio.Event) -> AbstractAsyncContextManager[str]:
    """gRPC while this is held, where the settings have it: its address."""
    if not services.settings.grpc_port:
        return nullcontext("")
    from edge_server.oip.rpc_listening import rpc_served

    return rpc_served(services, leave)


def local_engine(settings: Settings, tally: Tally) -> LocalEngine:
    """The engine in this process, with every model of the bundle and of this package."""
    bundle = open_bundle(settings)
    store = WeightsStore(Path(settings.weights) if settings.weights else None)
    made = EngineSettings(
        devices=(device_of(settings.device),),
        slots=settings.threads,
        queue=_places(settings),
        memory_bytes=settings.memory_bytes,
    )
    return LocalEngine(every_servable(bundle, store), made, tally)


def _places(settings: Settings) -> int:
    """Room in a queue for all that the gates let in, were each of them an analysis of all."""
    cores = settings.threads or os.cpu_count() or 1
    return max(1 + settings.queue, 2 * cores) * len(ANALYSES)


def services_for(
    settings: Settings, engine: LocalEngine, tally: Tally, draining: Callable[[], bool]
) -> Services:
    """What the application is made of, around that engine."""
    bundle = open_bundle(settings)
    numbers = Numbers()
    numbers.registry.register(EngineNumbers(lambda: (*tally.metrics(), *engine.gauges())))
    return Services(
        settings=settings,
        engine=engine,
        intake=intake_of(settings),
        keys=KeyStore(settings.folder / "keys.json"),
        bundle=bundle,
        tasks=every_task(bundle, age_and_gender=settings.age_and_gender == "yes"),
        numbers=numbers,
        draining=draining,
    )


def intake_of(settings: Settings) -> Intake:
    """What takes images in, under the limits of the settings."""
    limits = IntakeLimits(
        max_bytes=settings.max_body_bytes,
        max_pixels=settings.max_pixels,
        max_side=settings.max_side,
    )
    rules = FetchRules(
        max_bytes=settings.max_body_bytes,
        ports=settings.url_ports,
        networks=settings.url_networks,
    )
    return Intake(limits, Fetcher(rules) if settings.urls_taken else None)


def open_bundle(settings: Settings) -> Bundle:
    """The bundle that is named, or the one that is found."""
    return Bundle.open(Path(settings.bundle) if settings.bundle else None)


def device_of(named: str) -> str:
    """The device that is named; ``auto`` is the first NVIDIA GPU, else the CPU.

    torch is asked only where the driver is there: importing it takes seconds, and a server
    of light models does without it.  Raises ``SettingsError`` for a GPU that is not there.
    """
    if named == "cpu" or (named == "auto" and not Path("/dev/nvidia0").exists()):
        return "cpu"
    try:
        import torch
    except ImportError:
        here = 0
    else:
        here = torch.cuda.device_count() if torch.cuda.is_available() else 0
    wanted = "cuda:0" if named in {"auto", "cuda"} else named
    if wanted in {f"cuda:{index}" for index in range(here)}:
        return wanted
    if named == "auto":
        return "cpu"
    raise SettingsError(f"there is no device {named}: say cpu, or one of {here} cuda devices")


def _announce(address: str, rpc: str, settings: Settings) -> None:
    """Where it is, on stdout, for people and for programs that wait for it."""
    also = f", gRPC: {rpc}" if rpc else ""
    print(f"PocketLens serves at {address}  (docs: {address}/docs{also})", flush=True)  # noqa: T201
    if settings.keys_required:
        text = "a key is asked for: make one with 'edge-serve keys add NAME'"
        print(text, file=sys.stderr)  # noqa: T201
