from __future__ import annotations

import json
from argparse import Namespace

import pytest

from edge_runtime.bench import WHOLE, run_bench
from edge_runtime.bundle import Bundle
from edge_runtime.spec import Task


def options(**changes: object) -> Namespace:
    given = {"bundle": None, "models": [], "json": True, "photo": None, "variant": None}
    return Namespace(**{**given, "video": False, "threads": [1], "rounds": 2, **changes})


def test_every_kind_of_model_has_a_pipeline_to_measure() -> None:
    assert set(WHOLE) == set(Task.__args__)


@pytest.mark.parametrize("model", [entry.spec.id for entry in Bundle.open().manifest.models])
def test_a_row_says_bare_whole_and_ratio(
    model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_bench(options(models=[model])) == 0
    (line,) = capsys.readouterr().out.splitlines()
    row = json.loads(line)
    assert row["model"] == model
    assert set(row["whole_ms"]) == set(row["ratio"]) == {"640x480", "1280x960"}
    assert row["bare_ms"] > 0
    assert row["bytes"] > 100_000
