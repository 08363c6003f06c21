"""The nearest hypothesis wins; where none is near, that is said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edge_runtime import contract as c
from edge_runtime.doctor import diagnosis
from edge_runtime.doctor.diagnosis import Case, explain
from edge_runtime.doctor.gaps import gap
from edge_runtime.doctor.hypotheses import Hypothesis
from edge_runtime.golden import Tolerance

PROGRAM: Any = (
    c.DecodePhoto(),
    c.FindFaces(model="face-detection-short"),
    c.CropSquare(scale=1.5),
    c.WriteTensor(),
    c.Run(),
    c.KeepPresent(output="presence", threshold=0.5),
)
RIGHT = np.linspace(0, 1, 100)
ALLOWED = {"a": Tolerance(max_abs=0.01, mean_abs=0.001)}
SEEN = RIGHT**2


def hypothesis(name: str, made: Any) -> Hypothesis:
    return Hypothesis(name=name, kinds=(c.Step,), says="s", do="d", make=lambda _: made)


def case(index: int, start: int | None = None, seen: np.ndarray = SEEN, **more: Any) -> Case:
    found = gap({"a": RIGHT}, {"a": seen}, ALLOWED)
    return Case(
        **{
            "program": PROGRAM,
            "start": index if start is None else start,
            "index": index,
            "seen": {"a": seen},
            "off": found,
            "tolerances": ALLOWED,
            "compute": lambda instead: {"a": instead.make(None)},
            "step": str(PROGRAM[index].__struct_config__.tag),
            **more,
        }
    )


@pytest.mark.parametrize(
    ("tried", "name", "explains"),
    [
        ({"off": RIGHT, "square": SEEN}, "square", "all"),
        ({"near": SEEN + 0.0005, "square": SEEN}, "square", "all"),
        ({"off": RIGHT, "near": SEEN + 0.04}, "near", "most"),
        ({"shape": SEEN[:5], "near": SEEN + 0.04}, "near", "most"),
        ({"off": RIGHT * 0.95}, "unexplained", "nothing"),
        ({"numbers": SEEN * np.nan}, "unexplained", "nothing"),
        ({}, "unexplained", "nothing"),
    ],
)
def test_the_nearest(
    tried: dict[str, Any], name: str, explains: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = tuple(hypothesis(*pair) for pair in tried.items())
    monkeypatch.setattr(diagnosis, "of_step", lambda _: known)
    found = explain(case(3))
    assert (found.diagnosis, found.explains) == (name, explains)
    assert (found.index, found.step) == (3, "write-tensor")


def test_mistakes_that_cannot_be_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    known = tuple(hypothesis(name, SEEN) for name in ("one", "other", "one"))
    monkeypatch.setattr(diagnosis, "of_step", lambda _: known)
    found = explain(case(3))
    assert (found.diagnosis, found.also) == ("one", ("other",))


@pytest.mark.parametrize(
    ("made", "name"),
    [
        (case(4, seen=RIGHT + 0.02), "delegate-imprecise"),
        (case(4, seen=1 - RIGHT), "delegate-wrong"),
        (case(4, seen=RIGHT * np.nan), "not-a-number"),
        (case(4, start=2), "unexplained"),
        (case(1), "other-faces"),
        (case(5, step="result"), "result-other"),
    ],
)
def test_what_is_left_to_think(made: Case, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "of_step", lambda _: ())
    found = explain(made)
    assert (found.diagnosis, found.explains) == (name, "nothing")
    assert found.do
