"""What is said where: results on standard output, everything else on standard error."""

from __future__ import annotations

import sys


def answer(text: str) -> None:
    """A result, for whoever reads the output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def complain(problem: object) -> None:
    """One line about what went wrong."""
    sys.stderr.write(f"edge-run: {problem}\n")


def progress(text: str) -> None:
    """How far long work is, where a person looks on."""
    if sys.stderr.isatty():
        sys.stderr.write(text + "\n")
