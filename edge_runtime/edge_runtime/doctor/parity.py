"""A server's word on a dump: the doctor's report, and how far the model is from a teacher."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from edge_runtime.doctor.reporting import Report, StageReport, text
from edge_runtime.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping


class TeacherReport(Record, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """The light model against a heavy one of its task, on the photo of the dump.

    ``measure`` and ``value`` (0..1, 1 is the same) where it was computed; ``says`` what that
    means, or why it was not; ``command`` what brings the weights that are missing.
    """

    model: str
    says: str
    measure: str = ""
    value: float | None = None
    variant: str = ""
    sha256: str = ""
    command: str = ""


class Parity(Report, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A report; ``first``: the stage that differs first, none where all agree.

    ``sha256`` is that of the file that the app ran, ``rerun`` what the server ran in
    comparison; ``ms``: milliseconds by stage of the server's work.
    """

    sha256: str
    rerun: str
    first: StageReport | None = None
    teacher: TeacherReport | None = None
    ms: dict[str, float] = msgspec.field(default_factory=dict)


def parity_of(
    report: Report, *, sha256: str, rerun: str, ms: Mapping[str, float] | None = None
) -> Parity:
    """What is answered about a report, before a teacher is asked."""
    differing = (stage for stage in report.stages if stage.verdict == "differs")
    return Parity(
        **msgspec.structs.asdict(report),
        sha256=sha256,
        rerun=rerun,
        first=next(differing, None),
        ms=dict(ms or {}),
    )


def parity_text(parity: Parity) -> str:
    """The doctor's text, and a line of the teacher."""
    lines = [text(parity)]
    if parity.teacher is not None:
        lines.append(_taught(parity.teacher))
    return "\n".join(lines)


def _taught(teacher: TeacherReport) -> str:
    value = "" if teacher.value is None else f" {teacher.measure} {teacher.value:.3f}:"
    return f"teacher {teacher.model}:{value} {teacher.says}".replace(" :", ":")
