"""What a person reads."""

from __future__ import annotations

from edge_runtime.doctor.reporting import Finding, Report, StageReport, text

STAGE = StageReport(
    index=1,
    step="resize",
    verdict="agrees",
    max_abs=0.0,
    mean_abs=0.0,
    allowed_max=1.0,
    allowed_mean=0.02,
)
BGR = Finding(step="resize", index=1, diagnosis="bgr", says="has BGR", do="swap them")


def report(*findings: Finding, stages: tuple[StageReport, ...] = (STAGE,)) -> Report:
    return Report(
        model="smile",
        version="1.0.0",
        variant="fp16",
        runtime="flutter",
        device="Pixel 8",
        ran_on="gpu",
        photo="me.jpg",
        healthy=not findings,
        findings=findings,
        stages=stages,
    )


def test_a_healthy_dump() -> None:
    head, titles, stage, last = text(report()).split("\n")
    assert head == "smile 1.0.0 fp16, me.jpg: flutter gpu Pixel 8"
    assert titles.split() == ["stage", "difference", "mean", "allowed", "mean"]
    assert stage.split() == ["1", "resize", "0", "0", "1", "0.02", "ok"]
    assert last.startswith("healthy")


def test_a_finding() -> None:
    lines = text(report(BGR)).split("\n")
    assert lines[-1] == "resize: the app has BGR. To do: swap them."
    assert not any(line.startswith("healthy") for line in lines)


def test_how_sure_it_is() -> None:
    most = Finding(step="run", diagnosis="x", says="y", do="z", explains="most")
    guess = Finding(step="run", diagnosis="x", says="y", do="z", explains="nothing")
    other = Finding(step="run", diagnosis="x", says="y", do="z", also=("bgr", "grey"))
    assert most.sentence == "run: most of the difference is that the app y. To do: z."
    assert "nothing that was tried" in guess.sentence
    assert "(or: bgr, grey)" in other.sentence


def test_stages_that_are_not_compared() -> None:
    stages = (
        StageReport(index=2, step="run", face=1, verdict="not compared", note="no photo"),
        StageReport(index=3, step="nms", verdict="differs", max_abs=float("inf")),
    )
    lines = text(report(stages=stages)).split("\n")
    assert lines[2].split() == [
        "2",
        "run",
        "(face",
        "1)",
        "-",
        "-",
        "-",
        "-",
        "-",
        "no",
        "photo",
    ]
    assert lines[3].split()[-1] == "DIFFERS"
