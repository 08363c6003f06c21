from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from edge_runtime.terminal import answer, complain, progress, readable


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


def test_what_a_stream_cannot_write_is_spelt_out(monkeypatch: pytest.MonkeyPatch) -> None:
    ascii_only = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", ascii_only)
    monkeypatch.setattr(sys, "stderr", ascii_only)
    answer("ü")
    complain("写")
    ascii_only.flush()
    assert ascii_only.buffer.getvalue() == b"\\xfc\nedge-run: \\u5199\n"  # type: ignore[attr-defined]
    assert readable("写") == "写"
    assert readable(Path(os.fsdecode(b"\xff.jpg"))) == "\\udcff.jpg"
