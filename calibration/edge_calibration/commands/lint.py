"""``edge-calibrate lint``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from edge_calibration.cli import show
from edge_calibration.lint.linting import lint, lint_lines
from edge_calibration.lint.rule import TARGETS
from edge_runtime.bundle import Bundle

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from edge_calibration.lint.seen_values import Arrays
    from edge_runtime.spec import ModelEntry


def add_options(parser: argparse.ArgumentParser) -> None:
    """What may be said behind ``lint``."""
    parser.add_argument("models", nargs="*", metavar="MODEL|FILE")
    parser.add_argument("--all", action="store_true", help="every file of the bundle")
    parser.add_argument(
        "--target", action="append", default=[], metavar="|".join(TARGETS), help="only for it"
    )
    parser.add_argument(
        "--photos", type=int, default=0, metavar="N", help="run models on N sample photos too"
    )
    parser.add_argument("--fix", action="store_true", help="mend what can be mended safely")
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="the mended file")
    parser.add_argument("--rules", action="store_true", help="print the table of rules")
    parser.add_argument("--bundle", type=Path, metavar="DIR", help="the folder of the models")
    parser.set_defaults(usage_error=parser.error)


def run(options: argparse.Namespace) -> int:
    """Look at each file; 1 where a rule of severity ``error`` found something."""
    if options.photos < 0:
        options.usage_error("--photos takes a number from 0 on")
    if options.rules:
        return _rules(options)
    files = _files(options)
    if options.fix:
        return _fix(options, [path for path, _ in files])
    severities = set()
    for path, entry in files:
        photos = _photos(options, path, entry) if entry and options.photos > 0 else ()
        report = lint(path, options.target, photos)
        show(options, report, list(lint_lines(report)))
        severities |= {finding.severity for finding in report.findings}
    return 1 if "error" in severities else 0


def _files(options: argparse.Namespace) -> list[tuple[Path, ModelEntry | None]]:
    """Files as they are named; of a model those that ship, with what the manifest says."""
    names = [name for name in options.models if not Path(name).suffix]
    chosen: list[tuple[Path, ModelEntry | None]] = []
    chosen += [(Path(name), None) for name in options.models if Path(name).suffix]
    if options.all or names:
        bundle = Bundle.open(options.bundle)
        entries = bundle.manifest.models if options.all else map(bundle.entry, names)
        chosen += [
            (bundle.folder / file.path, entry)
            for entry in entries
            for file in entry.files
            if file.bundled
        ]
    if not chosen:
        options.usage_error("name a model or a file, or say --all")
    return chosen


def _photos(options: argparse.Namespace, path: Path, entry: ModelEntry) -> Sequence[Arrays]:
    """The inputs of a model's file, in its size, for some sample photos."""
    from edge_calibration.datasets import SAMPLES, photo_paths
    from edge_calibration.layers.view_inputs import view_inputs
    from edge_runtime.pipeline import Lens

    size = next(file.size_hw for file in entry.files if Path(file.path).name == path.name)
    spec = replace(entry.spec, image=replace(entry.spec.image, sizes_hw=(size,)))
    photos = photo_paths(SAMPLES).items()
    return tuple(view_inputs(Lens(options.bundle), spec, photos, options.photos).values())


def _fix(options: argparse.Namespace, paths: list[Path]) -> int:
    from edge_calibration.lint.mending import mend

    if len(paths) != 1:
        options.usage_error("--fix takes one file")
    path = paths[0]
    report = mend(path, options.out or path.with_suffix(f".mended{path.suffix}"))
    lines = [f"{one.rule}: {', '.join(one.places)}" for one in report.mends]
    written = f"{report.written} (outputs differ by {report.difference:.2g} at most)"
    show(options, report, [*lines, written] if report.mends else [f"{path}: nothing to mend"])
    return 0


def _rules(options: argparse.Namespace) -> int:
    from edge_calibration.lint.rules import RULES, rule_table

    record = [{"id": r.id, "title": r.title, "sources": r.sources} for r in RULES]
    show(options, record, list(rule_table()))
    return 0
