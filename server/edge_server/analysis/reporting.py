"""An inquiry written down: as one JSON, piece by piece, or as one picture."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeAlias

from edge_server.analysis.annotating import annotated
from edge_server.analysis.findings import with_masks
from edge_server.api import wire
from edge_server.asgi.refusing import problem_record
from edge_server.problems import Problem

if TYPE_CHECKING:
    from edge_server.analysis.findings import Finding
    from edge_server.analysis.inquiry import Inquiry

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Report:
    """How an inquiry is written down.

    ``media_type``: of the picture inside the JSON; empty for none.  ``began`` is when the
    request came, by the clock of ``perf_counter``.
    """

    inquiry: Inquiry
    request_id: str
    began: float
    masks: wire.Masks = "rle"
    media_type: str = ""
    path: str = ""

    def finding(self, name: str) -> Finding:
        """One result, its masks as they are wanted."""
        return with_masks(self.inquiry.findings[name], self.masks)

    def problem(self, problem: Problem) -> Json:
        """One problem, as it would be told if it were the whole answer."""
        return problem_record(problem, self.request_id, self.path)

    def picture(self, media_type: str) -> bytes:
        """One picture of everything."""
        upload = self.inquiry.upload
        if upload is None:
            raise Problem("the photo was not decoded: report this")
        return wire.encoded(annotated(upload.photo.rgb, self._findings()), media_type)

    def picture_json(self) -> Json:
        """That picture as JSON has it, where it is wanted."""
        if not self.media_type:
            return {}
        return {"picture": wire.file_json(self.picture(self.media_type), self.media_type)}

    def about(self) -> Json:
        """The photo, and what is not even tried."""
        skipped = list(self.inquiry.wanted.chosen.skipped)
        return {"image": self.inquiry.image, "skipped": skipped}

    def ends(self) -> Json:
        """What is known once everything has come."""
        total = round(1000 * (perf_counter() - self.began), 3)
        return {"warnings": self.inquiry.warnings, "ms": self.inquiry.ms | {"total": total}}

    def _findings(self) -> dict[str, Finding]:
        """In the order of the analyses, not in that in which they came."""
        found = self.inquiry.findings
        names = self.inquiry.wanted.chosen.analyses
        return {name: found[name] for name in names if name in found}

    def stored(self) -> list[str]:
        """The analyses that were kept, and not computed now."""
        return [name for name, one in self.inquiry.findings.items() if one.stored]

    def whole(self) -> Json:
        """Everything, as one answer."""
        ended = self.inquiry.problems
        names = self.inquiry.wanted.chosen.analyses
        problems = {name: self.problem(ended[name]) for name in names if name in ended}
        found = {
            "results": {name: self.finding(name) for name in self._findings()},
            "problems": problems,
        }
        return self.about() | found | self.picture_json() | self.ends()
