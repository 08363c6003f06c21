"""What holds of every preset that ships, on real photos."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_runtime import Lens, Photo
from edge_runtime.errors import SpecError
from edge_runtime.filters import Filter, Scene
from edge_runtime.filters import recipe as r
from edge_runtime.filters.applying import Drawable, apply
from edge_runtime.filters.library import Library
from edge_runtime.filters.observing import observe
from edge_runtime.filters.places import decoded
from edge_runtime.results import Face

PRESETS = Library.open().recipes()
COUPLE = "evaluation/bar-couple-glasses.jpg"
HOUSE = "evaluation/brick-house.jpg"
Seen = Callable[[str], tuple[Photo, Scene]]


def every(layers: Sequence[r.Layer]) -> Iterator[r.Layer]:
    for layer in layers:
        yield layer
        if isinstance(layer, r.Choose):
            yield from every((*layer.then, *layer.otherwise))


def ready(name: str, photo: Photo, scene: Scene) -> tuple[Filter, Scene]:
    """The preset, and the scene with a made-up painting where it wants one."""
    preset = Filter.preset(name)
    painted = dict.fromkeys(preset.needs.styles, 255 - photo.rgb)
    return preset, replace(scene, painted=painted)


def test_there_are_enough_and_each_says_what_it_does() -> None:
    recipes = [Library.open().recipe(name) for name in PRESETS]
    assert len(recipes) >= 8
    assert len({recipe.about for recipe in recipes}) == len(recipes)


def test_all_art_is_used_or_fits_somewhere() -> None:
    used = {name for preset in PRESETS for name in Filter.preset(preset).drawable.art}
    assert len(used) >= 25
    assert used <= set(Library.open().arts())


@pytest.mark.parametrize("name", PRESETS)
def test_it_changes_the_photo_always_in_the_same_way(name: str, seen: Seen) -> None:
    photo, scene = seen(COUPLE)
    preset, scene = ready(name, photo, scene)
    made = preset.apply(photo.rgb, scene)
    assert made.shape == photo.rgb.shape
    assert (made != photo.rgb).any(axis=2).mean() > 0.02
    np.testing.assert_array_equal(Filter.preset(name).apply(photo.rgb, scene), made)


@pytest.mark.parametrize("name", PRESETS)
def test_its_background_leaves_the_people_alone(name: str, seen: Seen) -> None:
    photo, scene = seen(COUPLE)
    preset, scene = ready(name, photo, scene)
    behind = [
        layer
        for layer in every(preset.drawable.layers)
        if isinstance(layer, r.Background | r.Blur | r.Restyle)
        or (isinstance(layer, r.Particles) and layer.place == "behind")
    ]
    made = apply(photo.rgb, scene, Drawable(layers=behind, art=preset.drawable.art))
    assert scene.alpha is not None
    person = scene.alpha == 255
    assert person.mean() > 0.2
    np.testing.assert_array_equal(made[person], photo.rgb[person])
    if behind:
        changed = (made != photo.rgb).any(axis=2)[scene.alpha == 0]
        assert changed.mean() > 0.01


@pytest.mark.parametrize("name", [name for name in PRESETS if name != "painted"])
def test_a_photo_of_nobody_stays_that_photo(name: str, seen: Seen) -> None:
    photo, scene = seen(HOUSE)
    assert not scene.faces
    preset, scene = ready(name, photo, scene)
    made = preset.apply(photo.rgb, scene)
    likeness = np.corrcoef(made.mean(axis=2).ravel(), photo.rgb.mean(axis=2).ravel())[0, 1]
    assert likeness > 0.7


def test_the_mood_goes_by_the_smile(seen: Seen) -> None:
    photo, scene = seen(COUPLE)
    mood, sunny, rainy = (Filter.preset(name) for name in ("mood", "sunny", "rainy"))
    happy = scene.of([replace(face, smile=0.9) for face in scene.faces])
    sad = scene.of([replace(face, smile=0.1) for face in scene.faces])
    np.testing.assert_array_equal(mood.apply(photo.rgb, happy), sunny.apply(photo.rgb, happy))
    np.testing.assert_array_equal(mood.apply(photo.rgb, sad), rainy.apply(photo.rgb, sad))
    assert (mood.apply(photo.rgb, sad) != mood.apply(photo.rgb, happy)).mean() > 0.5


def stickers(name: str) -> Drawable:
    """Only what a preset puts on faces, whoever smiles."""
    drawable = Filter.preset(name).drawable
    layers = [layer for layer in every(drawable.layers) if isinstance(layer, r.Sticker)]
    return Drawable(layers=layers, art=drawable.art)


GREY = np.full((480, 640, 3), 128, np.uint8)
WITH_STICKERS = [name for name in PRESETS if stickers(name).layers]


@pytest.mark.parametrize("name", WITH_STICKERS)
def test_stickers_turn_with_the_photo(name: str, seen: Seen) -> None:
    """The same faces, their points turned by 90 degrees, get the same stickers turned."""
    _, scene = seen(COUPLE)
    turned = []
    for face in scene.faces:
        assert face.landmarks is not None
        x, y, z = face.landmarks.T
        turned.append(replace(face, landmarks=np.stack([480 - y, x, z], axis=1)))
    upright = apply(GREY, scene, stickers(name))
    lying = apply(np.rot90(GREY, -1), scene.of(turned), stickers(name))
    difference = np.abs(np.rot90(lying).astype(int) - upright)
    assert (upright != GREY).any(axis=2).sum() > 500
    assert difference.mean() < 0.15
    assert (difference.max(axis=2) > 60).mean() < 0.001


@pytest.mark.parametrize("degrees", [-25, 20])
def test_the_models_and_stickers_together_turn_with_the_photo(
    degrees: float, lens: Lens, seen: Seen
) -> None:
    """The photo itself is turned and looked at anew."""
    photo, scene = seen("evaluation/office-man.jpg")
    height, width = photo.rgb.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    rotated = cv2.warpAffine(photo.rgb, turn, (width, height), borderValue=(128, 128, 128))
    again = observe(lens, Photo(rotated), Filter.preset("cat").needs).scene
    grey = np.full_like(photo.rgb, 128)
    upright = apply(grey, scene, stickers("gentleman"))
    wanted = cv2.warpAffine(upright, turn, (width, height), borderValue=(128, 128, 128))
    made = apply(grey, again, stickers("gentleman"))
    there, here = ((one != 128).any(axis=2) for one in (wanted, made))
    assert (there & here).sum() / (there | here).sum() > 0.85
    assert np.abs(wanted.astype(int) - made).mean() < 6


@pytest.mark.parametrize("name", ["cat", "winter"])
def test_a_huge_photo_is_the_same_picture(name: str, seen: Seen) -> None:
    photo, scene = seen(COUPLE)
    preset, scene = ready(name, photo, scene)
    assert scene.alpha is not None
    size = (640 * 4, 480 * 4)
    faces = [replace(face, landmarks=face.landmarks * 4) for face in scene.faces]
    alpha = cv2.resize(scene.alpha, size, interpolation=cv2.INTER_LINEAR)
    large = cv2.resize(photo.rgb, size, interpolation=cv2.INTER_LINEAR)
    made = preset.apply(large, Scene(faces=faces, alpha=alpha))
    small = cv2.resize(made, (640, 480), interpolation=cv2.INTER_AREA)
    difference = np.abs(small.astype(int) - preset.apply(photo.rgb, scene))
    assert difference.mean() < 4


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("size_hw", [(1, 1), (3, 8)])
def test_a_tiny_photo(
    name: str, size_hw: tuple[int, int], made_face: Callable[..., Face]
) -> None:
    rgb = np.full((*size_hw, 3), 90, np.uint8)
    photo = Photo(rgb)
    faces = [made_face(at=(1, 1), scale=0.4, smile=smile) for smile in (0.9, 0.1)]
    alpha = np.full(size_hw, 255, np.uint8)
    preset, scene = ready(name, photo, Scene(faces=faces, alpha=alpha))
    assert preset.apply(rgb, scene).shape == rgb.shape


def test_many_faces_get_a_sticker_each(made_face: Callable[..., Face]) -> None:
    faces = [
        made_face(at=(40 + 80 * x, 60 + 90 * y), scale=12) for x in range(8) for y in range(5)
    ]
    made = apply(GREY, Scene(faces=faces), stickers("cat"))
    changed = (made != GREY).any(axis=2)
    for face in faces:
        x0, y0, x1, y1 = (round(value) for value in face.box_xyxy)
        assert changed[max(0, y0) : y1, max(0, x0) : x1].any()


def test_what_falls_has_fallen_in_the_next_frame(seen: Seen) -> None:
    photo, scene = seen(COUPLE)
    winter = Filter.preset("winter")
    first = winter.apply(photo.rgb, scene)
    later = winter.apply(photo.rgb, replace(scene, seconds=0.5))
    changed = (first != later).any(axis=2).mean()
    assert 0.003 < changed < 0.4


def test_the_recipe_of_the_readme_is_one(root: Path) -> None:
    text = (root / "edge_runtime" / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    hats = decoded(block.encode(), r.Recipe, "hats.json")
    assert set(Filter.of(hats, "hats", Library.open()).drawable.art) == {"crown", "top-hat"}
    wrong = decoded(block.replace('"crown"', '"crwn"').encode(), r.Recipe, "hats.json")
    with pytest.raises(SpecError) as raised:
        Filter.of(wrong, "hats", Library.open())
    assert str(raised.value).partition(";")[0] in text
