from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from edge_runtime.filters.schema import schema_text


def test_the_committed_schema_is_that_of_the_records(root: Path) -> None:
    committed = (root / "mobile_assets" / "filters.schema.json").read_text(encoding="utf-8")
    assert committed == schema_text(), "edge-run filter --schema > filters.schema.json"


def test_every_file_keeps_to_the_schema(root: Path) -> None:
    schema = json.loads(schema_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    recipes = jsonschema.Draft202012Validator(schema)
    art = jsonschema.Draft202012Validator(schema | {"$ref": "#/$defs/Art"})
    folder = root / "mobile_assets" / "filters"
    for path in folder.glob("*.json"):
        recipes.validate(json.loads(path.read_text(encoding="utf-8")))
    for path in (folder / "art").glob("*.json"):
        art.validate(json.loads(path.read_text(encoding="utf-8")))


def test_the_schema_refuses_what_the_records_refuse() -> None:
    wrong = {"title": "A", "about": "B", "layers": [{"do": "grade", "warmt": 1}]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, json.loads(schema_text()))
