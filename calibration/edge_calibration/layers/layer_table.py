"""A layer report as lines for a terminal: layers in their order, a bar for what each loses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_calibration.layers.tensor_error import EXACT_DB

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edge_calibration.layers.layer_report import (
        Comparison,
        LayerError,
        LayerReport,
        NodeTime,
    )

BAR = 20  # characters
_QUIET_DB, _LOUD_DB = 60.0, 0.0  # no bar above the one, all of it at the other


def layer_lines(report: LayerReport) -> Iterator[str]:
    """The whole report."""
    photos = ", ".join(report.photos)
    yield f"{report.model} {report.format} {report.variant}, on {photos}"
    for comparison in (report.conversion, report.quantisation):
        if comparison is not None:
            yield from _comparison_lines(comparison, full=comparison is _last(report))
    if report.delegate_db is not None:
        yield (
            f"what LiteRT usually runs (XNNPACK) is {_db(report.delegate_db)} from the kernels"
            " that this was measured on"
        )


def _last(report: LayerReport) -> Comparison | None:
    return report.quantisation or report.conversion


def _comparison_lines(comparison: Comparison, *, full: bool) -> Iterator[str]:
    paired = sum(layer.paired for layer in comparison.layers)
    yield (
        f"{comparison.made} against {comparison.wanted}: {len(comparison.layers)} layers,"
        f" {paired} of them found in PyTorch"
    )
    if full:
        yield from _rows(comparison.layers)
    if any(layer.time for layer in comparison.layers):
        yield from time_lines(comparison.layers)
    limit = f"{comparison.tolerance_db:.0f} dB"
    first = comparison.first
    yield f"  first layer under {limit}: {first}" if first else f"  no layer is under {limit}"
    if comparison.largest:
        yield f"  lose most by themselves: {'; '.join(comparison.largest)}"


def _rows(layers: Sequence[LayerError]) -> Iterator[str]:
    width = max(len(layer.words) for layer in layers)
    yield f"  {'layer':{width}}  {'error':>7}  {'own':>7}  {'clipped':>7}  {'dead':>5}"
    for layer in layers:
        error = layer.error.snr_db if layer.error else None
        own = layer.own.snr_db if layer.own else None
        clipped = f"{layer.codes.clipped:.1%}" if layer.codes else ""
        dead = f"{layer.codes.dead:.0%}" if layer.codes else ""
        row = f"{layer.words:{width}}  {_db(error):>7}  {_db(own):>7}  {clipped:>7}  {dead:>5}"
        yield f"  {row}  {_bar(error)}".rstrip()


def time_lines(layers: Sequence[LayerError]) -> Iterator[str]:
    """Times by kind of operation, the slowest first, and what XNNPACK leaves."""
    kinds: dict[str, list[NodeTime]] = {}
    for layer in layers:
        if layer.time is not None:
            kinds.setdefault(layer.kind, []).append(layer.time)
    yield f"  {'operation':24} {'nodes':>5}  {'alone':>9}  {'in float':>9}"
    for kind, times in sorted(kinds.items(), key=lambda one: -_total(one[1])):
        floats = sum(time.float_us or 0 for time in times)
        left = sum(not time.delegated for time in times)
        note = f"  XNNPACK leaves {left}" if left else ""
        yield f"  {kind:24} {len(times):5}  {_total(times):6.0f} us  {floats:6.0f} us{note}"


def _total(times: Sequence[NodeTime]) -> float:
    return sum(time.us for time in times)


def _db(value: float | None) -> str:
    if value is None:
        return "-"
    return "exact" if value >= EXACT_DB else f"{value:.1f} dB"


def _bar(value: float | None) -> str:
    """Longer where more is lost."""
    if value is None:
        return ""
    share = (_QUIET_DB - value) / (_QUIET_DB - _LOUD_DB)
    return "█" * round(BAR * min(max(share, 0.0), 1.0))
