"""The protocol over the real bundle, over a model that a test can hold, and over gRPC."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Semaphore
from typing import Any

import grpc
import numpy as np
import pytest
from flask.testing import FlaskClient

from edge_runtime.results import Mask
from edge_server.api.app import Services, create_app
from edge_server.engine.counting import Tally
from edge_server.engine.engine_settings import EngineSettings
from edge_server.engine.interface import Servable
from edge_server.engine.local import LocalEngine
from edge_server.oip.messages import SERVICE, message
from edge_server.running import local_engine, services_for
from edge_server.settings import Settings
from edge_server.tasks.task import NoParams, Task

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
SIZE = 3 * 5 * 3


class Held:
    """A model that answers once ``go`` is set; ``entered`` counts the runs that began."""

    memory_bytes = 1

    def __init__(self) -> None:
        self.go, self.load_go = Event(), Event()
        self.entered = Semaphore(0)
        self.broken = False
        self.go.set()
        self.load_go.set()

    def load(self, _device: str) -> Held:
        assert self.load_go.wait(20)
        if self.broken:
            raise ValueError("broken")
        return self

    def run(self, jobs: Sequence[Any]) -> Sequence[Any]:
        self.entered.release()
        assert self.go.wait(20)
        return [Mask(probability=job.rgb[..., 0].astype(np.float32) / 7) for job in jobs]

    def close(self) -> None:
        pass

    def servable(self) -> Servable:
        return Servable(
            id="held",
            load=self.load,
            available=lambda: True,
            sha256=lambda: "ab",
            own_slot=True,
            lane="light",
        )


def task_of_held() -> Task:
    def answer(_task: Task, call: Any) -> Any:
        return call.submit("held", call.params).result()

    return Task(
        name="held", title="", params=NoParams, result=Mask, models=("held",), answer=answer
    )


class Rpc:
    """A raw caller: bytes in, bytes out, what the server says."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.channel = grpc.insecure_channel(address, [("grpc.max_receive_message_length", -1)])

    def call(self, method: str, content: bytes, **given: Any) -> Any:
        """The future of a call, which is its status too."""
        return self.channel.unary_unary(f"/{SERVICE}/{method}").future(content, **given)

    def ask(self, method: str, /, **fields: Any) -> Any:
        """One method with a message of these fields: the answer's message."""
        content = message(f"{method}Request")(**fields).SerializeToString()
        return message(f"{method}Response").FromString(self.call(method, content).result(20))

    def refused(self, method: str, content: bytes, **given: Any) -> grpc.RpcError:
        """The error that a call ends with."""
        with pytest.raises(grpc.RpcError) as caught:
            self.call(method, content, **given).result(20)
        return caught.value


@dataclass
class World:
    """An application, however it is called."""

    services: Services
    http: FlaskClient
    held: Held
    rpc: Rpc
    left: Event

    def gauge(self, name: str) -> float:
        engine: Any = self.services.engine
        return float(sum(one.value for one in engine.gauges() if one.name == name))


@contextmanager
def rpc_of(services: Services) -> Iterator[Rpc]:
    """The gRPC server in a thread with a loop of its own."""
    from edge_server.oip.rpc_listening import rpc_served

    started: Any = threading.Event()
    box: list[Any] = []

    async def serve() -> None:
        leave = asyncio.Event()
        async with rpc_served(services, leave) as address:
            box.extend((address, asyncio.get_running_loop(), leave))
            started.set()
            await leave.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert started.wait(10)
    address, loop, leave = box
    rpc = Rpc(address)
    yield rpc
    rpc.channel.close()
    loop.call_soon_threadsafe(leave.set)
    thread.join(20)
    assert not thread.is_alive()


@pytest.fixture(scope="session")
def real_engine(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[LocalEngine, Tally]]:
    """One engine of the bundle's models for all these tests."""
    weights = str(tmp_path_factory.mktemp("weights"))
    tally = Tally()
    made = local_engine(Settings(weights=weights, threads=2, device="cpu"), tally)
    yield made, tally
    assert made.drain(30)


@pytest.fixture
def world(
    real_engine: tuple[LocalEngine, Tally], tmp_path: Path
) -> Iterator[Callable[..., World]]:
    """Makes an application with these settings; ``held=True`` has but the held model."""
    with ExitStack() as stack:

        def made(*, held: bool = False, slots: int = 1, **given: Any) -> World:
            settings = Settings(data=str(tmp_path), grpc_port=-1, **given)
            left, model = Event(), Held()
            services = services_for(settings, *real_engine, left.is_set)
            if held:
                engine = LocalEngine([model.servable()], EngineSettings(slots=slots), Tally())
                stack.callback(engine.close)
                services = replace(services, engine=engine, tasks=(task_of_held(),))
            http = create_app(services).test_client()
            rpc = stack.enter_context(rpc_of(services))
            return World(services, http, model, rpc, left)

        yield made


@pytest.fixture
def photo() -> np.ndarray[Any, Any]:
    """UINT8 [3, 5, 3]."""
    return np.arange(SIZE, dtype=np.uint8).reshape(3, 5, 3)
