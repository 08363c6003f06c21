"""Which of the two lists of a choice holds, and for which faces."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

from edge_runtime.filters import recipe as r
from edge_runtime.filters.anchors import pose_of
from edge_runtime.filters.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edge_runtime.results import Face

    OfFaces = r.Smiling | r.Tilted | r.Turned


def is_for_each(test: r.Test) -> bool:
    """Whether every face answers for itself."""
    match test:
        case r.Smiling() | r.Tilted() | r.Turned():
            return test.of == "each"
        case r.Not():
            return is_for_each(test.that)
        case r.Both() | r.Either():
            return any(is_for_each(one) for one in test.tests)
        case _:
            return False


def split(test: r.Test, scene: Scene) -> tuple[Scene | None, Scene | None]:
    """The scene for ``then`` and the scene for ``otherwise``; none where a list is left out.

    A test of ``each`` face gives both, with the faces that pass and with the others; where
    there is no face, neither.
    """
    if not is_for_each(test):
        return (scene, None) if holds(test, scene) else (None, scene)
    passed = [holds(test, scene.of([face])) for face in scene.faces]
    then = [face for face, yes in zip(scene.faces, passed, strict=True) if yes]
    others = [face for face, yes in zip(scene.faces, passed, strict=True) if not yes]
    return (scene.of(then) if then else None, scene.of(others) if others else None)


@singledispatch
def holds(test: r.Test, scene: Scene) -> bool:
    """Whether a test holds for a scene; of no face nothing holds, neither any nor all."""
    raise TypeError(f"{type(test).__name__} is no test of a {type(scene).__name__}")


@holds.register
def _(test: r.Smiling, scene: Scene) -> bool:
    return _of_faces(test, [(face.smile or 0.0) >= test.least for face in scene.faces])


@holds.register
def _(test: r.Tilted, scene: Scene) -> bool:
    return _of_faces(test, [abs(_held(face)[1]) >= test.least for face in scene.faces])


@holds.register
def _(test: r.Turned, scene: Scene) -> bool:
    return _of_faces(test, [abs(_held(face)[0]) >= test.least for face in scene.faces])


@holds.register
def _(test: r.FaceCount, scene: Scene) -> bool:
    return test.least <= len(scene.faces) and (
        test.most is None or len(scene.faces) <= test.most
    )


@holds.register
def _(test: r.Person, scene: Scene) -> bool:
    return scene.person_share >= test.least


@holds.register
def _(test: r.Not, scene: Scene) -> bool:
    return not holds(test.that, scene)


@holds.register
def _(test: r.Both, scene: Scene) -> bool:
    return all(holds(one, scene) for one in test.tests)


@holds.register
def _(test: r.Either, scene: Scene) -> bool:
    return any(holds(one, scene) for one in test.tests)


def _of_faces(test: OfFaces, passed: Sequence[bool]) -> bool:
    return any(passed) if test.of == "any" else bool(passed) and all(passed)


def _held(face: Face) -> tuple[float, float]:
    """Yaw and roll in degrees; a face without landmarks is taken to be straight."""
    if face.landmarks is None:
        return 0.0, 0.0
    pose = pose_of(face.landmarks)
    return pose.yaw, pose.roll
