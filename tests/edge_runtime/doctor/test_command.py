"""``edge-run doctor``: 0 for a healthy dump, 1 for a finding or an error, JSON if asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from edge_runtime.cli import main

PHOTO = "portrait-exif6.jpg"


@pytest.fixture
def dump(app: Any, tmp_path: Path) -> Any:
    def write(**mistakes: Any) -> Path:
        path = tmp_path / "dump.zip"
        path.write_bytes(app("face-detection-short", PHOTO, mistakes=mistakes).dump())
        return path

    return write


def test_a_healthy_dump(dump: Any, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(dump())
    assert main(["doctor", path]) == main(["doctor", str(root / "mobile_assets"), path]) == 0
    assert capsys.readouterr().out.rstrip().endswith("computes what Python computes")


def test_a_finding(dump: Any, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = dump(resize=lambda m: m.right()[..., ::-1].copy())
    assert main(["doctor", str(root / "mobile_assets"), str(path)]) == 1
    said = capsys.readouterr().out
    assert "1 resize" in said
    assert "BGR" in said.splitlines()[-1]
    assert main(["doctor", str(root / "mobile_assets"), str(path), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["healthy"] is False
    assert report["findings"][0]["diagnosis"] == "bgr"
    assert [stage["step"] for stage in report["stages"]][:2] == ["decode-photo", "resize"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-bundle", "dump.zip"], "no manifest.json"),
        (["ASSETS", "no-dump.zip"], "there is no dump"),
        (["ASSETS", "DUMP", "--photo", "no-photo.jpg"], "cannot be read"),
        (["ASSETS", "DUMP", "--photo", "DUMP"], "the photo is not the"),
    ],
)
def test_errors(
    arguments: list[str],
    message: str,
    dump: Any,
    root: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    known = {"ASSETS": str(root / "mobile_assets"), "DUMP": str(dump())}
    assert main(["doctor", *(known.get(one, one) for one in arguments)]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
