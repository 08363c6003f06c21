from __future__ import annotations

import logging
import os
import warnings

import pytest

from edge_convert.quiet import aside
from edge_runtime.errors import ConversionError, WeightsError


def test_what_is_said_meanwhile_is_not_heard(capfd: pytest.CaptureFixture[str]) -> None:
    with aside("a model: converting"):
        os.write(1, b"chatter\n")
        os.write(2, b"from C++\n")
        warnings.warn("deprecated", stacklevel=1)
        logging.getLogger("x").error("noise")
    os.write(1, b"answer\n")
    assert capfd.readouterr() == ("answer\n", "")


def test_a_failure_becomes_one_line_that_names_the_step() -> None:
    with pytest.raises(ConversionError) as caught, aside("smile: converting"):
        raise RuntimeError("first\nsecond")
    text = str(caught.value)
    assert text.startswith("smile: converting failed: RuntimeError: first;")
    assert "\n" not in text


def test_our_own_errors_pass() -> None:
    with pytest.raises(WeightsError, match="gone"), aside("smile: converting"):
        raise WeightsError("gone")


def test_verbose_hides_nothing(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POCKETLENS_VERBOSE", "1")
    with aside("x"):
        os.write(1, b"chatter\n")
    assert capfd.readouterr().out == "chatter\n"
