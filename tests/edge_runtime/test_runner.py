from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge_runtime.cli import main


def test_decoding_is_in_the_times(samples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", str(samples / "astronaut.png"), "--json"]) == 0
    ms = json.loads(capsys.readouterr().out)["ms"]
    assert ms["decode"] > 1
    assert ms["run"] > 0.5


def test_a_picture_needs_a_place_and_many_need_a_folder(samples: Path, tmp_path: Path) -> None:
    photos = [str(samples / "coffee.png"), str(samples / "chelsea.png")]
    for arguments in (
        ["background", photos[0]],
        ["faces", *photos, "-o", str(tmp_path / "x.png")],
    ):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 2
    assert not list(tmp_path.iterdir())


def test_a_folder_keeps_the_names(samples: Path, tmp_path: Path) -> None:
    photos = [str(samples / "coffee.png"), str(samples / "flower.jpg")]
    assert main(["segment", *photos, "-o", str(tmp_path / "out")]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "coffee.png",
        "flower.png",
    ]


def test_without_options_a_person_can_read_it(
    samples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["smile", str(samples / "obama.jpg")]) == 0
    assert "smile" in capsys.readouterr().out
