from __future__ import annotations

import numpy as np

from edge_runtime.filters.defocus import defocused
from edge_runtime.filters.scene import Scene

CHECKS = (np.indices((120, 160)).sum(axis=0) // 4 % 2 * 255).astype(np.uint8)
PHOTO = np.repeat(CHECKS[..., None], 3, axis=2)


def person() -> np.ndarray:
    alpha = np.zeros((120, 160), np.uint8)
    alpha[:, 60:100] = 255
    return alpha


def test_the_person_stays_and_the_rest_is_blurred() -> None:
    alpha = person()
    made = defocused(PHOTO, Scene(alpha=alpha), 0.8)
    np.testing.assert_array_equal(made[alpha == 255], PHOTO[alpha == 255])
    assert made[:, :50].std() < 0.4 * PHOTO[:, :50].std()


def test_the_persons_colours_do_not_bleed() -> None:
    photo = np.full((120, 160, 3), 200, np.uint8)
    alpha = person()
    photo[alpha == 255] = (255, 0, 0)
    made = defocused(photo, Scene(alpha=alpha), 1.0)
    assert np.abs(made[alpha == 0].astype(int) - 200).max() <= 3


def test_what_is_farther_is_blurred_more_and_the_person_is_sharp() -> None:
    alpha = person()
    depth = np.tile(np.linspace(2, 30, 160, dtype=np.float32), (120, 1))
    depth[alpha == 255] = 2.0
    made = defocused(PHOTO, Scene(alpha=alpha, depth=depth), 1.0)
    left, right = made[:, 1:8].std(), made[:, 140:].std()
    assert left > 2 * right
    np.testing.assert_array_equal(made[alpha == 255], PHOTO[alpha == 255])


def test_depth_alone_keeps_what_is_near() -> None:
    depth = np.full((120, 160), 1.0, np.float32)
    depth[:60] = 50.0
    made = defocused(PHOTO, Scene(depth=depth), 1.0)
    assert made[:40].std() < 0.4 * PHOTO[:40].std()
    np.testing.assert_allclose(made[80:], PHOTO[80:], atol=1)


def test_nothing_to_go_by_or_no_strength_changes_nothing() -> None:
    np.testing.assert_array_equal(defocused(PHOTO, Scene(), 1.0), PHOTO)
    np.testing.assert_array_equal(defocused(PHOTO, Scene(alpha=person()), 0.0), PHOTO)
