from __future__ import annotations

import logging
import os
import signal
import threading
import warnings
from collections.abc import Iterator

import pytest

from edge_calibration.progress import terminal
from edge_calibration.quiet import aside
from edge_runtime.errors import ConversionError, SpecError


def chatter() -> None:
    print("from Python")
    os.write(2, b"from C++\n")
    logging.getLogger("x").warning("from logging")
    warnings.warn("from warnings", stacklevel=1)


def test_what_a_converter_says_is_kept_aside(capfd: pytest.CaptureFixture[str]) -> None:
    with aside("tiny: step"):
        chatter()
    print("after")
    assert capfd.readouterr() == ("after\n", "")


def test_nothing_is_hidden_where_that_is_asked_for(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POCKETLENS_VERBOSE", "1")
    with aside("tiny: step"):
        os.write(2, b"from C++\n")
    assert capfd.readouterr().err == "from C++\n"


def test_a_failure_is_one_line_with_its_cause() -> None:
    with pytest.raises(ConversionError) as caught, aside("tiny: step"):
        raise RuntimeError("first\nsecond")
    text = str(caught.value)
    assert text.startswith("tiny: step failed: RuntimeError: first;")
    assert "\n" not in text


def test_an_error_of_ours_passes_as_it_is() -> None:
    with pytest.raises(SpecError, match="^ours$"), aside("tiny: step"):
        raise SpecError("ours")


def test_the_terminal_stays_open_meanwhile(capfd: pytest.CaptureFixture[str]) -> None:
    with terminal() as stream, aside("tiny: step"):
        stream.write("progress\n")
        stream.flush()
    assert capfd.readouterr().err == "progress\n"


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """As Python has it, also where the tests run in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("made_of_it", [None, RuntimeError("no such package")])
def test_an_interruption_that_a_library_swallows_counts_at_the_end(
    made_of_it: Exception | None,
) -> None:
    usual = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), aside("tiny: outer"), aside("tiny: step"):
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            if made_of_it:
                raise made_of_it from None
    assert signal.getsignal(signal.SIGINT) is usual


def test_a_thread_may_have_something_kept_aside(capfd: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        with aside("tiny: step"):
            chatter()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert capfd.readouterr() == ("", "")
