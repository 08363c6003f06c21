"""What holds of every heavy model's file."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from edge_server.heavy_model import Job, heavy_model, heavy_models
from edge_server.problems import Cancelled, ModelNotFound
from edge_server.tasks.task import NoParams


def test_an_unknown_model_lists_the_known() -> None:
    with pytest.raises(ModelNotFound, match="known are"):
        heavy_model("nothing")


def test_a_job_that_nobody_waits_for_ends_at_its_next_step() -> None:
    told: list[float] = []
    rgb = np.zeros((4, 4, 3), np.uint8)
    gone = False
    job = Job(rgb=rgb, params=NoParams(), progress=told.append, cancelled=lambda: gone)
    job.check()
    job.done(0.5)
    gone = True
    with pytest.raises(Cancelled):
        job.check()
    with pytest.raises(Cancelled):
        job.done(0.75)
    assert told == [0.5, 0.75]


def test_every_spec_can_be_read_without_torch() -> None:
    script = (
        "import sys; sys.modules['torch'] = None; "
        "from edge_server.heavy_model import heavy_models; print(len(heavy_models()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True
    )
    assert done.stdout.strip() == str(len(heavy_models())), done.stderr


@pytest.mark.parametrize("model_id", list(heavy_models()))
def test_a_spec_says_where_it_is_from(model_id: str) -> None:
    spec = heavy_model(model_id).spec
    assert spec.id == model_id
    assert spec.checkpoints
    assert len({checkpoint.name for checkpoint in spec.checkpoints}) == len(spec.checkpoints)
    for checkpoint in spec.checkpoints:
        assert checkpoint.licence.code
        assert checkpoint.licence.weights


@pytest.mark.parametrize("model_id", list(heavy_models()))
def test_the_parameters_have_defaults(model_id: str) -> None:
    heavy_model(model_id).params()
