"""What a server says about a dump, as records and as text."""

from __future__ import annotations

from typing import Any

import msgspec

from edge_runtime.doctor.parity import Parity, TeacherReport, parity_of, parity_text
from edge_runtime.doctor.reporting import Finding, Report, StageReport


def report(*verdicts: Any) -> Report:
    stages = tuple(
        StageReport(index=at, step=f"step{at}", verdict=verdict, max_abs=float("inf"))
        for at, verdict in enumerate(verdicts)
    )
    ill = "differs" in verdicts
    found = Finding(step="step1", index=1, diagnosis="bgr", says="swaps", do="do not")
    return Report(
        model="smile",
        version="1",
        variant="fp32",
        runtime="flutter",
        device="",
        ran_on="",
        photo="me.jpg",
        healthy=not ill,
        findings=(found,) if ill else (),
        stages=stages,
    )


def test_the_first_that_differs_is_named() -> None:
    made = parity_of(report("agrees", "differs", "follows"), sha256="ab", rerun="litert fp32")
    assert made.first is not None
    assert made.first.step == "step1"
    assert not made.healthy
    assert parity_of(report("agrees"), sha256="", rerun="").first is None


def test_it_comes_back_from_json_with_fields_of_a_later_server() -> None:
    teacher = TeacherReport(model="big", says="alike", measure="IoU", value=0.91)
    made = msgspec.structs.replace(
        parity_of(report("differs"), sha256="ab", rerun="litert", ms={"run": 2.0}),
        teacher=teacher,
    )
    sent = msgspec.json.decode(msgspec.json.encode(made)) | {"later": 1}
    read = msgspec.json.decode(msgspec.json.encode(sent), type=Parity)
    assert read.teacher == teacher
    assert read.stages[0].max_abs is None  # JSON has no infinity
    said = parity_text(read)
    assert said.endswith("teacher big: IoU 0.910: alike")
    assert "swaps" in said


def test_a_teacher_that_is_not_there_says_why() -> None:
    made = parity_of(report("agrees"), sha256="", rerun="")
    without = TeacherReport(model="big", says="its weights are not here", command="pull big")
    said = parity_text(msgspec.structs.replace(made, teacher=without))
    assert said.splitlines()[-1] == "teacher big: its weights are not here"
