"""Findings in the store: found by the bytes of the photo, before anything is decoded.

A finding is kept for what decides it: the photo's SHA-256, the analysis, what was said about
decoding, the hash of every model that was asked, and the version of this program.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select

from edge_runtime.typed_reading import from_json
from edge_server.analysis.findings import Finding, Known
from edge_server.store.records import Outcome, Question
from edge_server.store.removing import drop_result
from edge_server.store.rows import add_result, photo_of
from edge_server.store.tables import Photo, Result

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edge_server.analysis.analyses import Analyses
    from edge_server.intake.upload import Upload
    from edge_server.store.store import Store


class KeptFinding(Finding, frozen=True, kw_only=True):
    """A finding as it lies in the store; ``warnings`` are about the photo's decoding."""

    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """The store of one owner's findings.  Every method may raise the store's problems."""

    store: Store
    analyses: Analyses
    owner: str
    allow_truncated: bool = False

    def known(self, sha256: str, names: Sequence[str]) -> Known:
        """Those of the analyses that were made of these bytes by what would make them now."""
        asked = {one.digest: one for one in self._questions(names).values()}
        with self.store.reading() as session:
            rows = session.execute(
                select(Photo, Result)
                .join(Result, Result.photo_id == Photo.id)
                .where(
                    Photo.owner == self.owner,
                    Photo.sha256 == sha256,
                    Result.question.in_(asked),
                )
            ).all()
        fitting = [
            (photo, result)
            for photo, result in rows
            if result.versions == asked[result.question].versions
        ]
        return _known(sha256, fitting)

    def keep(self, upload: Upload, findings: Mapping[str, Finding]) -> None:
        """Keep the photo with what was found, all of it or nothing."""
        questions = self._questions(tuple(findings))
        lasting = [
            (question, _outcome(findings[name], upload.warnings))
            for name, question in questions.items()
            if findings[name].sha256 in {"", *question.versions.values()}
        ]
        if not lasting:
            return
        self.store.keep(self.owner, upload)
        spare: set[str] = set()
        with self.store.session() as session:
            mine = photo_of(self.owner, upload.sha256).with_for_update(of=Photo)
            photo = session.scalar(mine)  # others who keep the same wait
            for asked in lasting:
                if photo is not None:  # else it was deleted meanwhile
                    spare |= drop_result(session, photo, asked[0])
                    add_result(session, photo, asked, self.store.clock())
        self.store.release(spare)

    def _questions(self, names: Sequence[str]) -> dict[str, Question]:
        """What identifies each analysis that may be kept."""
        found: dict[str, Question] = {}
        for name in names:
            analysis = self.analyses.known.get(name)
            versions = self.analyses.versions(name) if analysis and analysis.lasting else None
            if versions is not None:
                found[name] = Question(
                    analysis=name,
                    parameters={"analyze": 1, "allow_truncated": self.allow_truncated},
                    versions={**versions, "pocketlens": _program()},
                )
        return found


@cache
def _program() -> str:
    return version("pocketlens")


def _outcome(finding: Finding, warnings: tuple[str, ...]) -> Outcome:
    kept = KeptFinding(**msgspec.structs.asdict(finding), warnings=warnings)
    return Outcome(answer=msgspec.json.encode(kept))


def _known(sha256: str, rows: Sequence[tuple[Photo, Result]]) -> Known:
    if not rows:
        return Known(sha256=sha256)
    kept = {result.analysis: from_json(result.answer, KeptFinding) for _, result in rows}
    photo = rows[0][0]
    return Known(
        sha256=sha256,
        findings={name: _finding(one) for name, one in kept.items()},
        size_wh=(photo.width, photo.height),
        format=photo.format,
        warnings=next(iter(kept.values())).warnings,
    )


def _finding(kept: KeptFinding) -> Finding:
    fields = msgspec.structs.asdict(kept)
    del fields["warnings"]
    return Finding(**fields | {"stored": True})
