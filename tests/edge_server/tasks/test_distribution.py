from __future__ import annotations

from pathlib import Path
from typing import Any

from edge_runtime.bundle import Bundle
from edge_runtime.images import open_photo
from edge_server.engine.interface import Deadline
from edge_server.engine.local import LocalEngine
from edge_server.tasks.distribution import ask_distribution, distribution_in
from edge_server.tasks.light import light_servables, light_tasks
from edge_server.tasks.task import Call

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"


class Listening(LocalEngine):
    """Keeps what it was asked."""

    def submit(self, model_id: str, rgb: Any, params: Any, *given: Any) -> Any:
        self.asked = [*getattr(self, "asked", []), (model_id, params)]
        return super().submit(model_id, rgb, params, *given)


def test_classify_by_default_and_the_distribution_are_one_question() -> None:
    bundle = Bundle.open()
    task = next(one for one in light_tasks(bundle) if one.name == "classify")
    engine = Listening(light_servables(bundle))
    call = Call(
        engine=engine,
        photo=open_photo(SAMPLES / "chelsea.png"),
        params=task.params(),
        deadline=Deadline.after(60),
    )
    found = distribution_in(ask_distribution(call).result())
    told = task.answer(task, call)
    first, second = engine.asked
    assert first == second
    assert told.value == found.value.best
    assert (told.model, told.variant, told.sha256) == (found.model, found.variant, found.sha256)
    assert engine.drain(20)
