from __future__ import annotations

from pathlib import Path

from edge_runtime.bundle import Bundle
from edge_server.tasks.every import every_servable, every_task
from edge_server.weights.weights_store import WeightsStore


def test_every_task_has_an_address_and_models_that_are_served(tmp_path: Path) -> None:
    bundle = Bundle.open()
    served = {one.id for one in every_servable(bundle, WeightsStore(tmp_path))}
    tasks = every_task(bundle)
    assert len({task.name for task in tasks}) == len(tasks)
    assert {"depth", "instances", "cut", "faces", "style"} <= {task.name for task in tasks}
    for task in tasks:
        assert set(task.models) <= served
        task.params()
