from __future__ import annotations

import numpy as np
import pytest

from edge_runtime import drawing
from edge_runtime.results import DetectedObject, Face, Faces, Label, Labels, Objects

GREY = np.full((300, 400, 3), 128, np.uint8)
MESH = np.random.default_rng(0).uniform((120, 80, -5), (200, 180, 5), (468, 3))
FACE = Face(
    box_xyxy=(110.5, 70.25, 210.0, 190.0),
    score=0.9,
    points={"nose_tip": (160.0, 130.0)},
    landmarks=MESH.astype(np.float32),
    smile=0.8,
    expressions={"happy": 0.8},
)
CAT = DetectedObject(label="cat", score=0.91, box_xyxy=(10, 10, 90, 90))


@pytest.mark.parametrize(
    ("draw", "value", "where"),
    [
        (drawing.draw_faces, Faces(faces=(FACE,)), (slice(65, 195), slice(105, 215))),
        (drawing.draw_landmarks, Faces(faces=(FACE,)), (slice(78, 182), slice(118, 202))),
        (drawing.draw_smiles, Faces(faces=(FACE,)), (slice(65, 200), slice(105, 215))),
        (drawing.draw_objects, Objects(objects=(CAT,)), (slice(5, 95), slice(5, 95))),
        (
            drawing.draw_labels,
            Labels(labels=(Label(label="cat", score=0.9),)),
            (slice(200, 300), slice(0, 200)),
        ),
    ],
)
def test_a_result_shows_where_it_is_and_nowhere_else(
    draw: object, value: object, where: tuple[slice, slice]
) -> None:
    before = GREY.copy()
    made = draw(GREY, value)
    assert np.array_equal(GREY, before)
    changed = np.any(made != GREY, axis=2)
    assert changed[where].sum() > 100
    outside = changed.copy()
    outside[where] = False
    assert outside.sum() < 0.15 * changed.sum() + (
        2500 if draw is not drawing.draw_landmarks else 0
    )


@pytest.mark.parametrize(
    "draw", [drawing.draw_faces, drawing.draw_landmarks, drawing.draw_smiles]
)
def test_no_face_leaves_the_photo(draw: object) -> None:
    assert np.array_equal(draw(GREY, Faces(faces=())), GREY)


@pytest.mark.parametrize("box", [(-50, -50, 20, 20), (380, 280, 500, 400), (0, 0, 400, 300)])
def test_a_label_stays_inside(box: tuple[int, int, int, int]) -> None:
    thing = DetectedObject(label="a very long name of a thing", score=0.5, box_xyxy=box)
    made = drawing.draw_objects(GREY, Objects(objects=(thing,)))
    assert made.shape == GREY.shape
    colour = np.all(made == drawing.colour_of(thing.label), axis=2)
    rows, columns = np.nonzero(colour)
    assert columns.max() - columns.min() > 150
    assert len(rows) > 1000


def test_a_class_keeps_its_colour() -> None:
    assert drawing.colour_of("cat") == drawing.colour_of("cat")
    assert len({drawing.colour_of(name) for name in ("cat", "dog", "person", "car")}) == 4


def test_a_contact_sheet_holds_all_its_tiles() -> None:
    tiles = [(str(i), np.full((50, 100, 3), 40 * i, np.uint8)) for i in range(5)]
    sheet = drawing.contact_sheet(tiles, 2, width=100)
    assert sheet.shape[1] == 2 * 108 + 8
    for i in range(5):
        assert np.all(sheet == 40 * i, axis=2).sum() >= 50 * 100 * 0.9
