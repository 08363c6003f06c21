from __future__ import annotations

from edge_server.engine.engine_settings import EngineSettings
from edge_server.settings import Settings


def test_what_both_settings_have_is_the_same_by_default() -> None:
    ours, theirs = EngineSettings(), Settings()
    assert ours.queue == theirs.queue
    assert ours.memory_bytes == theirs.memory_bytes


def test_a_model_that_fails_is_tried_at_most_three_times_a_minute() -> None:
    assert EngineSettings().rest.seconds >= 20
    assert EngineSettings().rest.reloads <= 3
