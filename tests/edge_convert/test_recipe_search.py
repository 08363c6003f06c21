"""The command on a model of four layers: real files, real photos, the task's metric."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from edge_calibration import cli
from edge_calibration.commands import search as command
from edge_calibration.recipes import read_recipe
from edge_calibration.search import recipe_search
from edge_calibration.search.recipe_search import photos_for_search
from edge_convert import light_model
from edge_convert.building import Options, build_model
from edge_convert.factory import Factory
from edge_convert.light_model import LightModel
from edge_runtime.errors import SpecError, UnknownName
from edge_runtime.hashes import file_sha256
from edge_runtime.spec import Gates, Limit


@pytest.fixture
def gated(installed: LightModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LightModel:
    """The model with a gate for its masks, in the list; nobody looks for faces."""
    gates = installed.spec.gates
    spec = msgspec.structs.replace(
        installed.spec,
        gates=Gates(
            imported=gates.imported,
            variants=gates.variants,
            accuracy=(Limit(metric="probability_difference", most=0.002),),
        ),
    )
    model = replace(installed, spec=spec)
    monkeypatch.setattr(light_model, "light_models", lambda: {"tiny": model})
    monkeypatch.setenv("POCKETLENS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(command, "open_factory", Factory)
    monkeypatch.setattr(recipe_search.Scorer, "_lens_finds_a_face", lambda *_: True)
    return model


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    random = np.random.default_rng(0)
    for name in "abc":
        pixels = random.integers(0, 256, (40, 60, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{name}.png")
    return folder


def test_a_recipe_is_found_written_and_built(
    gated: LightModel, photos: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "recipe.json"
    arguments = ["search", "tiny", "--data", str(photos), "--budget", "6", "-o", str(path)]
    assert cli.main([*arguments, "--json"]) == 0
    out, err = capfd.readouterr()
    assert err == ""
    found = json.loads(out)
    recipe = read_recipe(path, "tiny", "1.0.0")
    assert msgspec.to_builtins(recipe) == msgspec.to_builtins(
        msgspec.convert(found["recipe"], type(recipe))
    )
    assert recipe.measured is not None
    assert recipe.measured.used <= 0.15
    assert recipe.measured.metrics["probability_difference"] <= 0.15 * 0.002
    assert recipe.provenance is not None
    assert (recipe.provenance.dataset, recipe.provenance.views) == ("photos", 12)
    (file,) = build_model(gated, Options(out=tmp_path / "out", recipe=path)).files
    assert file.sha256 == recipe.provenance.sha256
    assert file.bytes == recipe.measured.bytes

    said = path.read_bytes()
    assert cli.main(arguments) == 0
    assert path.read_bytes() == said  # nothing is measured again
    table = capfd.readouterr().out
    assert f"{recipe.measured.bytes:,}" in table.splitlines()[-1]


def test_photos_of_the_reports_are_refused(photos: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "evaluation").mkdir(parents=True)
    leaked = data / "evaluation" / "x.png"
    leaked.write_bytes((photos / "b.png").read_bytes())
    row = f"| x.png | here | CC0-1.0 | {file_sha256(leaked)} |\n"
    (data / "evaluation" / "SOURCE.md").write_text(row)
    with pytest.raises(SpecError, match="1 photos of .* reports evaluate: search on others"):
        photos_for_search(str(photos), data)
    with pytest.raises(SpecError, match="reports evaluate"):
        photos_for_search("evaluation", data)
    (photos / "b.png").unlink()
    assert list(photos_for_search(str(photos), data).paths) == ["a", "c"]


def test_no_photos_and_an_unknown_set_are_said(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="there is no photo"):
        photos_for_search(str(tmp_path))
    with pytest.raises(UnknownName, match="set of photos"):
        photos_for_search("no-such-set")


def test_a_model_that_is_not_there_is_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["search", "smlie"]) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("edge-calibrate: unknown model 'smlie'")
