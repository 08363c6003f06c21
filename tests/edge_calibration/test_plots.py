from __future__ import annotations

from xml.etree import ElementTree as ET

from edge_calibration.reports.plots import spread_plot, waterfall_plot
from edge_calibration.reports.report import Report

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in ET.fromstring(svg).iter(f"{SVG}text")]


def test_a_dot_a_photo_and_the_gate(report: Report) -> None:
    metric = report.variants[0].metrics[0]
    svg = spread_plot(metric)
    dots = [
        node
        for node in ET.fromstring(svg).iter(f"{SVG}use")
        if "fill: #3b6fd4" in node.get("style", "")
    ]
    assert len(dots) == len(metric.photos)
    assert "difference of the probability of a smile" in texts(svg)
    assert "#c2410c" in svg


def test_a_bar_a_stage(report: Report) -> None:
    walk = report.variants[0].waterfall
    assert walk is not None
    shown = texts(waterfall_plot(walk))
    assert {"resizing", "quantisation", "0.02", "0.01"} <= set(shown)


def test_plots_are_the_same_every_time(report: Report) -> None:
    metric = report.variants[0].metrics[0]
    assert spread_plot(metric) == spread_plot(metric)
