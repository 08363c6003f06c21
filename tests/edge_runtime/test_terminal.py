from __future__ import annotations

import io
import subprocess
import sys

import pytest

from edge_runtime.terminal import answer, complain, progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_results_and_everything_else_go_their_own_ways(
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer("42")
    complain(ValueError("no photo"))
    progress("1/2")
    assert capsys.readouterr() == ("42\n", "edge-run: no photo\n")


def test_progress_is_for_a_person_who_looks_on(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    progress("1/2")
    assert terminal.getvalue() == "1/2\n"


def test_a_closed_standard_error_is_no_reason_to_fail(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    complain("x")
    progress("x")
    answer("42")
    assert capsys.readouterr().out == "42\n"


def shell(rest: str) -> subprocess.CompletedProcess[str]:
    """``edge-run models --json`` with its output sent somewhere."""
    command = f'"{sys.executable}" -m edge_runtime models --json {rest}'
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("somewhere", ["> /dev/full", ">&-"])
def test_an_output_that_takes_nothing_is_one_line(somewhere: str) -> None:
    done = shell(somewhere)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "standard output takes nothing" in done.stderr


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    done = shell("| head -c 1")
    assert (done.stdout, done.stderr) == ("{", "")
