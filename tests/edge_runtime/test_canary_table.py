from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_runtime import canary
from edge_runtime.canary_table import heading, lines
from edge_runtime.choices import Choice
from edge_runtime.cli import main
from edge_runtime.trial import Attempt, Fault, Verdict, tried

MODEL = "portrait-segmentation"


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    def trial(attempt: Attempt, _: float) -> Verdict:
        return tried(attempt)

    monkeypatch.setattr(canary, "isolated", trial)


def test_a_table_for_a_person(
    proven_bundle: Path, faulty: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    faulty("wrong", "raises")
    assert main(["canary", MODEL, "--bundle", str(proven_bundle)]) == 0
    table = capsys.readouterr().out.splitlines()
    assert table[0].split() == ["model", "backend", "accelerator", "ms", "why", "not"]
    assert [line.split()[:5] for line in table[1:]] == [
        ["*", MODEL, "litert", "cpu", "right"],
        [MODEL, "wrong", "chip", "wrong", "-"],
        [MODEL, "raises", "chip", "failed", "-"],
    ]
    columns = {
        line.index(word)
        for line, word in zip(table, ("backend", "litert", "wrong"), strict=False)
    }
    assert len(columns) == 1


def test_json_says_the_same(
    proven_bundle: Path, faulty: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    faulty("nan")
    arguments = ["canary", MODEL, "--bundle", str(proven_bundle), "--json"]
    for remembered in (False, True):
        assert main(arguments) == 0
        said = json.loads(capsys.readouterr().out)
        assert (said["backend"], said["accelerator"]) == ("litert", "cpu")
        assert [v["fault"] for v in said["verdicts"]] == [None, "not-a-number"]
        assert said["remembered"] == remembered
    assert main([*arguments, "--again"]) == 0
    assert not json.loads(capsys.readouterr().out)["remembered"]


def test_where_nothing_is_right_the_others_are_still_said(
    proven_bundle: Path, faulty: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    faulty("raises")
    models = ["image-classification", MODEL]  # the first has no golden vectors
    assert main(["canary", *models, "--bundle", str(proven_bundle), "--json"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["model"] == MODEL
    assert "edge-run: nothing here runs image-classification correctly" in said.err
    assert len(said.err.splitlines()) == 1


def test_a_run_asks_the_canary(
    proven_bundle: Path,
    faulty: Callable[..., None],
    samples: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    faulty("unopened")
    photo = str(samples / "astronaut.png")
    assert main(["segment", photo, "--backend", "auto", "--bundle", str(proven_bundle)]) == 0
    assert (
        main(["segment", photo, "--backend", "unopened", "--bundle", str(proven_bundle)]) == 1
    )
    assert "no such chip: use the accelerator cpu" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (None, "right"),
        ("slower", "right"),
        ("absent", "not run"),
        ("zeros", "wrong"),
        ("wrong-second-run", "wrong"),
        ("crash", "failed"),
    ],
)
def test_every_fault_is_a_word(fault: Fault | None, word: str) -> None:
    verdict = Verdict(backend="onnx", accelerator="cuda", fault=fault, reason="why")
    choice = Choice(model="m", backend="litert", accelerator="cpu", verdicts=(verdict,))
    line = lines(choice)
    assert line[heading().index("accelerator") + 22 :].startswith(word)
    assert line.endswith("why")
