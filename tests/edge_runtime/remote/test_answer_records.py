from __future__ import annotations

from typing import Any

import msgspec
import pytest

from edge_runtime.remote import answer_records as records


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (records.FacesRecord, "{}"),
        (records.FacesRecord, '{"faces": null}'),
        (records.FacesRecord, '{"faces": [{"box": [1, 2, 3], "score": 1, "points": {}}]}'),
        (records.LabelsRecord, "{}"),
        (records.ObjectsRecord, '{"objects": [{"label": "x", "score": "high"}]}'),
        (records.InstancesRecord, '{"instances": [{"label": "x", "score": 1, "box": []}]}'),
        (records.ClassesRecord, "[]"),
        (records.ModelsRecord, '{"error": "x"}'),
        (records.AnswerRecord, '{"result": {"faces": []}}'),
    ],
)
def test_an_empty_list_has_to_be_said(kind: Any, text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=kind)


def test_what_a_later_server_adds_is_left_alone() -> None:
    read = msgspec.json.decode('{"faces": [], "hats": 3}', type=records.FacesRecord)
    assert read.faces == ()
