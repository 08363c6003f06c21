from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edge_runtime import Lens
from edge_runtime.bundle import Bundle
from edge_runtime.images import open_photo
from edge_server.properties.facts import Scene
from edge_server.properties.scenes import scene_of, scene_words
from edge_server.tasks.classifying import distribution_by

DATA = Path(__file__).parents[3] / "calibration" / "data"
BUNDLE = Bundle.open()
LABELS = BUNDLE.labels(BUNDLE.entry("image-classification").spec)


@pytest.fixture(scope="module")
def look() -> Callable[[str], Scene]:
    lens = Lens(BUNDLE)

    def looked(name: str) -> Scene:
        seen = distribution_by(lens, open_photo(DATA / name)).value
        return scene_of(seen.probabilities, seen.labels)

    return looked


def given(**shares: float) -> Scene:
    probabilities = np.zeros(len(LABELS), np.float32)
    names = [label.split(",")[0] for label in LABELS]
    for name, share in shares.items():
        probabilities[names.index(name.replace("_", " "))] = share
    return scene_of(probabilities, LABELS)


def test_every_class_of_the_table_is_one_class_of_imagenet_and_speaks_once() -> None:
    names = [label.split(",")[0] for label in LABELS]
    listed = [label for word in scene_words() for label in word.labels]
    assert {label for label in listed if names.count(label) != 1} == set()
    assert len(set(listed)) == len(listed)
    assert len({word.word for word in scene_words()}) == len(scene_words())


def test_probabilities_of_a_word_are_added_up() -> None:
    scene = given(seashore=0.5, sandbar=0.25, lakeside=0.1)
    assert scene.place == "outdoor"
    assert [word for word, _ in scene.words] == ["beach", "lake"]
    assert scene.words[0][1] == pytest.approx(0.75)
    assert scene.confidence == pytest.approx((0.85 + 0.1) / (0.85 + 0.2), abs=1e-5)


@pytest.mark.parametrize(
    "shares",
    [{}, {"suit": 0.9}, {"seashore": 0.1}, {"stove": 0.4, "seashore": 0.4}],
    ids=["nothing", "no place", "little", "both"],
)
def test_where_little_speaks_for_either_the_place_is_unknown(shares: dict[str, float]) -> None:
    scene = given(**shares)
    assert (scene.place, scene.confidence) == ("unknown", 0.0)


@pytest.mark.parametrize(
    ("photo", "place", "word"),
    [
        ("samples/china.jpg", "outdoor", "buildings"),
        ("samples/coffee.png", "indoor", "dining"),
        ("samples/obama.jpg", "unknown", "portrait"),
        ("evaluation/kitchen.jpg", "indoor", "kitchen"),
        ("evaluation/wild-polar-bear.jpg", "outdoor", "snow"),
        ("evaluation/pan.jpg", "indoor", "kitchen"),
        ("evaluation/fish10.jpg", "unknown", "underwater"),
        ("evaluation/gibbon.jpg", "outdoor", "wildlife"),
    ],
)
def test_photos_have_the_scene_that_one_sees(
    photo: str, place: str, word: str, look: Callable[[str], Scene]
) -> None:
    scene = look(photo)
    assert scene.place == place
    assert scene.words[0][0] == word
