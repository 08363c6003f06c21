from __future__ import annotations

import os
import pty
import re

import pytest

from edge_calibration.progress import Steps


def read_all(master: int) -> str:
    """What was written to a terminal that is closed: it comes in parts, then an error."""
    parts = []
    try:
        while part := os.read(master, 65536):
            parts.append(part)
    except OSError:
        pass
    os.close(master)
    return b"".join(parts).decode()


def test_nothing_is_drawn_where_nobody_watches(capfd: pytest.CaptureFixture[str]) -> None:
    with Steps(2) as steps:
        steps.model("tiny")("converting")
        steps.done()
        steps.say("tiny: [failed]")
    assert capfd.readouterr() == ("", "tiny: [failed]\n")


def test_a_terminal_sees_model_and_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    master, slave = pty.openpty()
    kept = os.dup(2)
    os.dup2(slave, 2)
    try:
        with Steps(2) as steps:
            steps.model("tiny")("converting")
            with steps.paused():
                os.write(slave, b"result\r\n")
            steps.done()
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(slave)
    shown = read_all(master)
    assert "tiny: converting" in shown
    assert "1/2" in shown
    plain = re.sub(r"\x1b\[[?0-9;]*[a-zA-Z]", "", shown)
    assert "result" in [line.strip("\r") for line in plain.split("\r\n")]  # on its own
