from __future__ import annotations

from itertools import pairwise

import pytest

from edge_runtime import contract as c
from edge_runtime import contract_templates as t

PROGRAMS = {
    "portrait_segmentation": t.portrait_segmentation(),
    "face_detection": t.face_detection(("nose",)),
    "face_landmarks": t.face_landmarks("faces", 1.5),
    "face_expression": t.face_expression("faces", 1.3, "happy"),
    "style_transfer": t.style_transfer(26),
    "style_transfer_any": t.style_transfer_any("styles"),
    "style_prediction": t.style_prediction(),
    "image_classification": t.image_classification(),
    "object_detection": t.object_detection(),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_step_takes_what_the_one_before_gives(name: str) -> None:
    program = PROGRAMS[name]
    assert program[0] == c.DecodePhoto()
    assert sum(isinstance(step, c.Run) for step in program) == 1
    for before, after in pairwise(program):
        assert after.takes == before.gives


def test_the_numbers_stand_in_the_steps() -> None:
    program = t.object_detection(score_threshold=0.3, iou_threshold=0.7, most=9)
    assert c.step_of(program, c.SelectCandidates).threshold == 0.3
    assert c.step_of(program, c.Nms) == c.Nms(iou_threshold=0.7, most=9)
    assert c.step_of(PROGRAMS["face_expression"], c.FindFaces).model == "faces"
