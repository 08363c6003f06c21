"""``edge-calibrate check``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from edge_calibration.cli import show
from edge_calibration.reports.currency import outdated
from edge_calibration.reports.report import REPORTS
from edge_runtime.bundle import Bundle

if TYPE_CHECKING:
    import argparse


def add_options(parser: argparse.ArgumentParser) -> None:
    """What may be said behind ``check``."""
    parser.add_argument("--bundle", type=Path, metavar="DIR", help="the folder of the models")
    parser.add_argument(
        "--reports", type=Path, default=REPORTS, metavar="DIR", help="the folder of the reports"
    )


def run(options: argparse.Namespace) -> int:
    """Say what is not as it should be; 1 where there is anything."""
    problems = outdated(Bundle.open(options.bundle), options.reports)
    record = {"ok": not problems, "problems": [asdict(problem) for problem in problems]}
    lines = [f"{problem.model} {problem.what}" for problem in problems]
    show(
        options, record, lines or ["every report is current, and every file that ships passes"]
    )
    return 1 if problems else 0
