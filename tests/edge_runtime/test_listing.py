from __future__ import annotations

import json
import re

import pytest

from edge_runtime.bundle import Bundle
from edge_runtime.listing import model_json, model_lines

ENTRIES = Bundle.open().manifest.models


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.spec.id)
def test_a_model_is_listed_with_its_files(entry: object) -> None:
    said = json.loads(model_json(entry))
    assert said["model"] == entry.spec.id
    assert len(said["files"]) == len(entry.files)
    assert all(re.fullmatch(r"[0-9a-f]{64}", file["sha256"]) for file in said["files"])
    text = model_lines(entry)
    assert text.startswith(f"{entry.spec.id}: ")
    assert text.count(", ships") >= 1
    assert len(text.splitlines()) == 1 + len(entry.files)
