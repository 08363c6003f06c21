"""The plots of a report, as SVG that stands in a page by itself."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from edge_calibration.layers.layer_report import Comparison
    from edge_calibration.reports.report import Measured
    from edge_calibration.waterfall import Waterfall

INK = "#5b6472"
DOT = "#3b6fd4"
GATE = "#c2410c"
COST = "#c2410c"
GAIN = "#2f855a"
NAMED = 1
HIGHEST_DB = 120.0
WIDE = 5.2  # inches, as matplotlib counts
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # letters stay letters: the page's own font, and small files
    "svg.hashsalt": "pocketlens",
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


def spread_plot(metric: Measured) -> str:
    """One dot a photo, the interval of the number, and the gate."""
    with mpl.rc_context(STYLE):
        figure, axes = _empty(1.15)
        values = list(metric.photos.values())
        heights = [_scattered(i) for i in range(len(values))]
        axes.scatter(values, heights, s=14, color=DOT, alpha=0.55, linewidths=0)
        low, high = metric.found.low, metric.found.high
        axes.plot([low, high], [-0.35, -0.35], color=INK, linewidth=3, solid_capstyle="butt")
        axes.plot([metric.found.value], [-0.35], marker="o", color=INK, markersize=6)
        for bound in _bounds(metric):
            axes.axvline(bound, color=GATE, linewidth=1.4, linestyle="--")
        axes.set_ylim(-0.7, 1.1)
        axes.set_yticks([])
        axes.set_xlabel(f"{metric.title}{f' ({metric.unit})' if metric.unit else ''}")
        return _svg(figure)


def waterfall_plot(walk: Waterfall) -> str:
    """From nothing to the whole, a bar a stage."""
    with mpl.rc_context(STYLE):
        figure, axes = _empty(0.55 + 0.28 * len(walk.steps))
        names = [step.stage for step in walk.steps]
        costs = [step.cost.value for step in walk.steps]
        starts = [sum(costs[:i]) for i in range(len(costs))]
        colours = [COST if cost > 0 else GAIN for cost in costs]
        axes.barh(names, costs, left=starts, color=colours, height=0.62)
        for name, start, cost in zip(names, starts, costs, strict=True):
            end = max(start, start + cost)
            axes.annotate(
                f"{cost:.2g}", (end, name), (4, 0), textcoords="offset points", va="center"
            )
        axes.invert_yaxis()
        axes.margins(x=0.16)
        axes.axvline(0, color=INK, linewidth=0.8)
        unit = f", {walk.unit}" if walk.unit else ""
        axes.set_xlabel(f"cost in {walk.metric}{unit}; the bars sum to {walk.whole:.3g}")
        return _svg(figure)


def layers_plot(found: Comparison) -> str:
    """Signal over error of every layer in order of computation; the worst ones by name."""
    layers = [layer for layer in found.layers if layer.error is not None]
    values = [min(layer.error.snr_db, HIGHEST_DB) for layer in layers if layer.error]
    with mpl.rc_context(STYLE):
        figure, axes = _empty(2.0)
        axes.plot(values, color=DOT, linewidth=1.2)
        axes.axhline(found.tolerance_db, color=GATE, linewidth=1.2, linestyle="--")
        for index in sorted(range(len(values)), key=values.__getitem__)[:NAMED]:
            axes.plot([index], [values[index]], marker="o", color=INK, markersize=4)
            offset = (-4 if index > len(values) / 2 else 4, 4)
            side = "right" if index > len(values) / 2 else "left"
            name = layers[index].words
            axes.annotate(
                name, (index, values[index]), offset, textcoords="offset points", ha=side
            )
        axes.set_xlabel("layer, in order of computation; error so far (dB, higher is better)")
        return _svg(figure)


def _bounds(metric: Measured) -> list[float]:
    limit = metric.limit
    return [b for b in (limit.least, limit.most) if b is not None] if limit else []


def _scattered(index: int) -> float:
    """A height between 0 and 1 for a dot, the same on every run."""
    return index * 0.618034 % 1


def _empty(high: float) -> tuple[Figure, Any]:
    figure = Figure(figsize=(WIDE, high), layout="constrained")
    figure.patch.set_alpha(0)
    axes = figure.add_subplot()
    axes.patch.set_alpha(0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=2)
    return figure, axes


def _svg(figure: Figure) -> str:
    written = StringIO()
    figure.savefig(
        written, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type"))
    )
    text = written.getvalue()
    return text[text.index("<svg") :]
