from __future__ import annotations

from pathlib import Path

import pytest

from edge_calibration.search import timing


class Clock:
    """Runs take what the table says, but every third of them is disturbed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds: dict[str, float]) -> None:
        self.now, self.runs = 0.0, 0
        monkeypatch.setattr(timing, "perf_counter", lambda: self.now)
        clock = self

        class Session:
            input_shapes = {"image": (1, 2, 2, 3)}  # noqa: RUF012

            def __init__(self, path: Path) -> None:
                self._takes = seconds[path.name]

            def run(self, inputs: object) -> None:
                clock.now += 9

            def invoke(self) -> None:
                clock.runs += 1
                clock.now += self._takes * (3 if clock.runs % 3 == 0 else 1)

        monkeypatch.setattr(timing, "Session", Session)


@pytest.mark.parametrize(
    ("one", "other", "ratio", "runs"), [(0.02, 0.01, 2.0, 62), (2.0, 4.0, 0.5, 18)]
)
def test_disturbed_runs_do_not_count(
    one: float, other: float, ratio: float, runs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch, {"a": one, "b": other})
    assert timing.fastest_ratio(Path("a"), Path("b")) == pytest.approx(ratio)
    assert clock.runs == runs
