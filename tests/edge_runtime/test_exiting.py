from __future__ import annotations

import errno
import subprocess
import sys

import pytest

from edge_runtime.errors import PocketLensError
from edge_runtime.exiting import status_of


def raising(error: BaseException) -> int:
    raise error


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (PocketLensError("no bundle: give one"), 1, "p: no bundle: give one\n"),
        (
            ModuleNotFoundError(name="scipy"),
            1,
            "p: scipy is not installed: pip install 'pocketlens[convert]'\n",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device", "a.png"),
            1,
            "p: a.png cannot be used: No space left on device; choose another\n",
        ),
        (OSError("gone"), 1, "p: a file cannot be used: gone; choose another\n"),
        (KeyboardInterrupt(), 130, "p: interrupted; nothing half-written was left\n"),
    ],
)
def test_what_went_wrong_is_a_line_and_a_status(
    error: BaseException, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of(lambda: raising(error), "p", "convert") == status
    assert capsys.readouterr() == ("", said)


def test_what_went_well_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(lambda: 2, "p") == 2
    assert capsys.readouterr() == ("", "")


def test_a_mistake_of_ours_is_not_hidden() -> None:
    with pytest.raises(ModuleNotFoundError):
        status_of(lambda: raising(ModuleNotFoundError(name="edge_runtime.x")), "p")
    with pytest.raises(ZeroDivisionError):
        status_of(lambda: 1 // 0, "p")


@pytest.mark.parametrize("module", ["edge_runtime models", "edge_server weights list"])
def test_a_reader_that_has_seen_enough_is_no_traceback(module: str) -> None:
    command = f'"{sys.executable}" -m {module} | head -c 1'
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (len(done.stdout), done.stderr) == (1, "")
