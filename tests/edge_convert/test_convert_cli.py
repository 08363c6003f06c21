from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from edge_convert import building, cli
from edge_convert.light_model import LightModel
from edge_runtime.errors import ConversionError
from edge_runtime.spec import Gate, Gates


def run(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = cli.main(arguments)
    out, err = capfd.readouterr()
    return status, out, err


def test_a_model_is_converted_and_said_so(
    installed: LightModel, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    status, shown, said = run(
        capfd, "--all", "--formats", "tflite,onnx", "--variants", "fp32", "--out", str(out)
    )
    assert (status, said) == (0, "")
    assert [line.split()[1:3] for line in shown.splitlines()] == [
        ["tflite", "fp32"],
        ["onnx", "fp32"],
    ]
    assert {path.name for path in (out / "models" / "tiny").iterdir()} == {
        "tiny-fp32.tflite",
        "tiny-fp32.onnx",
    }


def test_json_is_one_object_a_model(
    installed: LightModel, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    arguments = ("--formats", "tflite", "--variants", "fp32", "--out", str(out), "--json")
    _, shown, _ = run(capfd, "--all", *arguments)
    (made,) = map(json.loads, shown.splitlines())
    assert made["model"] == "tiny"
    assert made["files"][0]["parity"]["photos"] == 2


def test_one_that_fails_does_not_stop_the_others(
    installed: LightModel,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tight = Gates(
        imported=Gate(max_abs=1, mean_abs=1),
        variants=dict.fromkeys(installed.spec.gates.variants, Gate(max_abs=0, mean_abs=0)),
    )
    bad = replace(installed, spec=msgspec.structs.replace(installed.spec, gates=tight))
    models = {"bad": bad, "good": installed}
    monkeypatch.setattr(cli, "light_models", lambda: models)
    out = tmp_path / "out"
    arguments = ("--formats", "onnx", "--out", str(out), "--json")
    status, shown, said = run(capfd, "--all", *arguments)
    failed, made = map(json.loads, shown.splitlines())
    assert status == 1
    assert "allowed are 0" in failed["error"]
    assert made["files"][0]["format"] == "onnx"
    assert said.startswith("edge-convert: tiny: probability of tiny-fp32.onnx differs")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "name a model or say --all"),
        (["import"], "name a model or say --all"),
        (["smile", "--formats", "tflite,elf"], "'tflite,elf' is not a list of some of"),
        (["smile", "--variants", ""], "is not a list of some of"),
        (["smile", "--via", "magic"], "invalid choice"),
        (["smile", "face-landmarks", "--recipe", "a.json"], "name one model and nothing else"),
        (["smile", "--recipe", "a.json", "--variants", "fp32"], "name one model"),
        (["--bogus"], "unrecognized arguments"),
    ],
)
def test_usage_errors_exit_with_2(
    arguments: list[str], told: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    assert told in capfd.readouterr().err


def test_a_recipe_that_is_not_there_is_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    missing, out = str(tmp_path / "a.json"), str(tmp_path / "out")
    status, shown, said = run(capfd, "smile", "--recipe", missing, "--out", out)
    assert (status, shown) == (1, "")
    assert said.startswith("edge-convert: the recipe a.json cannot be read (No such file")


def test_an_unknown_model_is_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    status, shown, said = run(capfd, "smlie")
    assert (status, shown) == (1, "")
    assert said.startswith("edge-convert: unknown model 'smlie' (did you mean 'smile'?)")
    assert said.count("\n") == 1


def test_interrupting_is_not_a_traceback(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setitem(cli._COMMANDS, "models", interrupt)
    status, _, said = run(capfd, "models")
    assert (status, said.count("\n")) == (130, 1)


def test_models_are_listed(capfd: pytest.CaptureFixture[str]) -> None:
    status, shown, _ = run(capfd, "models", "--json")
    listed = [json.loads(line) for line in shown.splitlines()]
    assert status == 0
    assert {"smile", "style-transfer"} <= {model["model"] for model in listed}
    assert all(model["ships"]["tflite"] in model["tflite"] for model in listed)


def test_calibrating_says_what_was_written(
    installed: LightModel, capfd: pytest.CaptureFixture[str]
) -> None:
    status, shown, said = run(capfd, "calibrate", "--all", "--json")
    assert (status, said) == (0, "")
    assert json.loads(shown)["ranges"] == "tiny.json"
    assert building.ranges_path("tiny").is_file()


def test_checking_names_what_differs(
    installed: LightModel, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out")
    run(capfd, "--all", "--formats", "tflite", "--variants", "fp32", "--out", out)
    assert run(capfd, "--check", "--out", out)[0] == 0
    (tmp_path / "out" / "models" / "tiny" / "tiny-fp32.tflite").write_bytes(b"x")
    status, shown, _ = run(capfd, "--check", "--out", out, "--json")
    problem = {"where": "models/tiny/tiny-fp32.tflite"}
    found = json.loads(shown)
    assert (status, found["ok"]) == (1, False)
    assert found["problems"][0].items() >= problem.items()


def test_comparing_prints_both_and_records_on_demand(
    installed: LightModel,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from edge_convert import comparisons

    monkeypatch.setattr(comparisons, "FOLDER", tmp_path / "comparisons")
    status, shown, said = run(capfd, "compare", "--all", "--record", "--json")
    assert (status, said) == (0, "")
    found = json.loads(shown)
    sides = [side for pair in found["pairs"] for side in pair["sides"]]
    assert {side["converter"] for side in sides} == {"litert-torch", "onnx2tf"}
    assert all(side["error"] == "" and side["bytes"] > 0 and side["ms"] > 0 for side in sides)
    assert all(pair["apart"] < 1e-5 for pair in found["pairs"])
    recorded = comparisons.recorded(installed.spec)
    assert recorded is not None
    assert recorded.better == found["better"]


def test_an_import_that_cannot_be_had_is_one_line(
    installed: LightModel, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from edge_convert import weights

    def refuse(*_: object, **_options: object) -> object:
        raise ConversionError("no such package")

    monkeypatch.setattr(weights, "import_model", refuse)
    assert run(capfd, "import", "--all") == (1, "", "edge-convert: no such package\n")
    assert run(capfd, "import", "--missing") == (0, "", "")


def test_it_is_a_program(samples: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "edge_convert", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "edge-convert compare MODEL" in done.stdout


def test_a_detector_is_written_for_mediapipe(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    models = ("face-detection-short", "smile")
    status, shown, said = run(capfd, "tasks", *models, "--out", str(tmp_path), "--json")
    made, refused = map(json.loads, shown.splitlines())
    path = tmp_path / "face-detection-short-tasks.tflite"
    assert made == {"model": models[0], "path": str(path), "bytes": path.stat().st_size}
    assert "smile has no other form" in refused["error"]
    assert "smile has no other form" in said
    assert status == 1


def test_an_installed_package_has_its_own_bundle_and_is_not_written_to(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = tmp_path / "lib" / "mobile_assets"
    monkeypatch.setattr(cli, "ASSETS", checkout)
    out = tmp_path / "app"
    arguments = ("bundle", "smile", "--platform", "android", "--out", str(out))
    assert run(capfd, *arguments)[0] == 0
    assert (out / "manifest.json").is_file()
    assert '"files":[{' in run(capfd, "models", "--json")[1]
    for command in (["contract"], ["golden", "smile"], ["smile", "--out", str(checkout)]):
        status, shown, said = run(capfd, *command)
        assert (status, shown) == (1, "")
        assert "the files of a checkout" in said
    assert not checkout.exists()


@pytest.mark.parametrize("command", [["bundle", "smile", "--platform", "ios"], ["smile"]])
def test_a_place_that_cannot_be_written_to_is_one_line(
    command: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    place = str(tmp_path / "file" / "out")
    status, shown, said = run(capfd, *command, "--out", place)
    assert (status, shown) == (1, "")
    assert " cannot be used: " in said
    assert said.count("\n") == 1
