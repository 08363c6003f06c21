from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_runtime import Lens
from edge_runtime.images import Photo
from edge_server.search.embedding import SIZE, embedding
from edge_server.tasks.classifying import distribution_by

Floats = NDArray[np.float32]


@pytest.fixture(scope="module")
def look(sample: Callable[[str], NDArray[np.uint8]]) -> Callable[..., Floats]:
    lens = Lens()

    def looked(
        name: str, change: Callable[[NDArray[np.uint8]], NDArray[np.uint8]] = np.asarray
    ) -> Floats:
        photo = Photo(np.ascontiguousarray(change(sample(name))))
        return embedding(distribution_by(lens, photo).value.probabilities)

    return looked


def test_it_is_a_unit_vector_and_always_the_same() -> None:
    probabilities = np.random.default_rng(0).dirichlet(np.ones(1000)).astype(np.float32)
    found = embedding(probabilities)
    assert (found.shape, found.dtype) == ((SIZE,), np.float32)
    assert float(np.linalg.norm(found)) == pytest.approx(1, abs=1e-5)
    assert np.array_equal(found, embedding(probabilities))
    # Stored vectors are compared with new ones: the projection may never change.
    uneven = np.linspace(1, 2, 1000, dtype=np.float32)
    assert embedding(uneven / uneven.sum())[:3] == pytest.approx(FIRST_THREE, abs=1e-4)


FIRST_THREE = (0.087759, -0.089648, 0.034746)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_certainty_and_nothing_at_all_have_a_vector(share: float) -> None:
    probabilities = np.zeros(1000, np.float32)
    probabilities[3] = share
    assert np.isfinite(embedding(probabilities)).all()


def test_a_copy_is_liker_than_another_photo(look: Callable[..., Floats]) -> None:
    cat = look("samples/chelsea.png")
    changed = [
        look("samples/chelsea.png", lambda rgb: rgb[:, ::-1]),
        look("samples/chelsea.png", lambda rgb: rgb[40:260, 60:400]),
        look("samples/chelsea.png", lambda rgb: cv2.GaussianBlur(rgb, (0, 0), 1.5)),
    ]
    others = [look("samples/china.jpg"), look("samples/coffee.png"), look("samples/obama.jpg")]
    assert min(float(cat @ one) for one in changed) > 0.75
    assert max(float(cat @ one) for one in others) < 0.45
    assert float(look("samples/obama.jpg") @ look("samples/obama2.jpg")) > 0.6
