from __future__ import annotations

import pytest

from edge_runtime.terminal import answer, complain, progress


def test_results_and_everything_else_go_their_own_ways(
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer("42")
    complain(ValueError("no photo"))
    progress("1/2")
    assert capsys.readouterr() == ("42\n", "edge-run: no photo\n")
