from __future__ import annotations

import json

import msgspec
import pytest

from edge_server.analysis.job_records import JobPhotoRecord, JobRecord, NewPhoto


def test_an_answer_is_told_as_it_was_written_down() -> None:
    answer = msgspec.Raw(b'{"results":{"faces":{}}}')
    record = JobPhotoRecord(number=3, name="a.jpg", state="done", place=1, answer=answer)
    assert json.loads(msgspec.json.encode(record))["answer"] == {"results": {"faces": {}}}


def test_states_are_those_that_are_documented() -> None:
    fields = {"id": "1", "made": 0, "ended": None, "analyses": [], "keep": True}
    counts = dict.fromkeys(("total", "done", "failed", "cancelled"), 0)
    for state in ("running", "done", "cancelled"):
        assert msgspec.convert(fields | counts | {"state": state}, JobRecord).state == state
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(fields | counts | {"state": "lost"}, JobRecord)


def test_a_photo_that_is_sent_has_bytes_or_an_address() -> None:
    assert NewPhoto(name="a", url="https://example.org/a.jpg").content == b""
