"""The tables of the Dart tests are what Python computes now."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from edge_convert.dart_tables import TARGET, photo, tables_json

# By how many grey levels a value, and by how many all of them on average, may be off.
MOST = {"pixels": (1, 1e-3), "drawn": (8, 0.05)}


def test_the_file_in_the_package_is_the_one_that_is_made() -> None:
    kept, made = json.loads(TARGET.read_bytes()), json.loads(tables_json())
    assert kept.keys() == made.keys()
    for name, table in made.items():
        assert same(kept[name], table), f"{name}: run 'python -m edge_convert.dart_tables'"


def same(kept: Any, made: Any, key: str = "") -> bool:
    """Equal, but for a pixel in a thousand that another processor rounds the other way; what
    is drawn goes through more than one rounding."""
    if isinstance(kept, dict):
        return kept.keys() == made.keys() and all(
            same(kept[name], made[name], name) for name in kept
        )
    if isinstance(kept, list):
        return len(kept) == len(made) and all(map(same, kept, made, [key] * len(kept)))
    if key in MOST and kept != made:
        one, other = (
            np.frombuffer(bytes.fromhex(t), np.uint8).astype(int) for t in (kept, made)
        )
        off = np.abs(one - other) if one.shape == other.shape else np.array([255])
        most, mean = MOST[key]
        return bool(off.max() <= most and off.mean() <= mean)
    return bool(kept == made)


def test_what_is_not_the_same() -> None:
    table = {"photo": [2, 1], "pixels": "00ff" * 1000}
    assert same(table, {**table, "pixels": "01ff" + "00ff" * 999})
    assert not same(table, {**table, "pixels": "02ff" + "00ff" * 999})
    assert not same(table, {**table, "pixels": "01ff" * 1000})
    assert not same(table, {**table, "pixels": "00ff"})
    assert not same(table, {**table, "photo": [2, 2]})


def test_a_photo_is_made_of_whole_numbers() -> None:
    made = photo(3, 2)
    assert made.shape == (2, 3, 3)
    assert made[1, 2].tolist() == [62 + 57 + 12, 62 + 57 + 12 + 83, 41]
    assert made.dtype == np.uint8
