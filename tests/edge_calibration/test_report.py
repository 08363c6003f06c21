from __future__ import annotations

from pathlib import Path

import pytest

from edge_calibration.reports.report import PhotosUsed, Report, read_report, write_report
from edge_runtime.errors import BundleError, PocketLensError


def test_a_report_is_read_as_it_was_written(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "sub" / "smile.json"
    write_report(report, path)
    assert read_report(path) == report
    assert [file.name for file in path.parent.iterdir()] == ["smile.json"]


def test_the_worst_file_is_the_verdict(report: Report) -> None:
    assert [variant.verdict for variant in report.variants] == ["PASS", "FAIL"]
    assert report.verdict == "FAIL"


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (None, PocketLensError, "there is no report .*smile.json; make it anew with"),
        (b"{", BundleError, "cannot be read: .*evaluate smile --record"),
        (b'{"model": "smile", "strange": 1}', BundleError, "cannot be read"),
    ],
)
def test_a_report_that_cannot_be_read_says_how_to_make_it(
    content: bytes | None, error: type[Exception], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "smile.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(error, match=message):
        read_report(path)


def test_photos_that_were_skipped_are_listed(report: Report) -> None:
    assert isinstance(report.photos, PhotosUsed)
    assert report.photos.skipped == ("broken.jpg: not an image",)
