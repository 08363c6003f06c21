from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from edge_calibration.recipes import Recipe, write_recipe
from edge_convert import building
from edge_convert.building import Options, build_model
from edge_convert.bundle import ASSETS, manifest_of
from edge_convert.light_model import light_model
from edge_runtime.bundle import Bundle
from edge_runtime.errors import SpecError, VerificationError
from edge_runtime.pipeline import Lens
from edge_runtime.spec import Gate, Gates

MODEL = light_model("smile")
TFLITE = Options(formats=("tflite",), variants=("fp32",))


def options(out: Path) -> Options:
    return Options(out=out, formats=("tflite",), variants=("fp32",))


def test_a_bundle_of_one_model_runs(tmp_path: Path) -> None:
    steps: list[str] = []
    entry = build_model(MODEL, options(tmp_path), steps.append)
    assert [Path(file.path).name for file in entry.files] == ["smile-fp32.tflite"]
    assert steps[0] == "checking the import"
    bundle = Bundle.open(tmp_path)
    assert bundle.file(bundle.entry("smile"), "fp32")[1].is_file()
    assert len(bundle.labels(bundle.entry("smile").spec)) == 7
    assert json.loads((tmp_path / "manifest.schema.json").read_text())["$defs"]["ModelSpec"]
    assert Lens(tmp_path).bundle.manifest == manifest_of(tmp_path)


def test_nothing_is_placed_before_everything_has_passed(tmp_path: Path) -> None:
    from dataclasses import replace

    tight = {variant: Gate(max_abs=0, mean_abs=0) for variant in MODEL.spec.gates.variants}
    gates = Gates(imported=MODEL.spec.gates.imported, variants=tight)
    strict = replace(MODEL, spec=msgspec.structs.replace(MODEL.spec, gates=gates))
    with pytest.raises(VerificationError, match="allowed are 0"):
        build_model(strict, options(tmp_path))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_the_app_gets_what_ships() -> None:
    chosen = Options(out=ASSETS, formats=("tflite",)).builds(MODEL)
    assert [build.variant for build in chosen] == [MODEL.spec.ships["tflite"]]
    with pytest.raises(SpecError, match="--out DIR"):
        Options(out=ASSETS, formats=("tflite",), variants=("fp32",)).builds(MODEL)


def test_a_file_over_the_limit_is_left_out_and_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "ASSETS", tmp_path)
    monkeypatch.setattr(building, "LARGEST_BUNDLED", 1000)
    wanted = Options(out=tmp_path, formats=("tflite",))
    (file,) = build_model(MODEL, wanted).files
    assert not file.bundled
    assert file.bytes > 1000
    assert not list(tmp_path.rglob("*.tflite"))


def test_what_a_recipe_makes_is_verified_and_listed(tmp_path: Path) -> None:
    recipe = Recipe(model="smile", version=MODEL.spec.version, base="w8")
    write_recipe(tmp_path / "recipe.json", recipe)
    wanted = Options(out=tmp_path / "out", recipe=tmp_path / "recipe.json")
    (file,) = build_model(MODEL, wanted).files
    assert (file.variant, Path(file.path).name) == ("mixed", "smile-mixed.tflite")
    assert file.parity is not None
    assert file.parity.max_abs > 0
    assert Lens(tmp_path / "out").bundle.manifest.models[0].files == (file,)


def test_a_recipe_that_does_not_keep_its_promise_places_nothing(tmp_path: Path) -> None:
    recipe = Recipe(
        model="smile",
        version=MODEL.spec.version,
        base="w8",
        gate=Gate(max_abs=1e-9, mean_abs=1e-9),
    )
    write_recipe(tmp_path / "recipe.json", recipe)
    wanted = Options(out=tmp_path / "out", recipe=tmp_path / "recipe.json")
    with pytest.raises(VerificationError, match="allowed are 1e-09"):
        build_model(MODEL, wanted)
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]


def test_what_a_recipe_makes_is_not_for_the_app_by_itself(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="--out DIR"):
        Options(out=ASSETS, recipe=tmp_path / "recipe.json").builds(MODEL)
