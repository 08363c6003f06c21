"""What a long command is doing, on standard error; nothing where nobody watches."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.progress import TimeElapsedColumn as Elapsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self


def terminal() -> TextIO:
    """Standard error as it is now, which stays open to us where others redirect it."""
    return os.fdopen(os.dup(2), "w", encoding="utf-8", errors="replace")


class Steps:
    """A line that names the model and the step, with a bar of the models done."""

    def __init__(self, total: int) -> None:
        self._terminal = terminal()
        console = Console(file=self._terminal)
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            Elapsed(),
            console=console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("", total=total)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
        self._terminal.close()

    def model(self, name: str) -> Callable[[str], None]:
        """Begin with a model; the function returned is told each of its steps."""

        def report(step: str) -> None:
            self._progress.update(self._task, description=f"{name}: {step}", refresh=True)

        return report

    def done(self) -> None:
        """One model more is behind us."""
        self._progress.advance(self._task)
        self._progress.refresh()  # a quick model would be over before the next redrawing

    @contextmanager
    def paused(self) -> Iterator[None]:
        """The bar is away meanwhile: what is printed may go to the same terminal."""
        self._progress.stop()
        yield
        self._progress.start()

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)
