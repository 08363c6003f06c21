"""A model whose every step a test can see and hold."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from threading import Event, Lock, Semaphore, Thread
from threading import enumerate as threads
from typing import Any

import numpy as np
import pytest

from edge_runtime.spec import Record
from edge_server.engine.engine_settings import EngineSettings
from edge_server.engine.interface import Deadline, Priority, Servable
from edge_server.engine.local import LocalEngine
from edge_server.engine.submission import Submission, Work
from edge_server.heavy_model import Job

RGB = np.zeros((4, 6, 3), np.uint8)


class Params(Record, frozen=True, kw_only=True):
    """``value`` comes back as the answer."""

    value: int = 0


class FakeRunner:
    """What ``FakeModel.load`` gives."""

    def __init__(self, model: FakeModel, number: int) -> None:
        self.model, self.number = model, number
        self.memory_bytes = model.memory_bytes
        self.closed = False

    def run(self, jobs: Sequence[Job]) -> Sequence[Any]:
        assert not self.closed
        model = self.model
        with model.lock:
            model.runs.append([job.params.value for job in jobs])
            turn = len(model.runs)
        model.entered.release()
        assert model.gate.wait(20)
        return model.behave(self, jobs, turn)

    def close(self) -> None:
        assert not self.closed
        self.closed = True
        with self.model.lock:
            self.model.closed += 1


class FakeModel:
    """``gate`` holds every run while it is clear; ``entered`` counts the runs that began."""

    def __init__(self, model_id: str, **fields: Any) -> None:
        self.id = model_id
        self.memory_bytes = 100
        self.runs: list[list[int]] = []
        self.loads = self.opened = self.closed = 0
        self.lock, self.entered = Lock(), Semaphore(0)
        self.gate, self.load_gate = Event(), Event()
        self.gate.set()
        self.load_gate.set()
        self.load_entered = Semaphore(0)
        self.here = True
        self.on_load: Callable[[int], None] = lambda _number: None
        self.behave: Callable[[FakeRunner, Sequence[Job], int], Sequence[Any]] = (
            lambda _runner, jobs, _turn: [job.params.value for job in jobs]
        )
        self.fields = fields

    def load(self, _device: str) -> FakeRunner:
        with self.lock:
            self.loads += 1
            number = self.loads
        self.load_entered.release()
        assert self.load_gate.wait(20)
        self.on_load(number)
        with self.lock:
            self.opened += 1
        return FakeRunner(self, number)

    def servable(self, **fields: Any) -> Servable:
        given = {"sha256": lambda: f"sha-{self.id}", **self.fields, **fields}
        return Servable(id=self.id, load=self.load, available=lambda: self.here, **given)

    @property
    def alive(self) -> int:
        return self.opened - self.closed

    def wait_run(self) -> None:
        assert self.entered.acquire(timeout=20)

    def wait_load(self) -> None:
        assert self.load_entered.acquire(timeout=20)


@pytest.fixture
def fake() -> Callable[..., FakeModel]:
    return FakeModel


@pytest.fixture
def start() -> Iterator[Callable[..., LocalEngine]]:
    """Engines, each closed in the end; then none of their threads may be there."""
    others = set(threads())  # those of an engine that lives as long as the session
    engines: list[tuple[LocalEngine, Sequence[FakeModel]]] = []

    def started(*models: FakeModel, **settings: Any) -> LocalEngine:
        given = {"slots": 1, "watch_seconds": 0.02, **settings}
        engine = LocalEngine([model.servable() for model in models], EngineSettings(**given))
        engines.append((engine, models))
        return engine

    yield started
    for engine, models in engines:
        for model in models:
            model.gate.set()
            model.load_gate.set()
        engine.drain(20)
    for thread in set(threads()) - others:
        if thread.name.startswith("engine-"):
            thread.join(20)
            assert not thread.is_alive(), _stack(thread)
    assert [model.id for _, models in engines for model in models if model.alive] == []


def _stack(thread: Thread) -> str:
    """Where it is, for whoever has to find out why."""
    frame = sys._current_frames().get(thread.ident or 0)
    return "".join(traceback.format_stack(frame)) if frame else "it has just ended"


@pytest.fixture
def send() -> Callable[..., Submission]:
    def sent(
        engine: LocalEngine,
        model: str,
        value: int = 0,
        *,
        seconds: float = 20.0,
        priority: Priority = Priority.INTERACTIVE,
        rgb: np.ndarray = RGB,
    ) -> Submission:
        params = Params(value=value)
        return engine.submit(model, rgb, params, Deadline.after(seconds), priority)

    return sent


@pytest.fixture
def work() -> Callable[..., Work]:
    def made(
        model: str = "m",
        value: int = 0,
        *,
        seconds: float = 20.0,
        priority: Priority = Priority.INTERACTIVE,
        rgb: np.ndarray = RGB,
    ) -> Work:
        return Work(
            model_id=model,
            rgb=rgb,
            params=Params(value=value),
            deadline=Deadline.after(seconds),
            priority=priority,
        )

    return made


@pytest.fixture
def submission(work: Callable[..., Work]) -> Callable[..., Submission]:
    from edge_server.problems import DeadlineExceeded

    def made(*args: Any, ended: Any = lambda _one: None, **fields: Any) -> Submission:
        return Submission(work(*args, **fields), ended, lambda _one: DeadlineExceeded("late"))

    return made
