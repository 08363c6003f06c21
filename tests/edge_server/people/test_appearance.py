"""What the network's numbers say of faces, and how it is told."""

from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.results import Face
from edge_server.people.appearance import Attributes, Guesses, guesses_json, guesses_of

FACE = Face(box_xyxy=(1.00004, 2.0, 30.0, 40.0), score=0.99, points={"left_eye": (5.0, 6.0)})


def found(ages: dict[int, float], man: float) -> Attributes:
    shares = np.zeros((1, 100), np.float32)
    for years, share in ages.items():
        shares[0, years] = share
    return Attributes(ages=shares, men=np.array([man], np.float32))


@pytest.mark.parametrize(
    ("ages", "man", "age", "spread", "gender", "probability"),
    [
        ({30: 1.0}, 0.9, 30, 0, "male", 0.9),
        ({20: 0.5, 40: 0.5}, 0.1, 30, 10, "female", 0.9),
        ({0: 0.75, 80: 0.25}, 0.5, 20, 34.641, "female", 0.5),
        ({99: 0.999}, 0.500001, 99, 0, "male", 0.5),
    ],
)
def test_an_age_is_the_mean_and_a_gender_the_likelier(
    ages: dict[int, float],
    man: float,
    age: float,
    spread: float,
    gender: str,
    probability: float,
) -> None:
    (one,) = guesses_of([FACE], found(ages, man)).faces
    assert (one.age, one.age_spread) == pytest.approx((age, spread), abs=1e-3)
    assert (one.gender, one.probability) == (gender, pytest.approx(probability, abs=1e-5))
    assert one.face is FACE


def test_a_face_is_told_as_the_faces_task_tells_it() -> None:
    value = guesses_of([FACE], found({20: 0.5, 41: 0.5}, 0.123456))
    assert guesses_json(value) == {
        "faces": [
            {
                "box": [1.0, 2.0, 30.0, 40.0],
                "score": 0.99,
                "points": {"left_eye": [5.0, 6.0]},
                "age": 30.5,
                "age_spread": 10.5,
                "gender": {"label": "female", "probability": 0.8765},
            }
        ]
    }


def test_nobody_is_an_answer() -> None:
    nothing = Attributes(ages=np.zeros((0, 100), np.float32), men=np.zeros(0, np.float32))
    assert guesses_of([], nothing) == Guesses(faces=())
    assert guesses_json(Guesses(faces=())) == {"faces": []}
