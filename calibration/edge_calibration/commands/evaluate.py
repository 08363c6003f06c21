"""``edge-calibrate evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from edge_calibration.cli import show
from edge_calibration.evaluate import Question, evaluate
from edge_calibration.progress import Steps
from edge_calibration.reports.report import REPORTS, write_report
from edge_calibration.reports.tables import report_lines
from edge_runtime.errors import PocketLensError
from edge_runtime.pipeline import Lens

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from edge_calibration.reports.report import Report


def add_options(parser: argparse.ArgumentParser) -> None:
    """What may be said behind ``evaluate``."""
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--all", action="store_true", help="every model of the bundle")
    parser.add_argument(
        "--variant",
        action="append",
        default=[],
        metavar="V",
        help="a variant, more than once if you like (those that ship)",
    )
    parser.add_argument(
        "--data", default="evaluation", metavar="DIR|NAME", help="the photos (evaluation)"
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page to look at")
    parser.add_argument("--record", action="store_true", help="keep it in calibration/reports")
    parser.add_argument("--seed", type=int, default=0, help="of the bootstrap (0)")
    parser.add_argument("--bundle", type=Path, metavar="DIR", help="the folder of the models")
    parser.set_defaults(usage_error=parser.error)


def run(options: argparse.Namespace) -> int:
    """Evaluate each model; 1 where one does not pass."""
    lens = Lens(options.bundle)
    models = _chosen(options, lens)
    question = Question.about(options.data, variants=tuple(options.variant), seed=options.seed)
    reports = []
    with Steps(len(models)) as steps:
        for model in models:
            report = evaluate(lens, model, question, steps.model(model))
            reports.append(report)
            with steps.paused():
                show(options, report, list(report_lines(report)))
            if options.record:
                write_report(report, REPORTS / f"{model}.json")
            steps.done()
    if options.html:
        _write_page(options, lens, question, reports)
    return 0 if all(report.verdict == "PASS" for report in reports) else 1


def _chosen(options: argparse.Namespace, lens: Lens) -> Sequence[str]:
    """The models that were named; naming none is a usage error."""
    known = [entry.spec.id for entry in lens.bundle.manifest.models]
    if options.all:
        return known
    if not options.models:
        options.usage_error("name a model or say --all; 'edge-run models' lists them")
    if options.record and options.variant:
        raise PocketLensError("--record keeps reports of what ships: leave --variant away")
    for model in options.models:
        lens.bundle.entry(model)  # an unknown one is an error before any work is done
    return list(options.models)


def _write_page(
    options: argparse.Namespace, lens: Lens, question: Question, reports: Sequence[Report]
) -> None:
    from edge_calibration.reports.page import write_page

    write_page(options.html, lens, question, reports)
