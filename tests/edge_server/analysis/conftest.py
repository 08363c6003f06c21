"""Analyses that a test can hold, over a real store in a folder of its own."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edge_runtime.results import Label, Labels
from edge_server.analysis.analyses import Analyses, Chosen
from edge_server.analysis.inquiry import Analyst, Wanted
from edge_server.analysis.jobs import Jobs
from edge_server.engine.interface import Answer, Deadline, Times
from edge_server.intake.intake import Intake
from edge_server.problems import Problem
from edge_server.settings import Settings
from edge_server.store.store import Store, open_store
from edge_server.tasks.task import Call, NoParams, Task

NAMES = ("caption", "objects", "classify", "smile", "faces")


def photo_bytes(seed: int = 0) -> bytes:
    """A small PNG that is no other's."""
    pixels = np.random.default_rng(seed).integers(0, 256, (48, 64, 3), np.uint8)
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()


@dataclass
class Laboratory:
    """Tasks whose answers a test decides; it is the engine too, which knows their versions.

    ``behave``: by task, what is done with a call: it returns labels or raises.
    """

    store: Store
    versions: dict[str, str | None] = field(default_factory=dict)
    behave: dict[str, Callable[[Call], Any]] = field(default_factory=dict)
    calls: list[tuple[str, Call]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.versions |= {f"{name}-model": f"{name}-1" for name in NAMES}
        self.versions["face-detection-short"] = "short-1"

    def version(self, model_id: str) -> str | None:
        return self.versions[model_id]

    def answer(self, task: Task, call: Call) -> Answer:
        self.calls.append((task.name, call))
        value = self.behave.get(task.name, lambda _call: None)(call)
        return Answer(
            value=value or Labels(labels=(Label(label=task.name, score=0.5),)),
            model=task.models[0],
            variant="v",
            sha256=self.versions[task.models[0]] or "",
            device="cpu",
            times=Times(queued=1, run=2),
        )

    def task(self, name: str, **given: Any) -> Task:
        made: dict[str, Any] = {
            "name": name,
            "title": name,
            "params": NoParams,
            "result": Labels,
            "models": (f"{name}-model",),
            "answer": self.answer,
        }
        return Task(**made | given)

    @property
    def analyses(self) -> Analyses:
        engine: Any = self
        return Analyses.of([self.task(name) for name in NAMES], engine)

    def analyst(self, *, keeps: bool = True) -> Analyst:
        store = self.store if keeps else None
        return Analyst(analyses=self.analyses, intake=Intake(), store=store)

    def wanted(self, *names: str, **given: Any) -> Wanted:
        made: dict[str, Any] = {"owner": "me", "deadline": Deadline.after(20)}
        return Wanted(chosen=Chosen(analyses=names or NAMES), **made | given)

    @property
    def asked(self) -> list[str]:
        return sorted(name for name, _ in self.calls)


@pytest.fixture
def store() -> Iterator[Store]:
    """In memory, where there is a folder that is: a disk makes such tests slow, no better."""
    memory = Path("/dev/shm")  # noqa: S108
    usable = os.access(memory, os.W_OK)
    with tempfile.TemporaryDirectory(dir=memory if usable else None) as folder:
        made = open_store(Settings(data=folder))
        assert made is not None
        yield made
        made.close()


@pytest.fixture
def laboratory(store: Store) -> Laboratory:
    return Laboratory(store)


@pytest.fixture
def jobs(store: Store) -> Jobs:
    return Jobs(store, most=3)


@pytest.fixture
def photo() -> Callable[..., bytes]:
    return photo_bytes


@pytest.fixture
def held() -> Callable[..., tuple[Callable[[Call], None], Event]]:
    """Makes behaviour that waits for an event."""

    def made() -> tuple[Callable[[Call], None], Event]:
        go = Event()

        def wait(_call: Call) -> None:
            assert go.wait(60)

        return wait, go

    return made


@pytest.fixture
def failing() -> Callable[[Exception], Callable[[Call], None]]:
    """Makes behaviour that raises."""

    def made(error: Exception) -> Callable[[Call], None]:
        def fail(_call: Call) -> None:
            raise error

        return fail

    return made


@pytest.fixture
def problem() -> type[Problem]:
    return Problem
