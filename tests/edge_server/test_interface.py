from __future__ import annotations

import pytest

from edge_server.engine.interface import Deadline


def test_a_deadline_counts_down(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("edge_server.engine.interface.monotonic", lambda: now[0])
    deadline = Deadline.after(2.5)
    assert deadline.remaining() == 2.5
    now[0] = 103.0
    assert deadline.remaining() == -0.5
