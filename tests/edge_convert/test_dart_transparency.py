"""The photo of the Dart tests has pixels of every kind."""

from __future__ import annotations

import numpy as np

from edge_convert.dart_tables import photo
from edge_convert.dart_transparency import LARGE_WH, transparency_rows


def test_a_row_for_each_size_with_pixels_of_every_kind() -> None:
    rows = list(transparency_rows(photo(7, 5)))
    assert [tuple(row["large"]) for row in rows] == list(LARGE_WH)
    for row in rows:
        alpha = np.frombuffer(bytes.fromhex(row["alpha"]), np.uint8)
        assert {0, 255} < set(alpha.tolist())
        assert len(bytes.fromhex(row["pixels"])) == row["large"][0] * row["large"][1]
    assert rows[0]["pixels"] == rows[0]["alpha"]


def test_what_nobody_sees_is_white() -> None:
    row = next(transparency_rows(photo(7, 5)))
    alpha = np.frombuffer(bytes.fromhex(row["alpha"]), np.uint8)
    for name in ("shown", "on_white"):
        made = np.frombuffer(bytes.fromhex(row[name]), np.uint8).reshape(-1, 3)
        assert (made[alpha == 0] == 255).all()
        assert (made[alpha == 255] == photo(7, 5).reshape(-1, 3)[alpha == 255]).all()
    thinned = np.frombuffer(bytes.fromhex(row["thinned"]), np.uint8)
    assert not thinned[alpha == 0].any()
    assert thinned.any()
