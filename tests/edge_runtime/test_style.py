from __future__ import annotations

import numpy as np

from edge_runtime.contract_templates import style_prediction, style_transfer
from edge_runtime.geometry import Placement
from edge_runtime.postprocess import Scene
from edge_runtime.program import decode

WHOLE = Placement.region(0, 0, 6, 4)


def test_pixels_are_rounded_clipped_and_brought_to_the_photos_size() -> None:
    painted = np.full((1, 2, 3, 3), 99.6, np.float32)
    painted[0, 0], painted[0, 1, 0] = 300, -20
    scene = Scene(style_transfer(2), (), WHOLE, (3, 2))
    pixels = decode({"picture": painted}, scene).pixels
    assert pixels.dtype == np.uint8
    assert pixels[..., 0].tolist() == [[255, 255, 255], [0, 100, 100]]
    larger = decode({"picture": painted}, Scene(style_transfer(2), (), WHOLE, (6, 4)))
    assert larger.pixels.shape == (4, 6, 3)


def test_a_style_vector_is_passed_on() -> None:
    vector = np.arange(4, dtype=np.float32).reshape(1, 1, 1, 4)
    scene = Scene(style_prediction(), (), WHOLE, (6, 4))
    np.testing.assert_array_equal(decode({"style_vector": vector}, scene).values, vector)
