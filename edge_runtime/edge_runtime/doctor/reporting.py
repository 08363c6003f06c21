"""What the doctor says: records for programs, a table and sentences for a person."""

from __future__ import annotations

from math import isfinite
from typing import Literal, TypeAlias

from edge_runtime.record import Record

Verdict: TypeAlias = Literal["agrees", "differs", "follows", "not compared"]
_MARKS = {"agrees": "ok", "differs": "DIFFERS", "follows": "follows", "not compared": "-"}


class StageReport(Record, frozen=True, kw_only=True):
    """A stage of the app against what Python makes of the app's values before it.

    The differences are those of the ``array`` that is farthest off, none where its shape is
    another.  ``follows``: off because of what is said of an earlier stage.
    """

    index: int
    step: str
    verdict: Verdict
    face: int | None = None
    array: str = ""
    max_abs: float | None = None
    mean_abs: float | None = None
    allowed_max: float | None = None
    allowed_mean: float | None = None
    note: str = ""


class Finding(Record, frozen=True, kw_only=True):
    """Something that is wrong: where, what the app does, what to change.

    ``explains``: ``all`` where the app's values are those of this mistake, ``most`` where
    they are nearer to them than to anything else, ``nothing`` for a guess.  ``also`` are
    mistakes that give the same values here.
    """

    step: str
    diagnosis: str
    says: str
    do: str
    explains: Literal["all", "most", "nothing"] = "all"
    index: int | None = None
    face: int | None = None
    also: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The finding as one sentence, and what to do as another."""
        head = {
            "all": "the app",
            "most": "most of the difference is that the app",
            "nothing": "nothing that was tried gives the app's values; it seems that the app",
        }[self.explains]
        others = f" (or: {', '.join(self.also)})" if self.also else ""
        return f"{self.step}: {head} {self.says}{others}. To do: {self.do}."


class Report(Record, frozen=True, kw_only=True):
    """A dump, examined; the first of the ``findings`` is what to look at first."""

    model: str
    version: str
    variant: str
    runtime: str
    device: str
    ran_on: str
    photo: str
    healthy: bool
    findings: tuple[Finding, ...]
    stages: tuple[StageReport, ...]
    notes: tuple[str, ...] = ()


def text(report: Report) -> str:
    """A table of the stages, then what was found."""
    who = " ".join(filter(None, (report.runtime, report.ran_on, report.device[:60])))
    head = f"{report.model} {report.version} {report.variant}, {report.photo}: {who}".rstrip(
        ": "
    )
    lines = [head, _row("stage", "difference", "mean", "allowed", "mean", "")]
    lines += [_line(stage) for stage in report.stages]
    lines += [f"note: {note}" for note in report.notes]
    if report.healthy:
        return "\n".join([*lines, "healthy: the app computes what Python computes"])
    return "\n".join(lines + [finding.sentence for finding in report.findings])


def _line(stage: StageReport) -> str:
    face = "" if stage.face is None else f" (face {stage.face})"
    name = f"{stage.index} {stage.step}{face}"
    numbers = (stage.max_abs, stage.mean_abs, stage.allowed_max, stage.allowed_mean)
    said = " ".join(filter(None, (_MARKS[stage.verdict], stage.note)))
    return _row(name, *map(_number, numbers), said)


def _row(name: str, *cells: str) -> str:
    *numbers, said = cells
    return f"{name:<30}{''.join(f'{cell:>11}' for cell in numbers)}  {said}".rstrip()


def _number(value: float | None) -> str:
    return "-" if value is None or not isfinite(value) else f"{value:.3g}"
