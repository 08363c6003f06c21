from __future__ import annotations

from pathlib import Path

import pytest

from edge_calibration.recipes import Recipe
from edge_calibration.search.journal import Journal
from edge_calibration.search.scoring import Scored
from edge_calibration.search.trials import Measures, Trials

SCORED = Scored(used=0.5, metrics={}, loss=1, max_abs=1, mean_abs=1)


def trials(folder: Path, made: list[Recipe], full: object = SCORED) -> Trials:
    def make(recipe: Recipe) -> Path:
        made.append(recipe)
        path = folder / "trial"
        path.write_bytes(b"12345")
        return path

    def score(path: Path) -> Scored:
        assert path.exists()
        if isinstance(full, Scored):
            return full
        raise RuntimeError("no")

    measures = Measures(make=make, quick=lambda _: 2.0, full=score, time=lambda _: 0.5)
    return Trials("net", "1.0.0", measures, Journal(folder / "j"))


def test_a_mix_is_made_once_for_each_question_and_deleted(tmp_path: Path) -> None:
    made: list[Recipe] = []
    asked = trials(tmp_path, made)
    for _ in range(2):
        assert asked.alone({"a": "w8", "b": "float"}).bytes == 5
        assert asked.full({"b": "float", "a": "w8"}).scored == SCORED
        assert asked.time({"a": "w8"}) == 0.5  # what is not said is float
    assert len(made) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["j"]
    assert [mix for mix, _ in asked.scored] == [{"b": "float", "a": "w8"}]
    asked.full({"a": "w8", "b": "fp16"})
    assert len(asked.scored) == 2


def test_a_trial_that_fails_leaves_no_file_and_no_line(tmp_path: Path) -> None:
    asked = trials(tmp_path, [], full=None)
    with pytest.raises(RuntimeError):
        asked.full({"a": "w8"})
    assert list(tmp_path.iterdir()) == []
