from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from edge_calibration.datasets import photo_paths
from edge_calibration.health.fingerprint import Fingerprint, fingerprint
from edge_calibration.health.near_duplicates import pairs_between, pairs_within
from edge_runtime.images import open_photo

PHOTOS = ["chelsea", "china", "motorcycle", "obama", "coffee"]


def shrunk(rgb: np.ndarray) -> np.ndarray:
    return cv2.resize(rgb, (97, 61), interpolation=cv2.INTER_AREA)


def squeezed(rgb: np.ndarray) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, 15])[1], 1)


def part(left: float, top: float, right: float, bottom: float) -> Callable[..., np.ndarray]:
    def cut(rgb: np.ndarray) -> np.ndarray:
        height, width = rgb.shape[:2]
        rows = slice(round(top * height), round(bottom * height))
        return rgb[rows, round(left * width) : round(right * width)]

    return cut


def all_of_it(rgb: np.ndarray) -> np.ndarray:
    return squeezed(shrunk(np.ascontiguousarray(part(0.13, 0.04, 0.94, 0.81)(rgb)[:, ::-1])))


VARIANTS = {
    "same": lambda rgb: rgb,
    "scaled": shrunk,
    "re-encoded": squeezed,
    "mirrored": lambda rgb: rgb[:, ::-1],
    "darker": lambda rgb: (rgb * 0.6).astype(np.uint8),
    "cut a little": part(0.02, 0.05, 0.97, 0.98),
    "cut": part(0.27, 0.11, 0.93, 0.83),
    "cut, mirrored, scaled, re-encoded": all_of_it,
}


@pytest.fixture(scope="module")
def photos() -> dict[str, np.ndarray]:
    paths = photo_paths("samples")
    return {name: open_photo(paths[name]).rgb for name in PHOTOS}


@pytest.fixture(scope="module")
def prints(photos: dict[str, np.ndarray]) -> dict[str, Fingerprint]:
    return {name: fingerprint(rgb) for name, rgb in photos.items()}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("turned", [False, True])
def test_what_was_made_of_a_photo_is_found_and_nothing_else(
    variant: str, turned: bool, photos: dict[str, np.ndarray], prints: dict[str, Fingerprint]
) -> None:
    made = {
        f"{name} again": fingerprint(VARIANTS[variant](rgb)) for name, rgb in photos.items()
    }
    found = pairs_between(made, prints) if turned else pairs_between(prints, made)
    pairs = {(pair.other, pair.one) if turned else (pair.one, pair.other) for pair in found}
    assert pairs == {(name, f"{name} again") for name in PHOTOS}


def test_pairs_within_a_set_are_named_once(
    photos: dict[str, np.ndarray], prints: dict[str, Fingerprint]
) -> None:
    again = {"a copy": fingerprint(shrunk(photos["china"]))}
    (pair,) = pairs_within(prints | again)
    assert (pair.one, pair.other) == ("a copy", "china")
    assert pair.likeness > 0.97


def test_no_calibration_photo_is_among_those_that_models_are_held_against() -> None:
    calibration, others = (
        {
            f"{dataset}/{name}": fingerprint(open_photo(path).rgb)
            for dataset in datasets
            for name, path in photo_paths(dataset).items()
        }
        for datasets in (["calibration"], ["evaluation", "samples"])
    )
    assert (len(calibration), len(others)) == (24, 211)
    assert pairs_between(calibration, others) == ()


def test_a_photo_under_the_same_name_in_another_set_is_found(
    prints: dict[str, Fingerprint],
) -> None:
    (pair,) = pairs_between({"china": prints["china"]}, prints)
    assert (pair.one, pair.other) == ("china", "china")


def test_two_skies_are_alike_but_not_the_same() -> None:
    rng = np.random.default_rng(0)
    sky = np.linspace(60, 200, 200)[:, np.newaxis, np.newaxis] * np.ones((1, 200, 3))
    skies = {}
    for name in ("one", "two"):
        birds = rng.normal(0, 12, (50, 50, 1)).repeat(4, axis=0).repeat(4, axis=1)
        skies[name] = fingerprint(np.clip(sky + birds, 0, 255).astype(np.uint8))
    assert skies["one"].whole @ skies["two"].whole > 0.95
    assert pairs_within(skies) == ()


def test_two_flat_photos_are_not_called_the_same() -> None:
    flat = {
        grey: fingerprint(np.full((40, 40, 3), int(grey), np.uint8)) for grey in ("9", "90")
    }
    assert pairs_within(flat) == ()
