from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from edge_calibration.cli import main
from edge_calibration.photos.photo_set import open_photos
from edge_calibration.reports.currency import outdated
from edge_calibration.reports.report import Report, VariantReport, write_report
from edge_runtime.bundle import Bundle


@pytest.fixture
def bundle() -> Bundle:
    """The installed bundle, of which only one model is looked at."""
    whole = Bundle.open()
    manifest = msgspec.structs.replace(whole.manifest, models=(whole.entry("smile"),))
    return Bundle(whole.folder, manifest)


@pytest.fixture
def current(report: Report, bundle: Bundle) -> Report:
    """The report, as if it had been made of what ships now."""
    entry = bundle.entry("smile")
    files = {(file.format, file.variant): file for file in entry.files}
    variants = tuple(
        msgspec.structs.replace(
            variant, sha256=files[variant.format, variant.variant].sha256, verdict="PASS"
        )
        for variant in report.variants
    )
    photos = msgspec.structs.replace(report.photos, sha256=open_photos("evaluation").sha256)
    return msgspec.structs.replace(
        report, version=entry.spec.version, variants=variants, photos=photos
    )


def said(bundle: Bundle, folder: Path, report: Report) -> str:
    write_report(report, folder / "smile.json")
    return "; ".join(problem.what for problem in outdated(bundle, folder))


def test_a_current_report_is_no_problem(
    bundle: Bundle, current: Report, tmp_path: Path
) -> None:
    assert said(bundle, tmp_path, current) == ""


def changed(report: Report, **changes: object) -> tuple[VariantReport, ...]:
    return (msgspec.structs.replace(report.variants[0], **changes), *report.variants[1:])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: {"version": "0.9.0"}, "has a report of smile 0.9.0"),
        (lambda r: {"model": "frown"}, "has a report of frown"),
        (
            lambda r: {"variants": r.variants[:1]},
            "ships coreml fp16, which the report does not",
        ),
        (lambda r: {"variants": changed(r, sha256="0" * 64)}, "another tflite weight_only"),
        (lambda r: {"variants": changed(r, verdict="FAIL")}, "is FAIL in everything"),
        (lambda r: {"variants": changed(r, metrics=())}, "has other gates in its spec"),
        (
            lambda r: {"photos": msgspec.structs.replace(r.photos, sha256="0" * 64)},
            "was measured on other photos than 'evaluation' holds now",
        ),
    ],
)
def test_what_is_outdated_is_said(
    change: object, message: str, bundle: Bundle, current: Report, tmp_path: Path
) -> None:
    report = msgspec.structs.replace(current, **change(current))  # type: ignore[operator]
    assert message in said(bundle, tmp_path, report)


def test_a_note_says_why_a_file_ships_all_the_same(
    bundle: Bundle, current: Report, tmp_path: Path
) -> None:
    noted = changed(current, verdict="INCONCLUSIVE", note="float16 ships where ...")
    assert said(bundle, tmp_path, msgspec.structs.replace(current, variants=noted)) == ""


def test_missing_and_stray_reports_are_named(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "frown.json").write_text("{}")
    found = [(problem.model, problem.what) for problem in outdated(bundle, tmp_path)]
    assert found[0] == ("frown", "has a report, but is no model")
    assert found[1][0] == "smile"
    assert "there is no report" in found[1][1]


def test_the_committed_reports_are_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0, capsys.readouterr().out
    assert main(["check", "--json"]) == 0
    assert '{"ok":true,"problems":[]}' in capsys.readouterr().out
