"""What holds of every command of ``edge-calibrate``."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from edge_calibration import cli
from edge_calibration.cli import COMMANDS, main

OF_A_MODEL = ("evaluate", "layers", "search", "lint")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    assert stopped.value.code == 0
    shown = capsys.readouterr().out
    assert f"edge-calibrate {command}" in shown
    assert "--json" in shown
    assert import_module(f"edge_calibration.commands.{command}").__doc__


@pytest.mark.parametrize("command", OF_A_MODEL)
def test_an_unknown_model_is_one_line(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "smiel"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("edge-calibrate: unknown model 'smiel' (did you mean 'smile'?)")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["evaluate"],
        ["lint"],
        ["serach"],
        ["search", "smile", "--within", "5"],
        ["search", "smile", "--within", "nan"],
        ["search", "smile", "--budget", "-1"],
        ["lint", "smile", "--photos", "-2"],
    ],
)
def test_what_cannot_be_understood_is_usage(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2


def test_a_report_of_what_does_not_ship_is_not_recorded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["evaluate", "smile", "--variant", "fp32", "--record"]) == 1
    assert "--record keeps reports of what ships" in capsys.readouterr().err


def test_photos_that_are_not_there_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "smile", "--data", "nowhere"]) == 1
    assert "unknown folder or set of photos 'nowhere'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("raised", "status", "said"),
    [
        (ModuleNotFoundError(name="scipy"), 1, "scipy is not installed: pip install"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_what_ends_a_command_while_it_is_loaded_is_one_line(
    raised: BaseException,
    status: int,
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def load(_name: str) -> None:
        raise raised

    monkeypatch.setattr(cli, "_module", load)
    assert main(["check"]) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"edge-calibrate: {said}")
    assert err.count("\n") == 1


def test_a_place_that_cannot_be_written_to_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(_name: str) -> None:
        (tmp_path / "none" / "report.html").write_text("x")

    monkeypatch.setattr(cli, "_module", write)
    assert main(["check"]) == 1
    said = capsys.readouterr().err
    assert "report.html cannot be used: No such file or directory; choose" in said
    assert said.count("\n") == 1
