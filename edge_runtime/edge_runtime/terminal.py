"""What is said where: results on standard output, everything else on standard error."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TextIO

from edge_runtime.errors import PocketLensError


def answer(text: str) -> None:
    """A result, for whoever reads the output; ``PocketLensError`` where it goes nowhere."""
    try:
        sys.stdout.write(readable(text, sys.stdout) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except (OSError, AttributeError) as error:  # a full disk, or no output at all
        discard_output()
        raise PocketLensError(f"standard output takes nothing ({error})") from None


def readable(text: str | Path, stream: TextIO | None = None) -> str:
    """``text`` as the stream, or else UTF-8, can hold it: the bytes of a file's name need be
    no text, and a terminal may know ASCII only."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return str(text).encode(encoding, "backslashreplace").decode(encoding)


def discard_output() -> None:
    """Nothing more can be said: what is still in the buffer would only fail again."""
    if sys.stdout:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())


def complain(problem: object, program: str = "edge-run") -> None:
    """One line about what went wrong, unless somebody closed standard error."""
    if sys.stderr:
        sys.stderr.write(readable(f"{program}: {problem}\n", sys.stderr))


def progress(text: str) -> None:
    """How far long work is, where a person looks on."""
    if sys.stderr and sys.stderr.isatty():
        sys.stderr.write(readable(text, sys.stderr) + "\n")
