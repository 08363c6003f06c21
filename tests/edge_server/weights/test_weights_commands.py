"""``edge-serve weights``: what it prints, and how it ends."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from edge_runtime.errors import PocketLensError
from edge_server.heavy_model import Released
from edge_server.weights import commands
from edge_server.weights.weights_store import WeightsStore


@pytest.fixture
def run(
    store_of: Any,
    server: Any,
    checkpoint: Any,
    checkpoint_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Any:
    """Runs a command line on a store whose server has one checkpoint; status and output."""
    content = checkpoint_file.read_bytes()
    server.files["first.pth"] = content
    digest = hashlib.sha256(content).hexdigest()
    origin = Released(url=server.url("first.pth"), sha256=digest, bytes=len(content))
    store: WeightsStore = store_of(checkpoint("first", origin))
    monkeypatch.setattr(commands, "WeightsStore", lambda _folder: store)

    def ran(*arguments: str) -> tuple[int, str]:
        parser = argparse.ArgumentParser()
        commands.add_options(parser)
        status = commands.run(parser.parse_args(arguments))
        return status, capsys.readouterr().out

    return ran


def test_a_life_of_weights(run: Any, store_of: Any, tmp_path: Path) -> None:
    status, said = run("list")
    assert (status, said.split()) == (0, ["tiny", "first", "0.1", "MB", "MIT"])
    status, said = run("pull", "tiny")
    assert status == 0
    assert said.startswith("tiny first: 2 tensors, 0.1 MB, SHA-256 ")
    assert run("list")[1].startswith("here tiny")
    assert run("verify") == (0, "intact   tiny first\n")
    path = tmp_path / "weights" / "tiny" / "first.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert run("verify") == (1, "damaged  tiny first\n")
    assert run("pull", "tiny", "first", "--again")[0] == 0
    assert run("verify")[0] == 0


def test_one_of_your_own(run: Any, checkpoint_file: Path, tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_text("cat\n\ndog \n")
    status, said = run(
        *("add", "tiny", str(checkpoint_file), "--name", "mine", "--json"),
        *("--labels", str(tmp_path / "labels.txt"), "--set", "a=2", "--set", "b=x"),
    )
    record = json.loads(said)["checkpoint"]
    assert status == 0
    assert record["labels"] == ["cat", "dog"]
    assert record["settings"] == {"a": 2.0, "b": "x"}
    assert record["origin"]["from"] == "file"


@pytest.mark.parametrize("command", [("list",), ("pull", "tiny"), ("verify",)])
def test_json_is_one_object_a_line(run: Any, command: tuple[str, ...]) -> None:
    run("pull", "tiny")
    status, said = run(*command, "--json")
    assert status == 0
    assert all(json.loads(line) for line in said.splitlines())
    assert said


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("pull", "other"), "known: tiny"),
        (("add", "tiny", "nowhere.pth"), "there is no file"),
        (("add", "tiny", "FILE", "--set", "x"), "KEY=VALUE"),
        (("add", "tiny", "FILE", "--labels", "nowhere"), "cannot be read"),
    ],
)
def test_errors_are_one_line(run: Any, command: tuple[str, ...], words: str) -> None:
    with pytest.raises(PocketLensError, match=words) as raised:
        run(*command)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("command", [(), ("steal",), ("pull",), ("add", "tiny")])
def test_usage_is_status_2(run: Any, command: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(*command)
    assert stopped.value.code == 2


def test_progress_is_said_where_a_person_looks_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Screen:
        said = ""

        def isatty(self) -> bool:
            return True

        def write(self, text: str) -> None:
            self.said += text

        def flush(self) -> None:
            pass

    screen = Screen()
    monkeypatch.setattr(commands.sys, "stderr", screen)
    tell = commands._progress()
    for done in range(0, 1_000_001, 1000):
        tell(done, 1_000_000)
    assert screen.said.count("\r") == 101
    assert screen.said.endswith("100 % \n")
