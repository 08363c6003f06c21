from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_calibration.cli import main
from edge_calibration.lint.linting import lint, lint_lines
from edge_runtime.bundle import Bundle
from edge_runtime.errors import UnknownName

Make = Callable[..., Path]
BUNDLE = Bundle.open()
FILES = [
    BUNDLE.folder / file.path
    for entry in BUNDLE.manifest.models
    for file in entry.files
    if file.bundled
]
# What is to be said of files that ship, notes apart.
KNOWN = {
    "face-detection-full-mixed.tflite": {"PL019-batch-changes"},
    "object-detection-static_wi8_ai8.tflite": {"PL017-clamp-to-one"},
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_is_found_in_files_that_ship(path: Path) -> None:
    findings = {f.rule for f in lint(path).findings if f.severity != "note"}
    assert findings == KNOWN.get(path.name, set())
    assert not {f.rule for f in lint(path, ["flutter"]).findings if f.severity != "note"}


def test_only_what_the_target_minds_is_said(tflite: Make) -> None:
    path = tflite(["HARD_SWISH", "x", "y"], tensors={"x": "INT8", "y": "INT8"})
    rules = {
        target: {finding.rule for finding in lint(path, [target]).findings}
        for target in ("xnnpack", "flutter", "ios-ane")
    }
    assert rules["xnnpack"] == {"PL006-hard-swish-int8"}
    assert rules["flutter"] == {"PL001-integer-border"}
    assert rules["ios-ane"] == set()


def test_a_report_as_text(tflite: Make) -> None:
    lines = list(lint_lines(lint(tflite(["FlexErf", "x", "y"]), ["flutter"])))
    assert lines[0] == "tiny.tflite"
    assert lines[1].startswith(
        "  error    PL003-custom-operation (android-gpu, xnnpack, flutter)"
    )
    assert lines[2].strip() == "at custom FlexErf y"
    assert lines[4].strip().startswith("https://")
    assert list(lint_lines(lint(tflite(["RELU", "x", "y"])))) == ["tiny.tflite: nothing found"]


def test_of_many_places_the_first_are_shown(tflite: Make) -> None:
    chain = [["FlexErf", f"v{n}", f"v{n + 1}"] for n in range(6)]
    (finding,) = lint(tflite(*chain), ["flutter"]).findings
    assert len(finding.places) == 6
    text = "\n".join(lint_lines(lint(tflite(*chain), ["flutter"])))
    assert "custom FlexErf v4 and 2 more" in text


def test_an_unknown_target_lists_those_there_are(tflite: Make) -> None:
    with pytest.raises(UnknownName, match="known: android-gpu, flutter, ios-ane, xnnpack"):
        lint(tflite(["RELU", "x", "y"]), ["nokia"])


def test_the_command_says_it_in_json_and_by_its_status(
    tflite: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lint", "--json", str(tflite(["FlexErf", "x", "y"]))]) == 1
    (finding, *_) = json.loads(capsys.readouterr().out)["findings"]
    assert finding["rule"] == "PL003-custom-operation"
    assert finding["sources"][0].startswith("https://")
    assert main(["lint", "smile", "--target", "flutter"]) == 0
    assert "nothing found" in capsys.readouterr().out


def test_a_model_is_run_on_photos(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--json", "smile", "--photos", "1"]) == 0
    reports = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [report["photos"] for report in reports] == [1, 1]


def test_the_table_of_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--rules"]) == 0
    assert "| `PL001-integer-border` | tflite | error |" in capsys.readouterr().out
    assert main(["lint", "--rules", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["id"] == "CM001-flexible-size"


def test_naming_nothing_is_a_usage_error() -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["lint"])
    assert stopped.value.code == 2
