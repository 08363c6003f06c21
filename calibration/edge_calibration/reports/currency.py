"""Whether the committed reports speak of the files that ship, and what they say of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge_calibration.photos.photo_set import open_photos
from edge_calibration.reports.report import read_report
from edge_calibration.runs import FORMATS
from edge_runtime.errors import PocketLensError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edge_calibration.reports.report import Report, VariantReport
    from edge_runtime.bundle import Bundle
    from edge_runtime.spec import ModelEntry, ModelFile, ModelSpec

AGAIN = "run 'edge-calibrate evaluate --all --record'"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something that is not as it should be, and the model."""

    model: str
    what: str


def outdated(bundle: Bundle, folder: Path) -> list[Problem]:
    """What is wrong with the reports of a bundle's models; nothing, if all is well."""
    entries = {entry.spec.id: entry for entry in bundle.manifest.models}
    strays = sorted({path.stem for path in folder.glob("*.json")} - entries.keys())
    problems = [Problem(model=name, what="has a report, but is no model") for name in strays]
    for model, entry in entries.items():
        try:
            report = read_report(folder / f"{model}.json")
        except PocketLensError as error:
            problems.append(Problem(model=model, what=f"has no report: {error}"))
            continue
        problems += [Problem(model=model, what=what) for what in _of_model(entry, report)]
    return problems


def _of_model(entry: ModelEntry, report: Report) -> Iterator[str]:
    spec = entry.spec
    if (report.model, report.version) != (spec.id, spec.version):
        yield f"has a report of {report.model} {report.version}; {AGAIN}"
        return
    yield from _photos(report)
    shipped = {(file.format, file.variant): file for file in _shipped(entry)}
    measured = {(variant.format, variant.variant): variant for variant in report.variants}
    for key, file in shipped.items():
        if key in measured:
            yield from _of_file(spec, file, measured[key])
        else:
            yield f"ships {' '.join(key)}, which the report does not know; {AGAIN}"


def _photos(report: Report) -> Iterator[str]:
    used = report.photos
    now = open_photos(used.dataset).sha256
    if used.sha256 != now:
        yield f"was measured on other photos than {used.dataset!r} holds now; {AGAIN}"


def _shipped(entry: ModelEntry) -> Iterator[ModelFile]:
    """The files that ship, at the default size."""
    spec = entry.spec
    for file in entry.files:
        default = file.size_hw == spec.image.size_hw and file.bundled
        if file.format in FORMATS and spec.ships[file.format] == file.variant and default:
            yield file


def _of_file(spec: ModelSpec, file: ModelFile, found: VariantReport) -> Iterator[str]:
    name = f"{file.format} {file.variant}"
    if found.sha256 != file.sha256:
        yield f"ships another {name} than was measured (SHA-256 differs); {AGAIN}"
    limits = {metric.limit for metric in found.metrics if metric.limit}
    if limits != set(spec.gates.accuracy):
        yield f"has other gates in its spec than {name} was judged by; {AGAIN}"
    if found.verdict != "PASS" and not found.note:  # the note says why it ships all the same
        metrics = [m.metric for m in found.metrics if m.verdict and m.verdict != "PASS"]
        yield f"{name} is {found.verdict} in {', '.join(metrics) or 'everything'}"
