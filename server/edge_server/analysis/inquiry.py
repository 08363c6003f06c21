"""One photo and the analyses that are wanted of it: what is kept already, and what is left."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeAlias

from edge_server.analysis.analysing import Asking, Tickets, outcomes
from edge_server.analysis.findings import Known
from edge_server.engine.interface import Priority
from edge_server.intake.decoding import Wishes
from edge_server.problems import Cancelled, Problem, UnknownName

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_server.analysis.analyses import Analyses, Chosen
    from edge_server.analysis.analysing import Outcome
    from edge_server.analysis.findings import Finding
    from edge_server.analysis.keeping import Keeping
    from edge_server.engine.interface import Deadline
    from edge_server.intake.intake import Intake
    from edge_server.intake.upload import Upload
    from edge_server.store.store import Store
    from edge_server.tasks.task import Own

Json: TypeAlias = dict[str, Any]
_LOG = logging.getLogger("edge_server")
NOT_KEPT = "not_kept"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """``own``: what the caller has stored, none where he may not see it.  ``pixels``: the
    photo is decoded whatever is kept.  ``keep``: results are taken from the store and put
    there.
    """

    chosen: Chosen
    owner: str
    deadline: Deadline
    own: Own | None = None
    pixels: bool = False
    keep: bool = True
    allow_truncated: bool = False
    priority: Priority = Priority.INTERACTIVE


@dataclass(kw_only=True)
class Inquiry:
    """What has come of a question so far; ``findings`` and ``problems`` by analysis.

    ``upload`` is None where everything had been kept, and nothing was decoded.
    """

    analyses: Analyses
    wanted: Wanted
    image: Json
    keeping: Keeping | None
    upload: Upload | None = None
    findings: dict[str, Finding] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    tickets: Tickets = field(default_factory=Tickets)
    ms: dict[str, float] = field(default_factory=dict)

    @property
    def left(self) -> tuple[str, ...]:
        """The analyses of which nothing has come."""
        ended = {**self.findings, **self.problems}
        return tuple(name for name in self.wanted.chosen.analyses if name not in ended)

    def proceed(self, patience: float | None = None) -> Iterator[Outcome | None]:
        """Each outcome as it comes, beginning with what was kept; what is new is kept then.

        None where nothing came for ``patience`` seconds.  Raises ``Cancelled`` where the
        caller has gone.
        """
        yield from list(self.findings.items())
        yield from list(self.problems.items())
        asking = self._asking()
        for outcome in outcomes(asking, patience) if asking else ():
            if outcome is not None:
                self._take(*outcome)
            yield outcome
        if self.tickets.gone:
            raise Cancelled("the caller hung up before the answer was ready")
        self._keep()

    def finish(self) -> None:
        """Wait for every outcome; raises the first problem where there is nothing else."""
        for _ in self.proceed():
            pass
        if self.problems and not self.findings:
            raise next(iter(self.problems.values()))

    def _asking(self) -> Asking | None:
        if self.upload is None or not self.left:
            return None
        return Asking(
            engine=self.analyses.engine,
            upload=self.upload,
            tasks=tuple(self.analyses.tasks[name] for name in self.left),
            deadline=self.wanted.deadline,
            own=self.wanted.own,
            priority=self.wanted.priority,
            tickets=self.tickets,
        )

    def _take(self, name: str, outcome: Finding | Problem) -> None:
        if isinstance(outcome, Problem):
            self.problems[name] = outcome
        else:
            self.findings[name] = outcome

    def _keep(self) -> None:
        new = {name: one for name, one in self.findings.items() if not one.stored}
        if self.keeping is None or self.upload is None or not new:
            return
        try:
            self.keeping.keep(self.upload, new)
        except Problem as problem:  # what was computed is answered all the same
            _LOG.warning("results could not be kept: %s", problem.code)
            self.warnings.append(NOT_KEPT)


@dataclass(frozen=True, kw_only=True)
class Analyst:
    """Begins inquiries; any number of threads may use one.  ``store``: None keeps nothing."""

    analyses: Analyses
    intake: Intake
    store: Store | None

    def begin(self, content: bytes, wanted: Wanted) -> Inquiry:
        """Look at what is kept of these bytes, and decode them where something is left.

        Raises the ``Problem`` of bytes that are no photo.
        """
        began = perf_counter()
        keeping = self._keeping(wanted)
        known = _looked_up(keeping, content, wanted)
        inquiry = Inquiry(
            analyses=self.analyses,
            wanted=wanted,
            image={},
            keeping=keeping,
            findings={name: known.findings[name] for name in known.findings},
            problems=self._unknown(wanted),
        )
        if known.findings and not inquiry.left and not wanted.pixels:
            inquiry.image = _kept_image(known)
            return inquiry
        wishes = Wishes(allow_truncated=wanted.allow_truncated)
        inquiry.upload = self.intake.from_bytes(content, wishes)
        inquiry.image = image_json(inquiry.upload)
        inquiry.ms["decode"] = round(1000 * (perf_counter() - began), 3)
        return inquiry

    def _unknown(self, wanted: Wanted) -> dict[str, Problem]:
        """A job may be older than this server."""
        known = self.analyses.known
        return {
            name: UnknownName(f"there is no analysis {name} any more: leave it out")
            for name in wanted.chosen.analyses
            if name not in known
        }

    def _keeping(self, wanted: Wanted) -> Keeping | None:
        if self.store is None or not wanted.keep:
            return None
        from edge_server.analysis.keeping import Keeping

        return Keeping(
            store=self.store,
            analyses=self.analyses,
            owner=wanted.owner,
            allow_truncated=wanted.allow_truncated,
        )


def image_json(upload: Upload) -> Json:
    """What is told of the photo, as every task tells it."""
    rgb = upload.photo.rgb
    return {
        "sha256": upload.sha256,
        "size": [rgb.shape[1], rgb.shape[0]],
        "format": upload.format,
        "warnings": list(upload.warnings),
    }


def _looked_up(keeping: Keeping | None, content: bytes, wanted: Wanted) -> Known:
    """What is kept; where the store cannot be asked, everything is computed."""
    if keeping is None or not content:
        return Known(sha256="")
    try:
        sha256 = hashlib.sha256(content).hexdigest()
        return keeping.known(sha256, wanted.chosen.analyses)
    except Problem as problem:
        _LOG.warning("the store could not be asked: %s", problem.code)
        return Known(sha256="")


def _kept_image(known: Known) -> Json:
    return {
        "sha256": known.sha256,
        "size": list(known.size_wh),
        "format": known.format,
        "warnings": list(known.warnings),
    }
