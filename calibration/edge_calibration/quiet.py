"""Converters talk a lot; what they say is kept aside and shown only where one fails."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import tempfile
import threading
import warnings
from typing import TYPE_CHECKING

from edge_runtime.errors import ConversionError, PocketLensError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_STREAMS = (1, 2)


@contextlib.contextmanager
def aside(doing: str) -> Iterator[None]:
    """Everything printed meanwhile, by C++ as well, goes to a file.

    ``doing`` names model and step; any failure becomes a ``ConversionError`` of one line
    that ends in the cause.  Where ``$POCKETLENS_VERBOSE`` is set nothing is hidden.
    """
    with tempfile.TemporaryFile() as log, contextlib.ExitStack() as stack:
        if not os.environ.get("POCKETLENS_VERBOSE"):
            stack.enter_context(_redirected(log.fileno()))
            copy = os.dup(log.fileno())
            text = stack.enter_context(os.fdopen(copy, "w", encoding="utf-8"))
            stack.enter_context(contextlib.redirect_stdout(text))
            stack.enter_context(contextlib.redirect_stderr(text))
            stack.enter_context(_logging_off())
            stack.enter_context(warnings.catch_warnings(action="ignore"))
        try:
            with _interruptible():
                yield
        except PocketLensError:
            raise
        except Exception as error:
            raise ConversionError(
                f"{doing} failed: {_cause(error)}; run it with POCKETLENS_VERBOSE=1 to see all"
            ) from error


def _cause(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0][:300] if lines else 'no message'}"


@contextlib.contextmanager
def _redirected(target: int) -> Iterator[None]:
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(stream) for stream in _STREAMS]
    for stream in _STREAMS:
        os.dup2(target, stream)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for stream, copy in zip(_STREAMS, kept, strict=True):
            os.dup2(copy, stream)
            os.close(copy)


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C ends what runs meanwhile, at its end at the latest: coremltools, for one, looks
    for its friends under ``except:``, which takes an interruption for a missing package."""
    usual = signal.getsignal(signal.SIGINT)
    if not callable(usual) or threading.current_thread() is not threading.main_thread():
        yield
        return
    came = False

    def noted(number: int, frame: FrameType | None) -> None:
        nonlocal came
        came = True
        usual(number, frame)

    signal.signal(signal.SIGINT, noted)
    try:
        yield
    except Exception:
        if came:  # and somebody made something else of it
            raise KeyboardInterrupt from None
        raise
    finally:
        signal.signal(signal.SIGINT, usual)
    if came:
        raise KeyboardInterrupt


@contextlib.contextmanager
def _logging_off() -> Iterator[None]:
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
