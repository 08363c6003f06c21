from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from edge_calibration.reports import report as reports
from edge_calibration.reports.report import read_report, write_report
from edge_convert.measurements import with_measurements
from edge_runtime.bundle import Bundle
from edge_runtime.spec import ModelEntry

SMILE = reports.REPORTS / "smile.json"


@pytest.fixture
def entry() -> ModelEntry:
    return Bundle.open().entry("smile")


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(reports, "REPORTS", tmp_path)
    return tmp_path / "smile.json"


def test_the_manifest_repeats_the_report(entry: ModelEntry) -> None:
    report = read_report(SMILE)
    for file in with_measurements(entry).files:
        (variant,) = [one for one in report.variants if one.sha256 == file.sha256]
        assert file.measured is not None
        assert file.measured.verdict == variant.verdict
        assert file.measured.data == "evaluation"
        found = {one.metric: (one.mean, one.low, one.high) for one in file.measured.accuracy}
        assert found == {
            one.metric: (one.found.value, one.found.low, one.found.high)
            for one in variant.metrics
        }


def test_time_is_said_of_what_was_timed(entry: ModelEntry) -> None:
    tflite, coreml = (file.measured for file in with_measurements(entry).files)
    assert tflite is not None
    assert tflite.latency is not None
    assert (tflite.latency.threads, tflite.latency.over_fp32 > 0) == (1, True)
    assert tflite.latency.milliseconds > 0
    assert coreml is not None
    assert coreml.latency is None


def test_nothing_is_said_of_a_file_that_has_changed(entry: ModelEntry, elsewhere: Path) -> None:
    report = read_report(SMILE)
    first = msgspec.structs.replace(report.variants[0], sha256="0" * 64)
    changed = msgspec.structs.replace(report, variants=(first, *report.variants[1:]))
    write_report(changed, elsewhere)
    assert [bool(file.measured) for file in with_measurements(entry).files] == [False, True]


def test_without_a_report_nothing_is_said(entry: ModelEntry, elsewhere: Path) -> None:
    assert [file.measured for file in with_measurements(entry).files] == [None, None]


@pytest.mark.parametrize("entry", Bundle.open().manifest.models, ids=lambda e: e.spec.id)
def test_the_manifest_is_up_to_date(entry: ModelEntry) -> None:
    """``edge-convert contract`` writes it anew after an evaluation."""
    assert with_measurements(entry) == entry
    sizes = [file for file in entry.files if file.size_hw == entry.spec.image.size_hw]
    assert all(file.measured for file in sizes)
