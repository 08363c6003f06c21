from __future__ import annotations

import typing
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from edge_runtime import contract as c
from edge_runtime.bundle import Bundle
from edge_runtime.errors import SpecError
from edge_runtime.geometry import Placement
from edge_runtime.postprocess import Scene
from edge_runtime.program import (
    AFTER_RUN,
    RESULTS,
    UP_TO_RUN,
    View,
    check_program,
    decode,
    execute,
    stages,
)
from edge_runtime.spec import ModelSpec, Task

SPECS = {entry.spec.id: entry.spec for entry in Bundle.open().manifest.models}
FACES = SPECS["face-detection-short"]


def test_every_step_after_the_run_has_its_function() -> None:
    from edge_runtime import contract_results

    steps = [s for s in typing.get_args(c.AnyStep) if s.__module__ == contract_results.__name__]
    assert set(AFTER_RUN) == set(steps)


def test_every_kind_of_task_has_its_result() -> None:
    kinds = {task.__struct_config__.tag for task in typing.get_args(Task)}
    assert set(RESULTS) == kinds


@pytest.mark.parametrize("model", SPECS)
def test_the_programs_of_the_bundle_make_sense(model: str) -> None:
    check_program(SPECS[model])


def changed(index: int, **fields: Any) -> ModelSpec:
    steps: list[Any] = list(FACES.program)
    steps[index] = replace(steps[index], **fields)
    return replace(FACES, program=tuple(steps))


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (
            replace(FACES, program=FACES.program[1:]),
            r"program\[0\] 'resize' takes photo, not",
        ),
        (replace(FACES, program=FACES.program[:-1]), "gives candidates.*has to give faces"),
        (replace(FACES, program=()), "gives bytes"),
        (changed(4, scores="score"), r"program\[4\] 'select-candidates'.*'score'"),
        (changed(2, input="picture"), r"program\[2\] 'write-tensor'.*'picture'"),
        (replace(SPECS["smile"], program=FACES.program), "'select-candidates' names"),
    ],
)
def test_a_program_that_makes_no_sense_is_refused(spec: ModelSpec, said: str) -> None:
    with pytest.raises(SpecError, match=said) as caught:
        check_program(spec)
    assert "\n" not in str(caught.value)


def outputs(score: float) -> dict[str, np.ndarray]:
    return {
        "boxes_xyxy": np.array([[[0.25, 0.25, 0.75, 0.75]]], np.float32),
        "points_xy": np.full((1, 1, 6, 2), 0.5, np.float32),
        "scores": np.array([[score]], np.float32),
    }


def test_the_stages_are_the_steps_in_their_order_and_the_last_is_the_result() -> None:
    scene = Scene(FACES.program, (), Placement.region(0, 0, 8, 8), (8, 8))
    made = list(stages(outputs(0.9), scene))
    assert [step for step, _ in made] == list(FACES.program[4:])
    assert made[-1][1] == decode(outputs(0.9), scene)
    assert made[-1][1].faces[0].box_xyxy == (2, 2, 6, 6)


def test_a_number_of_a_step_is_what_is_executed() -> None:
    for threshold, count in ((0.89, 1), (0.91, 0)):
        program = changed(4, threshold=threshold).program
        scene = Scene(program, (), Placement.region(0, 0, 8, 8), (8, 8))
        assert len(decode(outputs(0.9), scene).faces) == count


def test_where_a_step_finds_nothing_the_rest_is_left_out() -> None:
    program = SPECS["face-landmarks"].program
    scene = Scene(program, (), Placement.region(0, 0, 8, 8), (8, 8))
    nothing = {"presence": np.zeros((1, 1), np.float32), "points_xyz": np.zeros((1, 468, 3))}
    assert decode(nothing, scene) is None
    assert len(list(stages(nothing, scene))) == 1


def test_every_step_up_to_the_run_has_its_function() -> None:
    from edge_runtime import contract_inputs

    steps = {s for s in typing.get_args(c.AnyStep) if s.__module__ == contract_inputs.__name__}
    assert set(UP_TO_RUN) == steps - {c.DecodePhoto, c.FindFaces}  # the pipeline's


def view(model: str, **fields: Any) -> View:
    def run(tensors: Any) -> Any:
        assert {name: value.shape for name, value in tensors.items()} == shapes
        return {"picture": np.full((1, 8, 8, 3), 9, np.float32), **outputs(0.9)}

    vectors = {"style_weights": np.zeros((1, 26), np.float32)} if model == "style" else {}
    shapes = {"image": (8, 8, 3), **{name: vector.shape for name, vector in vectors.items()}}
    given = {"rgb": np.zeros((16, 32, 3), np.uint8), "size_hw": (8, 8), "vectors": vectors}
    return View(**{**given, "run": run, **fields})


def test_a_program_is_executed_step_by_step() -> None:
    program = SPECS["style-transfer"].program
    made = list(execute(program, view("style")))
    assert [step for step, _ in made] == list(program[1:])
    assert made[-1][1].pixels.shape == (16, 32, 3)
    assert (made[-1][1].pixels == 9).all()


@pytest.mark.parametrize(
    ("model", "said"), [("style-transfer", "style_weights"), ("smile", "give it one")]
)
def test_what_a_program_needs_beside_the_photo_is_said(model: str, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        list(execute(SPECS[model].program, view(model)))


def test_a_program_without_a_place_in_the_photo_is_refused() -> None:
    with pytest.raises(SpecError, match="neither resizes, crops nor cuts"):
        list(execute((c.DecodePhoto(),), view("x")))
