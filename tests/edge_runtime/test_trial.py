from __future__ import annotations

import gc
import signal
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from edge_runtime.backends import BACKENDS
from edge_runtime.trial import Attempt, Verdict, isolated, main, tried

MODEL = "portrait-segmentation"


def attempt(folder: Path, name: str, model: str = MODEL) -> Attempt:
    return Attempt(
        bundle=str(folder),
        model=model,
        variant="weight_only_wi8_afp32" if model == MODEL else "fp32",
        size_hw=(16, 16),
        backend=name,
        home=BACKENDS[name],
        accelerator="chip",
    )


@pytest.mark.parametrize(
    ("name", "fault", "said"),
    [
        ("right", None, ""),
        ("wrong", "wrong-first-run", "probability is off by 0.1 (mean 0.1; 0.0001 (mean"),
        ("blank", "zeros", "probability is all zeros on a"),
        ("nan", "not-a-number", "probability is not all numbers on a"),
        ("shapeless", "wrong-first-run", "probability is of shape (16, 16, 1) on a"),
        ("later", "wrong-first-run", "on b"),
        ("second", "wrong-second-run", "on a"),
        ("unopened", "error", "no such chip: use the accelerator cpu"),
        ("raises", "error", "MemoryError: of the chip"),
    ],
)
def test_a_fault_is_found_and_named(
    proven_bundle: Path, faulty: Callable[..., None], name: str, fault: str | None, said: str
) -> None:
    faulty(name)
    verdict = tried(attempt(proven_bundle, name))
    assert (verdict.backend, verdict.accelerator, verdict.fault) == (name, "chip", fault)
    assert said in verdict.reason
    assert "\n" not in verdict.reason
    assert (verdict.ms is None) == (fault is not None)


@pytest.mark.parametrize(
    ("name", "deadline_s", "fault", "said"),
    [
        ("slow", 60, None, ""),
        ("dies", 60, "crash", signal.Signals.SIGKILL.name),
        ("leaves", 60, "crash", "status 7"),
        ("hangs", 3, "hang", "took more than 3 s"),
    ],
)
def test_what_a_driver_does_to_its_process_stays_there(
    proven_bundle: Path,
    faulty: Callable[..., None],
    name: str,
    deadline_s: float,
    fault: str | None,
    said: str,
) -> None:
    faulty(name)
    verdict = isolated(attempt(proven_bundle, name), deadline_s)
    assert verdict.fault == fault
    assert said in verdict.reason
    assert verdict.ms is None or verdict.ms >= 200


def test_a_time_that_is_over_at_once_leaves_nothing_open(
    proven_bundle: Path, faulty: Callable[..., None]
) -> None:
    faulty("right")
    verdict = isolated(attempt(proven_bundle, "right"), 0.0)
    gc.collect()  # a pipe that is open still is an error here
    assert verdict.fault == "hang"


def test_a_model_without_golden_vectors_cannot_be_proven(
    proven_bundle: Path, faulty: Callable[..., None]
) -> None:
    faulty("right")
    verdict = tried(attempt(proven_bundle, "right", "image-classification"))
    assert verdict.fault == "error"
    assert "edge-convert golden" in verdict.reason


def test_the_verdict_goes_to_the_file_that_is_named(
    proven_bundle: Path,
    faulty: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    faulty("right")
    asked = tmp_path / "attempt.json"
    asked.write_bytes(msgspec.json.encode(attempt(proven_bundle, "right")))
    with asked.open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert main([str(tmp_path / "verdict.json")]) == 0
    made = msgspec.json.decode((tmp_path / "verdict.json").read_bytes(), type=Verdict)
    assert made.fault is None
