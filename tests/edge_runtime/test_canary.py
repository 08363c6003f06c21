from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from edge_runtime import canary as module
from edge_runtime.bundle import Bundle
from edge_runtime.canary import CUT_SHORT, Canary, Question, candidates, chosen, compared
from edge_runtime.choices import Choice, Choices
from edge_runtime.errors import BackendError, BundleTampered, UnknownName
from edge_runtime.spec import Accelerator
from edge_runtime.trial import Attempt, Verdict, isolated, tried

MODEL = "portrait-segmentation"
Offer = Callable[..., None]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Trials in this process, for what neither hangs nor kills it; the backends tried."""
    seen: list[str] = []

    def trial(attempt: Attempt, _: float) -> Verdict:
        seen.append(attempt.backend)
        return tried(attempt)

    monkeypatch.setattr(module, "isolated", trial)
    return seen


def question(folder: Path, **more: object) -> Question:
    bundle = Bundle.open(folder)
    return Question(bundle=bundle, entry=bundle.entry(MODEL), **more)  # type: ignore[arg-type]


def faults(choice: Choice) -> dict[str, str | None]:
    return {verdict.backend: verdict.fault for verdict in choice.verdicts}


def test_every_fault_at_once_in_processes_of_their_own(
    proven_bundle: Path, faulty: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []

    def patient(attempt: Attempt, deadline_s: float) -> Verdict:
        """Only what hangs is waited for so briefly: the others may be on a busy machine."""
        asked.append(deadline_s)
        return isolated(attempt, deadline_s if attempt.backend == "hangs" else 120)

    monkeypatch.setattr(module, "isolated", patient)
    faulty("wrong", "second", "dies", "slow", "hangs")
    choice = Canary(deadline_s=5).choose(question(proven_bundle))
    assert asked == [5] * 6
    assert (choice.backend, choice.accelerator) == ("litert", "cpu")
    assert faults(choice) == {
        "litert": None,
        "wrong": "wrong-first-run",
        "second": "wrong-second-run",
        "dies": "crash",
        "slow": "slower",
        "hangs": "hang",
    }
    assert not list(Choices().folder.glob("*.trying"))


def test_the_choice_is_remembered_and_made_anew_when_asked(
    proven_bundle: Path, faulty: Offer, here: list[str]
) -> None:
    faulty("wrong")
    first = Canary().choose(question(proven_bundle))
    again = Canary().choose(question(proven_bundle))
    assert here == ["litert", "wrong"]
    assert (first.remembered, again.remembered) == (False, True)
    assert again.verdicts == first.verdicts
    assert not Canary(again=True).choose(question(proven_bundle)).remembered
    assert here == ["litert", "wrong"] * 2


def test_as_many_threads_as_asked_for_are_tried_and_remembered_apart(
    proven_bundle: Path, faulty: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty()
    seen: list[int] = []

    def trial(attempt: Attempt, _: float) -> Verdict:
        seen.append(attempt.threads)
        return tried(attempt)

    monkeypatch.setattr(module, "isolated", trial)
    for threads in (2, 1, 2):
        Canary().choose(question(proven_bundle, threads=threads))
    assert seen == [2, 1]


def test_damaged_golden_vectors_do_not_lose_the_last_good_choice(
    proven_bundle: Path, faulty: Offer, here: list[str]
) -> None:
    faulty()
    Canary().choose(question(proven_bundle))
    victim = next((proven_bundle / "golden").rglob("*.bin"))
    victim.write_bytes(b"")
    assert Canary().choose(question(proven_bundle)).remembered
    with pytest.raises(BackendError, match=victim.name):
        Canary(again=True).choose(question(proven_bundle))
    assert Canary().choose(question(proven_bundle)).remembered


def test_a_damaged_choice_is_measured_and_written_again(
    proven_bundle: Path, faulty: Offer, here: list[str]
) -> None:
    faulty()
    Canary().choose(question(proven_bundle))
    kept = next(Choices().folder.glob("*.json"))
    kept.write_bytes(b"{")
    assert not Canary().choose(question(proven_bundle)).remembered
    assert Canary().choose(question(proven_bundle)).remembered
    assert len(here) == 2


def test_where_none_is_right_all_reasons_are_said_and_nothing_is_kept(
    proven_bundle: Path, faulty: Offer, here: list[str]
) -> None:
    faulty("nan")
    with pytest.raises(BackendError) as caught:
        Canary().choose(question(proven_bundle, backend="nan"))
    for part in (f"runs {MODEL} correctly", "nan chip: ", "not all numbers", "ask the server"):
        assert part in str(caught.value)
    assert not list(Choices().folder.glob("*.json"))


def test_what_was_cut_short_is_not_tried_until_it_is_asked_for(
    proven_bundle: Path, faulty: Offer, here: list[str]
) -> None:
    """As if a driver had ended the whole machine."""
    faulty("right")
    asked = question(proven_bundle)
    key = module._key(asked, candidates(asked)[0])
    choices = Choices()
    mark = choices._mark(key, "right chip")
    mark.parent.mkdir(parents=True)
    mark.touch()
    found = next(v for v in Canary().choose(asked).verdicts if v.backend == "right")
    assert (found.fault, found.reason) == ("crash", CUT_SHORT)
    assert here == ["litert"]
    again = Canary(again=True).choose(asked)
    assert faults(again)["right"] in {None, "slower"}
    assert not mark.exists()


APP = """
import os, sys
from pathlib import Path
os.environ["IS_THE_APP"] = str(os.getpid())
from edge_runtime import backends
backends.BACKENDS = backends.BACKENDS.copy()
backends.BACKENDS.pop("onnx"), backends.BACKENDS.pop("coreml")
backends.BACKENDS["child"] = "faulty_backends:Child"
from edge_runtime import canary
canary.CPU = ("none", "none")
canary.BACKENDS = backends.BACKENDS
from edge_runtime.bundle import Bundle
bundle = Bundle.open(Path(sys.argv[1]))
asked = canary.Question(bundle=bundle, entry=bundle.entry("portrait-segmentation"))
canary._ms = lambda verdict: verdict.backend != "child"  # the one that kills is the fastest
opened = canary.Canary().open(asked)
print(opened.choice.backend, [(v.backend, v.fault) for v in opened.choice.verdicts])
"""


def test_an_accelerator_that_kills_the_app_does_so_once(
    proven_bundle: Path, faulty: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is right in its own process, and takes the app down where the app adopts it."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    monkeypatch.setattr("edge_runtime.canary.CPU", ("none", "none"))
    starts = [
        subprocess.run(
            [sys.executable, "-c", APP, str(proven_bundle)],
            capture_output=True,
            text=True,
            check=False,
        )
        for _ in range(3)
    ]
    assert starts[0].returncode == -9, starts[0].stderr
    assert "litert [('litert', None)" in starts[1].stdout, starts[1].stderr
    assert "('child', 'crash')" in starts[1].stdout
    assert starts[2].stdout == starts[1].stdout


def test_a_remembered_accelerator_that_is_gone_is_measured_again(
    proven_bundle: Path, faulty: Offer, here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty("right")
    monkeypatch.setattr(module, "_ms", lambda verdict: verdict.backend != "right")
    assert Canary().open(question(proven_bundle)).choice.backend == "right"
    monkeypatch.setattr(
        "faulty_backends.Right.open", vars(sys.modules["faulty_backends"])["Unopened"].open
    )
    opened = Canary().open(question(proven_bundle))
    assert opened.choice.backend == "litert"
    assert faults(opened.choice)["right"] == "error"
    picture = {"image": np.zeros((16, 16, 3), np.uint8)}
    assert opened.session.run(picture)["probability"].shape == (1, 16, 16, 1)


def test_the_manifest_s_recommendation_is_tried_first(
    proven_bundle: Path, faulty: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty()
    monkeypatch.setattr(
        "edge_runtime.backends.lite_rt.LiteRt.accelerators", lambda _: ("cpu", "gpu")
    )
    asked = question(proven_bundle)
    assert [one.accelerator for one in candidates(asked)[0]] == ["cpu", "gpu"]
    first = Accelerator(platform="android", format="tflite", accelerator="gpu", reason="")
    entry = msgspec.structs.replace(asked.entry, accelerators=(first,))
    asked = Question(bundle=asked.bundle, entry=entry)
    assert [one.accelerator for one in candidates(asked)[0]] == ["gpu", "cpu"]


def test_what_is_not_there_is_listed_with_the_reason(proven_bundle: Path) -> None:
    offered, absent = candidates(question(proven_bundle))
    assert ("litert", "cpu") in [one.name for one in offered]
    reasons = {one.backend: one.reason for one in absent}
    assert "no onnx file of portrait-segmentation" in reasons["onnx"]
    assert {one.fault for one in absent} == {"absent"}


def test_an_accelerator_that_nothing_has_is_told(proven_bundle: Path, faulty: Offer) -> None:
    faulty("right")
    with pytest.raises(BackendError, match="unknown accelerator of litert 'tpu'"):
        Canary().choose(question(proven_bundle, accelerator="tpu"))
    with pytest.raises(UnknownName, match="unknown backend 'cuda'"):
        Canary().choose(question(proven_bundle, backend="cuda"))


def test_a_tampered_file_is_never_passed_over(proven_bundle: Path, faulty: Offer) -> None:
    faulty("right")
    file, path = Bundle.open(proven_bundle).file(Bundle.open(proven_bundle).entry(MODEL))
    path.write_bytes(b"x" * file.bytes)
    with pytest.raises(BundleTampered, match=path.name):
        Canary().choose(question(proven_bundle))


def verdict(backend: str, accelerator: str, ms: float | None) -> Verdict:
    fault = None if ms else "hang"
    return Verdict(backend=backend, accelerator=accelerator, ms=ms, fault=fault)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("times", "best", "slower"),
    [
        ({"cpu": 2.0, "gpu": 1.0, "npu": 3.0}, "gpu", ["npu"]),
        ({"gpu": 2.0, "cpu": 2.0}, "cpu", ["gpu"]),
        ({"gpu": 2.0, "cpu": None, "npu": 1.0}, "npu", []),
        ({"cpu": 1.0, "gpu": None}, "cpu", []),
    ],
)
def test_the_fastest_that_is_right_is_chosen(
    times: dict[str, float | None], best: str, slower: list[str]
) -> None:
    made = compared([verdict("litert", name, ms) for name, ms in times.items()])
    assert chosen("m", made).accelerator == best
    assert [one.accelerator for one in made if one.fault == "slower"] == slower
