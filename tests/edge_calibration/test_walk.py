"""The search on files that are JSON: their sizes, losses and times are known."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from edge_calibration.recipes import Layer, Recipe, assigned
from edge_calibration.search.journal import Journal
from edge_calibration.search.scoring import Scored
from edge_calibration.search.trials import Measures, Trials
from edge_calibration.search.walk import Found, Goal, Search

LAYERS = tuple(
    Layer(
        result=f"block/{i};1",
        kind="CONV_2D" if i % 3 else "DEPTHWISE_CONV_2D",
        elements=300 * (1 + 7 * (i % 4)),
        macs=1000 * (1 + i % 5),
    )
    for i in range(12)
)
NAMES = tuple(layer.result for layer in LAYERS)
BYTES = {"float": 4, "fp16": 2, "w8": 1.2, "w8_tensor": 1.1, "dynamic8": 1.25, "w4": 0.6}
LOSSES = {"float": 0, "fp16": 0.001, "w8": 1, "w8_tensor": 1.7, "dynamic8": 2, "w4": 60}
FRAGILE = "block/7;1"
TIMES = {("CONV_2D", "dynamic8"): 0.5, ("DEPTHWISE_CONV_2D", "dynamic8"): 2.0}


class Machine:
    """Makes and measures; counts what it measured, and may be slow, and stand still after so
    many."""

    def __init__(self, folder: Path, pause: float = 0.0, most: int = 1_000_000) -> None:
        self.folder = folder
        self.pause, self.most = pause, most
        self.measured: list[str] = []

    def measures(self) -> Measures:
        return Measures(make=self.make, quick=self.loss, full=self.full, time=self.time)

    def make(self, recipe: Recipe) -> Path:
        precisions = assigned(recipe, NAMES)
        size = sum(BYTES[precisions[layer.result]] * layer.elements for layer in LAYERS)
        path = self.folder / f"{len(self.measured)}.json"
        path.write_bytes(msgspec.json.encode(precisions).ljust(int(size)))
        return path

    def loss(self, path: Path) -> float:
        precisions = self._read(path)
        each = [
            LOSSES[is_] * (50 if name == FRAGILE else 1) for name, is_ in precisions.items()
        ]
        return sum(each) + 0.02 * sum(each) ** 2  # losses do not add up

    def full(self, path: Path) -> Scored:
        loss = self.loss(path)
        metrics = {"iou": 1 - loss / 1000}
        return Scored(used=loss / 20, metrics=metrics, loss=loss, max_abs=loss, mean_abs=loss)

    def time(self, path: Path) -> float:
        precisions = self._read(path)
        total = sum(layer.macs for layer in LAYERS)
        return sum(
            TIMES.get((x.kind, precisions[x.result]), 3 if precisions[x.result] == "w4" else 1)
            * x.macs
            / total
            for x in LAYERS
        )

    def _read(self, path: Path) -> dict[str, str]:
        time.sleep(self.pause if len(self.measured) < self.most else 600)
        self.measured.append(path.name)
        return msgspec.json.decode(path.read_bytes().rstrip())


def search(folder: Path, goal: Goal | None = None, **options: object) -> Found:
    most = int(str(options.pop("most", 1_000_000)))
    machine = Machine(folder, float(str(options.pop("pause", 0))), most)
    trials = Trials("net", "1.0.0", machine.measures(), Journal(folder / "journal.jsonl"))
    gated = bool(options.pop("gated", True))
    found = Search(trials, LAYERS, goal or Goal(budget=60, within=0.6), gated=gated).run()
    assert [path.name for path in folder.iterdir()] == ["journal.jsonl"]
    return found


def test_the_mix_passes_and_is_cheaper_than_any_that_needs_no_search(tmp_path: Path) -> None:
    found = search(tmp_path)
    assert found.best.full.scored.used <= 0.6
    assert found.best.mix[FRAGILE] in {"float", "fp16"}
    passing = [c for c in found.known if c.full.scored.used <= 0.6]
    assert passing
    assert all(found.best.price < 0.8 * c.price for c in passing)


def test_what_is_slower_is_not_used_and_what_is_faster_is(tmp_path: Path) -> None:
    mix = search(tmp_path).best.mix
    kinds = {layer.result: layer.kind for layer in LAYERS}
    dynamic = {kinds[name] for name, is_ in mix.items() if is_ == "dynamic8"}
    assert dynamic == {"CONV_2D"}
    assert "w4" not in mix.values()


def test_the_front_is_unbeaten_and_holds_the_best(tmp_path: Path) -> None:
    found = search(tmp_path)
    assert found.best in found.front
    points = [(c.full.bytes, c.full.scored.used, c.step) for c in found.front]
    assert points == sorted(points)
    for point in points:
        beaten = [o for o in points if o != point and all(a <= b for a, b in zip(o, point))]  # noqa: B905
        assert not beaten


def test_refinement_finds_what_the_walk_does_not(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    short = search(tmp_path / "a", Goal(budget=0, within=0.6))
    long = search(tmp_path / "b", Goal(budget=80, within=0.6))
    assert long.best.price < short.best.price
    assert long.trials > short.trials


def test_a_seed_is_a_result(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    assert search(tmp_path / "a", Goal(seed=5)) == search(tmp_path / "b", Goal(seed=5))


@pytest.mark.parametrize("within", [0.05, 0.3, 1.0])
def test_the_goal_is_kept(within: float, tmp_path: Path) -> None:
    assert search(tmp_path, Goal(within=within)).best.full.scored.used <= within


def test_without_gates_the_least_loss_at_the_size_is_taken(tmp_path: Path) -> None:
    found = search(tmp_path, Goal(larger=1.2), gated=False)
    (int8,) = (c for c in found.known if c.name == "w8")
    assert found.best.full.bytes <= 1.2 * int8.full.bytes
    assert found.best.full.scored.loss < 0.1 * int8.full.scored.loss


def test_each_file_is_measured_once_in_all_runs(tmp_path: Path) -> None:
    first = search(tmp_path)
    lines = (tmp_path / "journal.jsonl").read_bytes()
    machine = Machine(tmp_path)
    trials = Trials("net", "1.0.0", machine.measures(), Journal(tmp_path / "journal.jsonl"))
    assert Search(trials, LAYERS, Goal(budget=60, within=0.6)).run() == first
    assert machine.measured == []
    assert (tmp_path / "journal.jsonl").read_bytes() == lines


def _until(reached: Callable[[], bool]) -> None:
    for _ in range(6000):
        if reached():
            return
        time.sleep(0.01)
    pytest.fail("nothing happened")


# Other tests may have brought threads along; the child touches nothing of theirs.
@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")
def test_a_killed_search_goes_on_where_it_was(tmp_path: Path) -> None:
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    killed.mkdir()
    whole.mkdir()
    journal = killed / "journal.jsonl"
    child = multiprocessing.get_context("fork").Process(
        target=search, args=(killed,), kwargs={"pause": 0.005, "most": 100}
    )
    child.start()
    _until(lambda: journal.exists() and journal.read_bytes().count(b"\n") > 40)
    os.kill(child.pid or 0, signal.SIGKILL)
    child.join()
    assert child.exitcode == -signal.SIGKILL
    before = journal.read_bytes()
    for left in killed.glob("*.json"):  # the trial that was being measured
        left.unlink()
    assert search(killed) == search(whole)
    assert journal.read_bytes().startswith(before[: before.rfind(b"\n") + 1])
    keys = [msgspec.json.decode(x)["key"] for x in journal.read_bytes().split(b"\n")[:-2] if x]
    assert len(keys) == len(set(keys))
