from __future__ import annotations

from edge_calibration.reports.report import Report
from edge_calibration.reports.tables import number, report_lines
from edge_calibration.verdict import Interval


def test_a_report_as_text(report: Report) -> None:
    lines = list(report_lines(report))
    assert lines[0] == (
        "smile  1.0.0  against the PyTorch module, 12 photos of 'evaluation' (14 views)"
    )
    assert lines[1] == "  skipped: broken.jpg: not an image"
    assert lines[2] == (
        "  PASS         tflite weight_only_wi8_afp32  ships  241,576 B, 0.29 of fp32,"
        " time 1.00 of fp32"
    )
    assert lines[3].endswith(
        "0.002 [0.001, 0.003]   PASS (gate <= 0.03)   worst: b 0.02, a 0.01"
    )
    assert (
        lines[4].strip()
        == "from a training script to the app, in smile_difference (12 photos): 0.03"
    )
    assert [line.strip().split("  ")[0] for line in lines[5:7]] == ["resizing", "quantisation"]
    assert lines[5].endswith("#" * 24)
    assert lines[6].endswith("#" * 12)


def test_numbers_have_their_interval() -> None:
    found = Interval(value=0.993, low=0.991, high=0.9945, photos=3)
    assert number(found, "dB") == "0.993 [0.991, 0.9945] dB"
