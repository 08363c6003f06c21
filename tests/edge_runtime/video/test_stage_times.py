from __future__ import annotations

import time

import pytest

from edge_runtime.video.stage_times import StageTimes


def test_means_by_stage_in_their_order() -> None:
    times = StageTimes()
    slow = times.timed("slow", lambda item: time.sleep(0.01) or item)
    times.timed("never", lambda item: item)
    assert [slow(1), slow(2)] == [1, 2]
    means = times.mean_ms()
    assert list(means) == ["slow", "never"]
    assert means["slow"] >= 10
    assert means["never"] == 0


def test_a_step_that_fails_is_counted_and_fails() -> None:
    times = StageTimes()

    def fail(item: int) -> int:
        raise ValueError(item)

    with pytest.raises(ValueError, match="7"):
        times.timed("bad", fail)(7)
    assert times.mean_ms()["bad"] >= 0
