from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edge_calibration.cli import main
from edge_calibration.datasets import photo_paths


@pytest.fixture
def few(tmp_path: Path) -> Path:
    for path in list(photo_paths("evaluation").values())[:12]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def test_a_clean_folder_says_so(few: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", str(few)]) == 0
    out = capsys.readouterr().out
    assert "12 photos" in out
    assert "nothing was found that is wrong" in out


def test_a_leak_exits_with_1_and_says_what_to_do(
    few: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["data", str(few), "--against", "evaluation"]) == 1
    out = capsys.readouterr().out
    assert "error    leakage: 12 photos are in 'evaluation' too" in out
    assert "africa, alpaca" in out
    assert ", ..." in out
    assert "take these photos out of one of the two sets" in out


def test_json_has_all_of_it(few: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["data", str(few), "--against", "evaluation", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["of"]["photos"] == 12
    assert found["against"]["photos"] == 199
    assert found["findings"][0]["id"] == "leakage"
    assert len(found["findings"][0]["photos"]) == 12


def test_skipped_photos_are_listed(few: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (few / "zz.jpg").write_bytes(b"no photo")
    main(["data", str(few)])
    assert "skipped: " in capsys.readouterr().out


def test_a_place_that_does_not_exist_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "sampels"]) == 1
    err = capsys.readouterr().err
    assert err.startswith("edge-calibrate: unknown folder or set of photos 'sampels'")
    assert err.count("\n") == 1


def test_a_set_is_needed() -> None:
    with pytest.raises(SystemExit) as left:
        main(["data"])
    assert left.value.code == 2


def test_ranges_of_a_real_model_are_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for at, grey in enumerate((10, 90, 250)):
        Image.fromarray(np.full((64, 64, 3), grey, np.uint8)).save(tmp_path / f"{at}.png")
    main(["data", str(tmp_path), "--model", "image-classification", "--json"])
    growth = json.loads(capsys.readouterr().out)["growth"]
    assert growth["model"] == "image-classification"
    assert growth["tensors"] > 40
    assert growth["curve"][-1] == 1
