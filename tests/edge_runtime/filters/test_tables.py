from __future__ import annotations

import json
from pathlib import Path

from edge_runtime.filters.library import Library
from edge_runtime.filters.tables import tables_text


def test_the_committed_tables_are_those_of_python(root: Path) -> None:
    assets = root / "mobile_assets"
    committed = (assets / "filters.tables.json").read_text(encoding="utf-8")
    made = tables_text(Library.open(assets))
    assert committed == made, "edge-run filter --tables > filters.tables.json"


def test_every_recipe_and_every_art_is_listed(root: Path) -> None:
    tables = json.loads((root / "mobile_assets" / "filters.tables.json").read_text("utf-8"))
    folder = root / "mobile_assets" / "filters"
    assert set(tables["recipes"]) == {path.stem for path in folder.glob("*.json")}
    assert set(tables["art"]) == {path.stem for path in (folder / "art").glob("*.json")}


def test_art_is_fastened_to_landmarks_that_there_are(root: Path) -> None:
    tables = json.loads((root / "mobile_assets" / "filters.tables.json").read_text("utf-8"))
    numbers = [number for spot in tables["face"]["spots"].values() for number in spot]
    assert all(0 <= number < 468 for number in numbers)
    assert len(tables["face"]["points"]) == len(
        {p["landmark"] for p in tables["face"]["points"]}
    )
