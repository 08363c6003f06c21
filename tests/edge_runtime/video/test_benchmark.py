from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from edge_runtime import Lens
from edge_runtime.cli import main
from edge_runtime.video import benchmark
from edge_runtime.video.benchmark import SIZE_WH, heading, line, measure, moving
from edge_runtime.video.painters import Wish


def test_the_frames_move_and_have_the_size(samples: Path) -> None:
    frames = moving(samples / "astronaut.png", 4)
    assert all(frame.shape == (SIZE_WH[1], SIZE_WH[0], 3) for frame in frames)
    assert 0.1 < np.abs(frames[0].astype(int) - frames[1]).mean() < 20
    assert moving(None, 1)[0].shape == frames[0].shape


def test_a_row_says_where_the_time_goes(lens: Lens, samples: Path) -> None:
    row = measure("x", Wish(background="white"), lens, moving(samples / "astronaut.png", 8))
    assert row.fps == pytest.approx(1000 / (row.infer_ms + row.draw_ms), rel=0.01)
    assert min(row.infer_ms, row.draw_ms, row.cpu_ms, row.pipeline_fps) > 0
    assert len(line(row)) == len(heading())


def test_the_command_prints_a_line_a_task(
    samples: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wishes = {name: benchmark._WISHES[name] for name in ("segment", "faces")}
    monkeypatch.setattr(benchmark, "_WISHES", wishes)
    words = ["bench", "--video", "--photo", str(samples / "astronaut.png")]
    assert main([*words, "--rounds", "2", "--threads", "1", "--json"]) == 0
    rows = [json.loads(one) for one in capsys.readouterr().out.splitlines()]
    assert [row["task"] for row in rows] == ["segment", "faces"]
    assert main([*words, "--rounds", "1", "--threads", "1"]) == 0
    assert capsys.readouterr().out.startswith("task, 640x480")
