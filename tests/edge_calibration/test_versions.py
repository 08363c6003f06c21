from __future__ import annotations

import numpy as np

from edge_calibration.search.versions import MILD, VERSIONS, versions

PHOTOS = [
    (name, np.random.default_rng(i).integers(0, 256, (40, 60 + i, 3), np.uint8))
    for i, name in enumerate("abcde")
]


def test_each_photo_comes_with_every_version_by_its_name() -> None:
    made = dict(versions(PHOTOS))
    assert len(made) == 5 * 9
    assert (made["a"] == PHOTOS[0][1]).all()
    assert (made["a, mirrored"][:, ::-1] == PHOTOS[0][1]).all()
    assert made["a, dark"].max() <= 0.3 * 255
    assert {name.split()[-1] for name in made if "," in name} == set(VERSIONS)


def test_a_small_photo_lies_in_the_middle_of_its_mean_colour() -> None:
    small = dict(versions(PHOTOS))["a, smaller"]
    assert small.shape == PHOTOS[0][1].shape
    mean = PHOTOS[0][1].mean(axis=(0, 1)).astype(np.uint8)
    assert (small[0] == mean).all()
    assert (small[:, 0] == mean).all()
    assert small[12:28, 18:42].std() > 10


def test_several_photos_lie_on_a_sheet() -> None:
    sheet = dict(versions(PHOTOS))["d, 4 together"]
    assert sheet.shape == (576, 576, 3)
    corners = [sheet[0, 0], sheet[0, -1], sheet[-1, 0], sheet[-1, -1]]
    photos = [PHOTOS[i][1] for i in (3, 4, 0, 1)]
    wanted = [photos[0][0, 0], photos[1][0, -1], photos[2][-1, 0], photos[3][-1, -1]]
    for found, corner in zip(corners, wanted, strict=True):
        assert np.abs(found.astype(int) - corner).max() <= 2


def test_few_photos_fill_a_sheet_again() -> None:
    sheet = dict(versions(PHOTOS[:1]))["a, 16 together"]
    assert (sheet[:144] == sheet[144:288]).all()


def test_only_what_is_asked_for_is_made() -> None:
    made = [name for name, _ in versions(PHOTOS[:1], MILD)]
    assert made == ["a", "a, mirrored", "a, small", "a, dark"]


def test_nothing_is_made_of_nothing() -> None:
    assert list(versions([])) == []
