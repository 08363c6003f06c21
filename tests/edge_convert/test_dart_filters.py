from __future__ import annotations

import numpy as np

from edge_convert.dart_filters import SIZE_WH, backdrop_rows, filter_rows, random_rows
from edge_convert.dart_tables import photo


def pixels(text: str) -> np.ndarray:
    return np.frombuffer(bytes.fromhex(text), np.uint8).reshape(SIZE_WH[1], SIZE_WH[0], 3)


def test_random_numbers_are_of_every_kind() -> None:
    for row in random_rows():
        assert all(0 <= value < 1 for value in (*row["uniform"], *row["uniform32"]))
        assert min(row["normal"]) < 0 < max(row["normal"])


def test_a_backdrop_is_a_picture_of_many_colours() -> None:
    for row in backdrop_rows():
        assert len(np.unique(pixels(row["drawn"]).reshape(-1, 3), axis=0)) > 100, row["words"]


def test_a_filter_changes_the_photo_and_keeps_the_person() -> None:
    rgb = photo(*SIZE_WH)
    for row in filter_rows(rgb):
        made = pixels(row["drawn"])
        changed = (made != rgb).any(axis=2)
        assert changed.mean() > 0.5, row["preset"]
        assert len(row["landmarks"]) == 3 * 468
