from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edge_runtime.bundle import Bundle
from edge_server.engine.interface import Answer, Deadline
from edge_server.engine.local import LocalEngine
from edge_server.intake.intake import Intake
from edge_server.problems import InvalidParameter
from edge_server.tasks.light import light_servables
from edge_server.tasks.properties import properties_task
from edge_server.tasks.task import Call, Choice

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
TASK = properties_task()


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalEngine]:
    made = LocalEngine(light_servables(Bundle.open()))
    yield made
    assert made.drain(20)


@pytest.fixture
def ask(engine: LocalEngine) -> Callable[..., Answer]:
    def asked(name: str, choice: Choice | None = None, **given: Any) -> Answer:
        upload = Intake().from_bytes((SAMPLES / name).read_bytes())
        call = Call(
            engine=engine,
            photo=upload.photo,
            params=TASK.params(**given),
            deadline=Deadline.after(60),
            choice=choice or Choice(),
            upload=upload,
        )
        return TASK.answer(TASK, call)

    return asked


def test_the_classifier_is_named_and_what_was_measured_is_there(
    ask: Callable[..., Answer],
) -> None:
    answer = ask("china.jpg")
    assert answer.model == "image-classification"
    found = answer.value
    assert found.file.format == "jpeg"
    assert found.scene.place == "outdoor"
    assert found.tone.brightness == pytest.approx(0.585, abs=0.01)
    assert found.sharpness == pytest.approx(0.80, abs=0.02)
    assert found.likeness.kind == "photo"


def test_no_place_is_told_unasked_and_none_where_there_is_none(
    ask: Callable[..., Answer],
) -> None:
    assert ask("obama.jpg").value.location is None
    assert ask("obama.jpg", location=True).value.location is None


def test_another_model_is_refused(ask: Callable[..., Answer]) -> None:
    with pytest.raises(InvalidParameter):
        ask("china.jpg", Choice(model="smile"))
