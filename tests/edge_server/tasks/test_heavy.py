from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from edge_runtime.images import Photo
from edge_server.engine.interface import Deadline
from edge_server.engine.local import LocalEngine
from edge_server.heavy_model import heavy_models
from edge_server.problems import InvalidParameter, WeightsMissing
from edge_server.tasks.heavy import heavy_servables, heavy_tasks, servable_id
from edge_server.tasks.task import Call, Choice
from edge_server.weights.weights_store import WeightsStore


def call(engine: Any, task: Any, **choice: str) -> Call:
    return Call(
        engine=engine,
        photo=Photo(np.zeros((32, 32, 3), np.uint8)),
        params=task.params(),
        deadline=Deadline.after(5),
        choice=Choice(**choice),
    )


def test_every_heavy_model_has_an_address_of_its_task() -> None:
    tasks = {task.name: task for task in heavy_tasks()}
    for model in heavy_models().values():
        if model.spec.task:
            assert model.spec.id in tasks[model.spec.task].models
            assert tasks[model.spec.task].heavy
    assert "" not in tasks


def test_every_checkpoint_may_be_asked_for_and_says_how_to_get_it(tmp_path: Path) -> None:
    engine = LocalEngine(heavy_servables(WeightsStore(tmp_path)))
    try:
        for task in heavy_tasks():
            for checkpoint in heavy_models()[task.models[0]].spec.checkpoints:
                with pytest.raises(WeightsMissing, match="edge-serve weights pull"):
                    task.answer(task, call(engine, task, checkpoint=checkpoint.name))
            with pytest.raises(InvalidParameter, match="has the checkpoints"):
                task.answer(task, call(engine, task, checkpoint="none of them"))
    finally:
        engine.drain(5)


def test_the_default_has_the_models_own_id() -> None:
    assert servable_id("depth-bts") == "depth-bts"
    assert servable_id("depth-bts", "nyu-resnet50") == "depth-bts:nyu-resnet50"


class Store:
    """A store that has weights, and one of one's own."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.asked: list[tuple[str, str]] = []

    def rows(self) -> list[Any]:
        return [SimpleNamespace(model="depth-bts", checkpoint=n, here=True) for n in self.names]

    def has(self, model_id: str) -> bool:
        return model_id == "depth-bts"

    def get(self, model_id: str, checkpoint: str = "") -> Any:
        self.asked.append((model_id, checkpoint))
        return SimpleNamespace(sha256=f"hash of {checkpoint or 'the default'}")


@pytest.mark.parametrize(
    ("here", "variant"),
    [
        ((), "nyu-densenet161"),
        (("kitti-resnet50",), "kitti-resnet50"),
        (("kitti-resnet50", "mine"), "mine"),
    ],
)
def test_the_variant_is_the_checkpoint_that_is_loaded(
    here: tuple[str, ...], variant: str
) -> None:
    served = {one.id: one for one in heavy_servables(Store(*here))}  # type: ignore[arg-type]
    assert served["depth-bts"].variant == variant
    assert served["depth-bts:nyu-resnet50"].variant == "nyu-resnet50"


def test_what_was_hashed_is_what_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store("nyu-resnet50")
    loaded: list[Any] = []
    model = replace(
        heavy_models()["depth-bts"], load=lambda weights, _device: loaded.append(weights)
    )
    monkeypatch.setattr("edge_server.tasks.heavy.heavy_models", lambda: {"depth-bts": model})
    one = next(s for s in heavy_servables(store) if s.id == "depth-bts:nyu-resnet50")  # type: ignore[arg-type]
    assert one.available()
    assert one.sha256() == "hash of nyu-resnet50"
    one.load("cpu")
    assert [weights.sha256 for weights in loaded] == ["hash of nyu-resnet50"]
    assert len(store.asked) == 1


@pytest.mark.parametrize(("name", "channels"), [("super-resolution", 4), ("depth", 3)])
def test_transparency_goes_to_the_models_that_keep_it(name: str, channels: int) -> None:
    (task,) = [task for task in heavy_tasks() if task.name == name]
    seen: list[Any] = []

    class Engine:
        def submit(self, _model: str, rgb: Any, *_: Any) -> Any:
            seen.append(rgb)
            return SimpleNamespace(result=lambda: "answer")

    alpha = np.full((4, 6), 9, np.uint8)
    photo = Photo(np.zeros((4, 6, 3), np.uint8), alpha=alpha)
    assert task.answer(task, replace(call(Engine(), task), photo=photo)) == "answer"
    assert seen[0].shape == (4, 6, channels)
    assert channels == 3 or np.array_equal(seen[0][..., 3], alpha)
    task.answer(task, call(Engine(), task))
    assert seen[1].shape == (32, 32, 3)
