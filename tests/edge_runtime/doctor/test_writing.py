"""A dump of Python has the layout of an app's, the same bytes each time."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from edge_runtime import Lens
from edge_runtime.cli import main
from edge_runtime.doctor.dump import read_dump
from edge_runtime.images import open_photo
from edge_runtime.tracing import Request, trace

MODEL = "face-landmarks"


@pytest.mark.parametrize("name", ["dump.zip", "folder"])
def test_every_array_comes_back(
    name: str, lens: Lens, samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo, out = samples / "astronaut.png", tmp_path / name
    assert main(["dump", str(photo), "--model", MODEL, "-o", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["model"] == MODEL
    dump = read_dump(out)
    file, _ = lens.bundle.file(lens.bundle.entry(MODEL))
    assert (dump.head.sha256, dump.head.variant) == (file.sha256, file.variant)
    assert (dump.head.size_hw, dump.head.backend) == ((192, 192), "litert")
    assert dump.photo is None
    for stage in trace(lens, MODEL, Request(photo=open_photo(photo))):
        kept = dump.stages[stage.index, stage.face]
        assert {n: (a.dtype, a.shape) for n, a in kept.items()} == {
            n: (a.dtype, a.shape) for n, a in stage.arrays.items()
        }
        assert all(np.array_equal(kept[n], a) for n, a in stage.arrays.items())


def test_the_same_run_gives_the_same_bytes(samples: Path, tmp_path: Path) -> None:
    paths = [tmp_path / "one.zip", tmp_path / "two.zip"]
    for path in paths:
        main(["dump", str(samples / "coffee.png"), "--model", "smile", "-o", str(path)])
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_the_photo_and_a_style(samples: Path, tmp_path: Path) -> None:
    photo, out = samples / "astronaut.png", tmp_path / "dump.zip"
    asked = ["--model", "style-transfer", "--size", "256", "--style", "3", "--keep-photo"]
    assert main(["dump", str(photo), "-o", str(out), *asked]) == 0
    dump = read_dump(out)
    assert dump.photo == photo.read_bytes()
    assert dump.head.size_hw == (256, 256)
    assert dump.stages[3, None]["style_weights"].argmax() == 3
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None


def test_a_photo_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "dump.zip"
    assert main(["dump", str(tmp_path / "no.png"), "--model", "smile", "-o", str(out)]) == 1
    assert "there is no file" in capsys.readouterr().err
    (tmp_path / "text.jpg").write_text("text")
    assert main(["dump", str(tmp_path / "text.jpg"), "--model", "smile", "-o", str(out)]) == 1
    assert "text.jpg is not a picture" in capsys.readouterr().err
    assert not out.exists()


def test_a_zip_is_one_in_large_letters_too(samples: Path, tmp_path: Path) -> None:
    out = tmp_path / "DUMP.ZIP"
    assert main(["dump", str(samples / "coffee.png"), "--model", "smile", "-o", str(out)]) == 0
    assert zipfile.is_zipfile(out)
