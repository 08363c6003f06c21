"""What is kept of a face, and what is read back."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from edge_server.people.rows import png_of, vector_bytes, vector_of


def test_a_vector_is_read_back_to_the_bit() -> None:
    vector = np.random.default_rng(0).standard_normal(128).astype(np.float32)
    assert len(vector_bytes(vector)) == 512
    assert np.array_equal(vector_of(vector_bytes(vector)), vector)
    assert vector_bytes(vector.astype(">f4")) == vector_bytes(vector)


def test_a_chip_is_read_back_to_the_bit() -> None:
    chip = np.random.default_rng(0).integers(0, 256, (150, 150, 3), dtype=np.uint8)
    assert np.array_equal(np.asarray(Image.open(BytesIO(png_of(chip)))), chip)
