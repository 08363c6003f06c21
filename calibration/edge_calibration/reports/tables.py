"""Reports as lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_calibration.reports.report import Against, Measured, Report, VariantReport
    from edge_calibration.verdict import Interval
    from edge_calibration.waterfall import Waterfall

BAR = 24
WORST = 3


def report_lines(report: Report) -> Iterator[str]:
    """A report as text."""
    photos = report.photos
    yield (
        f"{report.model}  {report.version}  against the {report.reference},"
        f" {photos.used} photos of {photos.dataset!r} ({photos.views} views)"
    )
    for skipped in photos.skipped:
        yield f"  skipped: {skipped}"
    for variant in report.variants:
        yield from _variant_lines(variant)


def _variant_lines(variant: VariantReport) -> Iterator[str]:
    ships = "  ships" if variant.ships else ""
    yield f"  {variant.verdict:12} {variant.format} {variant.variant}{ships}  {_costs(variant)}"
    if variant.note:
        yield f"    {variant.note}"
    for metric in variant.metrics:
        yield f"    {_metric_line(metric)}"
    for against in variant.truth:
        yield f"    {_truth_line(against)}"
    if variant.waterfall:
        yield from (f"    {line}" for line in _waterfall_lines(variant.waterfall))


def _costs(variant: VariantReport) -> str:
    parts = [f"{variant.bytes:,} B"]
    if variant.bytes_ratio is not None:
        parts.append(f"{variant.bytes_ratio:.2f} of fp32")
    if variant.latency_ratio is not None:
        parts.append(f"time {variant.latency_ratio:.2f} of fp32")
    return ", ".join(parts)


def _metric_line(metric: Measured) -> str:
    line = f"{metric.metric:22} {number(metric.found, metric.unit)}"
    if metric.limit and metric.verdict:
        side, bound = (
            (">=", metric.limit.least)
            if metric.limit.most is None
            else (
                "<=",
                metric.limit.most,
            )
        )
        line += f"   {metric.verdict} (gate {side} {bound:g})"
    worst = [f"{photo} {value:.3g}" for photo, value in list(metric.photos.items())[:WORST]]
    return f"{line}   worst: {', '.join(worst)}"


def _truth_line(against: Against) -> str:
    return (
        f"{against.metric:22} against the truth: float {number(against.reference, '')}, this"
        f" {number(against.variant, '')}, lost {number(against.lost, against.unit)}"
    )


def _waterfall_lines(walk: Waterfall) -> Iterator[str]:
    yield (
        f"from a training script to the app, in {walk.metric} ({walk.photos} photos):"
        f" {walk.whole:.4g} {walk.unit}".rstrip()
    )
    largest = max((abs(step.cost.value) for step in walk.steps), default=0.0)
    for step in walk.steps:
        share = abs(step.cost.value) / largest if largest else 0.0
        bar = "#" * round(BAR * share)
        yield f"  {step.stage:27} {step.cost.value:>10.3g}  {bar}"


def number(found: Interval, unit: str) -> str:
    """A value with its interval: ``0.9931 [0.9912, 0.9945]``."""
    return f"{found.value:.4g} [{found.low:.4g}, {found.high:.4g}] {unit}".rstrip()
