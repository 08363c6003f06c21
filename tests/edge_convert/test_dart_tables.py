"""The tables of the Dart tests are what Python computes now."""

from __future__ import annotations

import json

import numpy as np

from edge_convert.dart_tables import TARGET, photo, tables_json


def test_the_file_in_the_package_is_the_one_that_is_made() -> None:
    kept, made = json.loads(TARGET.read_bytes()), json.loads(tables_json())
    assert kept.keys() == made.keys()
    for name, table in made.items():
        assert kept[name] == table, f"{name}: run 'python -m edge_convert.dart_tables'"


def test_a_photo_is_made_of_whole_numbers() -> None:
    made = photo(3, 2)
    assert made.shape == (2, 3, 3)
    assert made[1, 2].tolist() == [62 + 57 + 12, 62 + 57 + 12 + 83, 41]
    assert made.dtype == np.uint8
