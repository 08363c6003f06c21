from __future__ import annotations

import pytest

from edge_convert.progress import Steps


def test_nothing_is_drawn_where_nobody_watches(capfd: pytest.CaptureFixture[str]) -> None:
    with Steps(2) as steps:
        steps.model("smile")("building")
        steps.say("smile: [bold] failed")
        steps.done()
    out, err = capfd.readouterr()
    assert out == ""
    assert err == "smile: [bold] failed\n"
