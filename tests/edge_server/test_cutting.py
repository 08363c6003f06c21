"""Cutting out by name: with Mask R-CNN, and with the bundle's own models on a real photo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_runtime import Lens
from edge_runtime.images import Photo, open_photo
from edge_runtime.results import DetectedObject, Instance, Instances, Objects
from edge_server.cutting import CutParams, Finders, cut
from edge_server.object_names import known_labels
from edge_server.problems import InvalidParameter, UnknownName

DATA = Path(__file__).parents[2] / "calibration/data"
LABELS = ("person", "cat", "dog", "cup")


def never(*_: Any) -> Any:
    pytest.fail("this finder is not to be asked")


def instance(label: str, box: tuple[int, int, int, int]) -> Instance:
    mask = np.zeros((60, 80), np.bool_)
    mask[box[1] : box[3], box[0] : box[2]] = True
    return Instance(label=label, score=0.9, box_xyxy=box, mask=mask)


CAT, DOG = instance("cat", (5, 10, 30, 40)), instance("dog", (45, 20, 75, 50))


def with_instances(asked: list[Any]) -> Finders:
    def instances(rgb: Any, names: tuple[str, ...], score: float) -> Instances:
        known_labels(names, LABELS)  # as the network does, with the labels of its weights
        asked.append((names, score))
        return Instances(instances=(CAT, DOG), size_hw=rgb.shape[:2])

    return Finders(labels=(), detect=never, portrait=never, instances=instances)


def scene() -> Any:
    rgb = np.full((60, 80, 3), (30, 60, 90), np.uint8)
    rgb[CAT.mask] = (220, 120, 40)
    rgb[DOG.mask] = (200, 200, 60)
    return rgb


@pytest.mark.parametrize(
    ("names", "found", "shape"),
    [
        (("cats",), ("cat",), CAT.mask),
        (("dog", "Cat"), ("dog", "cat"), CAT.mask | DOG.mask),
        (("cup",), (), np.zeros((60, 80), np.bool_)),
        (("pets", "cup"), ("cat", "dog"), CAT.mask | DOG.mask),
    ],
)
def test_masks_of_the_named_classes_are_united(names: Any, found: Any, shape: Any) -> None:
    asked: list[Any] = []
    result = cut(Photo(scene()), CutParams(objects=names, score=0.6), with_instances(asked))
    assert result.method == "instance-segmentation"
    assert result.found == found
    assert (result.mask != shape).mean() < 0.02
    assert result.pixels.shape == (60, 80, 4)
    assert ((result.pixels[..., 3] >= 128) == result.mask).all()
    assert asked == [(names, 0.6)]


def test_white_behind() -> None:
    params = CutParams(objects=("cat",), background="white")
    result = cut(Photo(scene()), params, with_instances([]))
    assert result.pixels.shape == (60, 80, 3)
    assert (result.pixels[55, 70] == 255).all()
    assert (result.pixels[25, 17] == (220, 120, 40)).all()


def test_what_is_transparent_stays_so_and_its_colours_play_no_part() -> None:
    alpha = np.full((60, 80), 255, np.uint8)
    alpha[:, 20:] = 128
    alpha[:20] = 0
    made = []
    for below in (0, 200):
        rgb = scene()
        rgb[:20] = below
        params = CutParams(objects=("cat",))
        result = cut(Photo(rgb, alpha), params, with_instances([]))
        assert result.pixels[:20, :, 3].max() == 0
        assert result.pixels[30, 10].tolist() == [220, 120, 40, 255]
        assert result.pixels[30, 25].tolist() == [220, 120, 40, 128]
        assert (result.mask != CAT.mask).mean() < 0.05
        white = CutParams(objects=("cat",), background="white")
        on_white = cut(Photo(rgb, alpha), white, with_instances([])).pixels
        assert on_white[:20].min() == 255
        assert np.abs(on_white[30, 25].astype(int) - (237, 187, 147)).max() <= 1
        made.append((result.pixels, on_white))
    assert all(np.array_equal(one, other) for one, other in zip(*made, strict=True))


@pytest.mark.parametrize("background", ["transparent", "white"])
def test_boxes_and_names_are_painted_where_they_are_wanted(background: Any) -> None:
    def pixels(**given: bool) -> Any:
        params = CutParams(objects=("cat",), background=background, **given)
        result = cut(Photo(scene()), params, with_instances([]))
        assert result.found == ("cat",)
        assert (result.mask != CAT.mask).mean() < 0.02  # the mask is of the object alone
        return result.pixels.astype(int)

    plain, boxed, named = pixels(), pixels(boxes=True), pixels(names=True)
    both = pixels(boxes=True, names=True)
    assert plain.shape == boxed.shape == named.shape == both.shape
    x0, y0, x1, y1 = (int(at) for at in CAT.box_xyxy)
    changed = (boxed != plain).any(axis=2)
    assert changed[y0, x0:x1].all()
    assert changed[y0 : y1 + 1, x0].all()
    assert not changed[y0 + 5 : y1 - 5, x0 + 5 : x1 - 5].any()
    assert not changed[:, 40:].any()  # the dog was not asked for
    assert (named != plain).any()
    assert not (named != plain)[30:].any()
    assert ((both != plain).any(axis=2) >= changed).mean() > 0.99
    if background == "transparent":
        assert (boxed[changed][:, 3] == 255).all()


def test_a_name_that_nobody_knows() -> None:
    with pytest.raises(UnknownName, match=r"'kat' \(nearest: cat\)"):
        cut(Photo(scene()), CutParams(objects=("kat",)), with_instances([]))
    boxes = Finders(labels=LABELS, detect=never, portrait=never)
    with pytest.raises(UnknownName, match=r"'kat' \(nearest: cat\)"):
        cut(Photo(scene()), CutParams(objects=("kat",)), boxes)


def test_no_name() -> None:
    with pytest.raises(InvalidParameter, match="at least one name"):
        cut(Photo(scene()), CutParams(), with_instances([]))


def test_each_object_can_end_the_work() -> None:
    def step() -> None:
        raise TimeoutError

    finders = with_instances([])
    ended = Finders(
        labels=LABELS, detect=never, portrait=never, instances=finders.instances, step=step
    )
    with pytest.raises(TimeoutError):
        cut(Photo(scene()), CutParams(objects=("cat",)), ended)


@pytest.fixture(scope="module")
def light() -> Finders:
    lens = Lens()
    return Finders(
        labels=tuple(
            (DATA.parents[1] / "mobile_assets/labels/coco80.txt").read_text().split("\n")
        ),
        detect=lambda rgb: lens.detect(Photo(rgb)).value,
        portrait=lambda rgb: lens.segment(Photo(rgb)).value.probability,
    )


@pytest.mark.parametrize(
    ("photo", "name", "inside", "outside"),
    [
        ("calibration/coffee.jpg", "cups", [(250, 260)], [(20, 20), (500, 480)]),
        (
            "evaluation/farm-horse.jpg",
            "horses",
            [(148, 320), (124, 150)],
            [(20, 300), (250, 200)],
        ),
        ("samples/obama.jpg", "people", [(600, 450), (900, 500)], [(300, 50), (100, 850)]),
    ],
)
def test_the_bundles_models_on_real_photos(
    light: Finders, photo: str, name: str, inside: Any, outside: Any
) -> None:
    rgb = open_photo(DATA / photo).rgb
    result = cut(Photo(rgb), CutParams(objects=(name,)), light)
    assert result.method == "detector+segmenter+grabcut"
    assert len(result.found) == 1
    assert all(result.mask[at] for at in inside)
    assert not any(result.mask[at] for at in outside)


def test_people_that_the_segmenter_does_not_see_are_cut_by_their_colours() -> None:
    found = DetectedObject(label="person", score=0.9, box_xyxy=CAT.box_xyxy)
    finders = Finders(
        labels=LABELS,
        detect=lambda _rgb: Objects(objects=(found,)),
        portrait=lambda rgb: np.zeros(rgb.shape[:2], np.float32),
    )
    result = cut(Photo(scene()), CutParams(objects=("people",)), finders)
    assert result.found == ("person",)
    assert (result.mask != CAT.mask).mean() < 0.03
