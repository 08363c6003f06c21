from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from edge_runtime.filters import recipe as r
from edge_runtime.filters.conditions import holds, is_for_each, split
from edge_runtime.filters.scene import Scene
from edge_runtime.results import Face

Made = Callable[..., Face]


@pytest.mark.parametrize(
    ("smiles", "some", "every"),
    [
        ((), False, False),
        ((0.9,), True, True),
        ((0.9, 0.1), True, False),
        ((0.1,), False, False),
    ],
)
def test_any_and_all_and_nobody(
    made_face: Made, smiles: tuple[float, ...], some: bool, every: bool
) -> None:
    scene = Scene(faces=[made_face(smile=smile) for smile in smiles])
    assert holds(r.Smiling(of="any"), scene) is some
    assert holds(r.Smiling(of="all"), scene) is every
    assert holds(r.Not(that=r.Smiling()), scene) is not some


def test_the_limit_of_a_smile_is_the_recipes(made_face: Made) -> None:
    scene = Scene(faces=[made_face(smile=0.6)])
    assert holds(r.Smiling(least=0.6), scene)
    assert not holds(r.Smiling(least=0.61), scene)


def test_how_a_head_is_held(
    made_face: Made, turning: Callable[[float, str], np.ndarray]
) -> None:
    leaning = Scene(faces=[made_face(rotation=turning(-20, "z"))])
    aside = Scene(faces=[made_face(rotation=turning(-35, "y"))])
    assert holds(r.Tilted(least=19), leaning)
    assert not holds(r.Tilted(least=21), leaning)
    assert holds(r.Turned(least=34), aside)
    assert not holds(r.Turned(), leaning)
    bare = Face(box_xyxy=(0, 0, 1, 1), score=1, points={})
    assert not holds(r.Tilted(least=1), Scene(faces=[bare]))


def test_how_many_faces_and_how_much_of_a_person(made_face: Made) -> None:
    two = Scene(faces=[made_face(), made_face()], alpha=np.full((4, 4), 51, np.uint8))
    assert holds(r.FaceCount(least=2, most=2), two)
    assert not holds(r.FaceCount(most=1), two)
    assert not holds(r.FaceCount(), Scene())
    assert holds(r.Person(least=0.2), two)
    assert not holds(r.Person(least=0.21), two)
    assert not holds(r.Person(), Scene())


def test_tests_together() -> None:
    yes, no = r.FaceCount(least=0), r.Person()
    assert holds(r.Either(tests=(no, yes)), Scene())
    assert not holds(r.Both(tests=(no, yes)), Scene())
    assert holds(r.Both(tests=(r.Not(that=no), yes)), Scene())


def test_each_face_goes_its_own_way(made_face: Made) -> None:
    happy, sad = made_face(smile=0.9), made_face(smile=0.1)
    then, otherwise = split(r.Smiling(of="each"), Scene(faces=[sad, happy, sad]))
    assert then is not None
    assert otherwise is not None
    assert then.faces == (happy,)
    assert otherwise.faces == (sad, sad)
    assert split(r.Smiling(of="each"), Scene()) == (None, None)
    assert split(r.Smiling(of="each"), Scene(faces=[happy]))[1] is None


def test_the_photo_goes_one_way(made_face: Made) -> None:
    scene = Scene(faces=[made_face(smile=0.9), made_face(smile=0.1)])
    assert split(r.Smiling(of="any"), scene) == (scene, None)
    assert split(r.Smiling(of="all"), scene) == (None, scene)


def test_each_is_found_inside_other_tests() -> None:
    each = r.Tilted(of="each")
    assert is_for_each(r.Not(that=r.Both(tests=(r.Person(), each))))
    assert not is_for_each(r.Either(tests=(r.Person(), r.Turned())))


def test_what_is_no_test_is_refused() -> None:
    with pytest.raises(TypeError, match="is no test"):
        holds("smiling", Scene())  # type: ignore[arg-type]
