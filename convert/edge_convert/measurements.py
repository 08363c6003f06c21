"""What the committed reports say of a model's files, for the manifest.

A report speaks of a file by its hash: of a file that has changed since, nothing is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from edge_runtime.measured import Accuracy, Latency, Measured

if TYPE_CHECKING:
    from edge_calibration.reports.report import Measured as Metric
    from edge_calibration.reports.report import Report, VariantReport
    from edge_runtime.spec import ModelEntry


def with_measurements(entry: ModelEntry) -> ModelEntry:
    """The entry with what was measured of each file, as far as a report knows it.

    Raises ``BundleError`` for a report that cannot be read.
    """
    from edge_calibration.reports import report as reports  # loads scipy

    path = reports.REPORTS / f"{entry.spec.id}.json"
    known = _by_hash(reports.read_report(path)) if path.is_file() else {}
    files = tuple(replace(file, measured=known.get(file.sha256)) for file in entry.files)
    return replace(entry, files=files)


def _by_hash(report: Report) -> dict[str, Measured]:
    return {variant.sha256: _measured(report, variant) for variant in report.variants}


def _measured(report: Report, variant: VariantReport) -> Measured:
    return Measured(
        data=report.photos.dataset,
        against=report.reference,
        verdict=variant.verdict,
        accuracy=tuple(map(_accuracy, variant.metrics)),
        latency=_latency(variant),
        note=variant.note,
    )


def _accuracy(metric: Metric) -> Accuracy:
    found = metric.found
    return Accuracy(
        metric=metric.metric,
        title=metric.title,
        unit=metric.unit,
        mean=found.value,
        low=found.low,
        high=found.high,
        photos=found.photos,
        verdict=metric.verdict,
    )


def _latency(variant: VariantReport) -> Latency | None:
    if variant.latency_ms is None or variant.latency_ratio is None:
        return None
    return Latency(
        milliseconds=variant.latency_ms,
        over_fp32=variant.latency_ratio,
        threads=1,
        machine=variant.machine,
    )
