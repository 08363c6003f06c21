"""Look at a file by every rule that a target minds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_calibration.lint.reading import read_model_graph
from edge_calibration.lint.rule import TARGETS, Severity, Target
from edge_calibration.lint.rules import RULES
from edge_calibration.lint.seen_values import with_seen_values
from edge_runtime.errors import UnknownName
from edge_runtime.spec import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from edge_calibration.lint.model_graph import ModelGraph
    from edge_calibration.lint.rule import Rule
    from edge_calibration.lint.seen_values import Arrays


class Finding(Record, frozen=True, kw_only=True):
    """What a rule found: the places, and what the rule says of them."""

    rule: str
    severity: Severity
    targets: tuple[Target, ...]
    title: str
    places: tuple[str, ...]
    why: str
    mend: str
    sources: tuple[str, ...]


class LintReport(Record, frozen=True, kw_only=True):
    """The findings of one file; ``photos`` is on how many it was run."""

    file: str
    photos: int
    findings: tuple[Finding, ...]


def lint(path: Path, targets: Sequence[str] = (), photos: Sequence[Arrays] = ()) -> LintReport:
    """The findings for some targets, or for all; ``photos`` are inputs to run the file on.

    Raises ``UnknownName`` for a target that does not exist, and what
    ``read_model_graph`` raises for a file that cannot be read.
    """
    for target in targets:
        if target not in TARGETS:
            raise UnknownName("target", target, TARGETS)
    graph = with_seen_values(read_model_graph(path), photos)
    minded = (rule for rule in RULES if not targets or set(targets) & set(rule.targets))
    found = tuple(filter(None, (_finding(rule, graph) for rule in minded)))
    return LintReport(file=path.name, photos=len(photos), findings=found)


def _finding(rule: Rule, graph: ModelGraph) -> Finding | None:
    places = tuple(rule.find(graph)) if graph.kind in rule.kinds else ()
    if not places:
        return None
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        targets=rule.targets,
        title=rule.title,
        places=places,
        why=rule.why,
        mend=rule.mend,
        sources=rule.sources,
    )


MOST_PLACES = 4


def lint_lines(report: LintReport) -> Iterator[str]:
    """A report as text."""
    if not report.findings:
        yield f"{report.file}: nothing found"
        return
    yield report.file
    for finding in report.findings:
        targets = ", ".join(finding.targets)
        yield f"  {finding.severity:8} {finding.rule} ({targets}): {finding.title}"
        shown = "; ".join(finding.places[:MOST_PLACES])
        more = len(finding.places) - MOST_PLACES
        yield f"           at {shown}{f' and {more} more' if more > 0 else ''}"
        yield f"           {finding.why} {finding.mend}"
        yield f"           {' '.join(finding.sources)}"
