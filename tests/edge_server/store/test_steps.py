from __future__ import annotations

import pytest

from edge_server.store.faults import StoreError
from edge_server.store.steps import FOLDER, check_known, revisions


def test_steps_are_numbered_without_a_gap_and_each_knows_the_one_before() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    assert revisions() == tuple(f"{n:04}" for n in range(1, len(revisions()) + 1))
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    steps = list(ScriptDirectory.from_config(config).walk_revisions())
    assert [step.revision for step in reversed(steps)] == list(revisions())
    assert steps[-1].down_revision is None


@pytest.mark.parametrize("known", ["", *revisions()])
def test_a_known_step_passes(known: str) -> None:
    check_known(known)


def test_an_unknown_step_does_not() -> None:
    with pytest.raises(StoreError, match="install the newer version"):
        check_known("9999")
