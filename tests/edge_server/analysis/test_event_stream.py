from __future__ import annotations

import json

from edge_server.analysis.event_stream import STILL_THERE, event


def test_an_event_is_one_block_whatever_is_in_it() -> None:
    content = {"text": "two\nlines\r\n\nand\u2028more"}
    block = event("result", content, 7)
    assert block.endswith(b"\n\n")
    lines = block[:-2].decode().split("\n")
    assert lines[:2] == ["id: 7", "event: result"]
    assert json.loads(lines[2].removeprefix("data: ")) == content
    assert len(lines) == 3


def test_without_a_number_there_is_no_id() -> None:
    assert event("done", {}) == b"event: done\ndata: {}\n\n"


def test_a_sign_of_life_is_a_comment() -> None:
    assert STILL_THERE.startswith(b":")
    assert STILL_THERE.endswith(b"\n\n")
