from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from flask import Flask

from edge_runtime.images import Photo
from edge_runtime.results import Depth, Mask
from edge_runtime.spec import Record
from edge_server.api.bodies import Body
from edge_server.api.gate import Gate
from edge_server.engine.interface import Deadline
from edge_server.parents.asking import (
    Asker,
    Question,
    accepted_picture,
    picture_response,
    pixels_of,
)
from edge_server.problems import (
    ImageTooSmall,
    MissingImage,
    ModelNotFound,
    NotAcceptable,
)
from edge_server.settings import Settings
from edge_server.tasks.task import Task

APP = Flask("x")
RGB = np.zeros((4, 6, 3), np.uint8)
UPLOAD: Any = SimpleNamespace(photo=Photo(RGB))


class Params(Record, frozen=True, kw_only=True):
    """``scale``: anything."""

    scale: int = 1


def refuse(_size_hw: tuple[int, int], _params: Record) -> None:
    raise ImageTooSmall("too small: send a larger one")


LIGHT = Task(
    name="light",
    title="",
    params=Params,
    result=object,
    models=("small", "large"),
    heavier=("large",),
    answer=lambda _task, call: call,  # type: ignore[arg-type, return-value]
)
HEAVY = replace(LIGHT, name="heavy", heavy=True, models=("slow",), heavier=(), check=refuse)


@pytest.fixture
def asker() -> Asker:
    gates = {heavy: Gate(permits=1, waiting=0) for heavy in (False, True)}
    here = {"small": "1", "large": None, "slow": None}
    services: Any = SimpleNamespace(
        settings=Settings(request_seconds=5, heavy_seconds=50),
        engine=SimpleNamespace(version=here.__getitem__, here=here),
        intake=SimpleNamespace(from_bytes=lambda content, _wishes: content),
        tasks=(LIGHT, HEAVY),
        gates=gates,
    )
    return Asker(services)


def test_the_first_model_whose_weights_are_here_answers(asker: Asker) -> None:
    best = Question(task="light", models=("large", "small"))
    assert asker.model_of(Question(task="light")) == "small"
    assert asker.model_of(best) == "small"
    asker.services.engine.here["large"] = "2"  # type: ignore[attr-defined]
    assert asker.model_of(best) == "large"
    assert asker.best("light") == best
    assert (asker.heavy(best), asker.heavy(Question(task="light"))) == (True, False)
    # none are here: the last says how to bring them
    assert asker.model_of(Question(task="heavy", models=("slow", "slow"))) == "slow"


def test_a_question_becomes_a_call_of_its_task(asker: Asker) -> None:
    question = Question(task="light", params={"scale": 3}, models=("small",))
    call: Any = asker.ask(question, UPLOAD, Deadline.after(1))
    assert (call.params, call.choice.model) == (Params(scale=3), "small")
    assert call.upload is UPLOAD
    with pytest.raises(ImageTooSmall):
        asker.ask(Question(task="heavy"), UPLOAD, Deadline.after(1))


def test_a_task_that_the_bundle_has_no_model_for_is_said(asker: Asker) -> None:
    question = Question(task="filter")
    with (
        APP.test_request_context("/"),
        pytest.raises(ModelNotFound, match="no model for filter"),
        asker.turn(question),
    ):
        pass


def test_a_turn_is_at_the_gate_of_the_model_that_answers(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_server.engine.interface.monotonic", lambda: 1000.0)
    light, best = Question(task="light"), Question(task="light", models=("large", "small"))

    def seconds(*questions: Question) -> float:
        with APP.test_request_context("/"), asker.turn(*questions) as deadline:
            return deadline.remaining()

    assert (seconds(light), seconds(best), seconds(light, Question(task="heavy"))) == (5, 5, 50)
    asker.services.engine.here["large"] = "2"  # type: ignore[attr-defined]
    assert seconds(best) == 50
    with asker.services.gates[True].passed(Deadline.after(1)):
        assert seconds(light) == 5  # the heavy gate is full, which is nothing to the light


def test_a_file_of_nothing_is_a_file_that_nobody_chose(asker: Asker) -> None:
    later, none = Deadline.after(1), Body(files={"bg": b""})
    assert asker.picture(none, "bg", later) is None
    with pytest.raises(MissingImage, match="'bg'"):
        asker.photo(none, "bg", later)
    sent: Any = asker.photo(Body(files={"bg": b"x"}), "bg", later)
    assert sent == b"x"


@pytest.mark.parametrize(
    ("accept", "found"),
    [
        (None, "image/png"),
        ("*/*", "image/png"),
        ("image/jpeg", "image/jpeg"),
        ("image/*", "image/png"),
        ("text/html,*/*;q=0.8", "image/png"),
    ],
)
def test_png_unless_another_picture_is_liked_better(accept: str | None, found: str) -> None:
    headers = {} if accept is None else {"Accept": accept}
    with APP.test_request_context("/", headers=headers):
        assert accepted_picture() == found


def test_what_is_no_picture_is_not_made() -> None:
    with (
        APP.test_request_context("/", headers={"Accept": "application/json"}),
        pytest.raises(NotAcceptable, match="image/png"),
    ):
        accepted_picture()


def test_depth_is_coloured_and_a_mask_is_grey() -> None:
    metres = np.linspace(1, 9, 24, dtype=np.float32).reshape(4, 6)
    depth: Any = SimpleNamespace(value=Depth(metres=metres, max_depth=10.0))
    mask: Any = SimpleNamespace(value=Mask(probability=metres / 10))
    assert pixels_of(depth, UPLOAD).shape == (4, 6, 3)
    grey = pixels_of(mask, UPLOAD)
    assert (grey.shape, grey.dtype, int(grey[0, 0])) == ((4, 6), np.uint8, 26)


@pytest.mark.parametrize(
    ("channels", "accept", "warning"),
    [
        (4, "image/jpeg", "transparency_on_white"),
        (4, "image/webp", None),
        (3, "image/jpeg", None),
    ],
)
def test_what_is_transparent_is_on_white_as_jpeg_and_that_is_said(
    channels: int, accept: str, warning: str | None
) -> None:
    made: Any = SimpleNamespace(model="m", variant="v", sha256="ab")
    answer = picture_response(np.zeros((4, 6, channels), np.uint8), accept, made)
    assert (answer.mimetype, answer.headers.get("X-Warnings")) == (accept, warning)
