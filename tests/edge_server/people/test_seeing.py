"""The faces of a photo: which count, and which photo is of one person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from edge_runtime.images import Photo
from edge_runtime.results import Faces
from edge_server.engine.interface import Answer, Deadline, Times
from edge_server.people.results import FaceVectors
from edge_server.people.seeing import only, see
from edge_server.problems import NoFace, SeveralFaces
from edge_server.tasks.task import Call, NoParams


@dataclass
class StandIn:
    """An engine that finds these faces."""

    faces: list[Any]
    asked: list[tuple[str, Any]] = field(default_factory=list)

    def submit(self, model: str, rgb: Any, params: Any, *_: object) -> Any:
        self.asked.append((model, rgb.shape))
        self.params = params
        if model == "face-detection-mtcnn":
            return self._ticket(Faces(faces=tuple(one.face for one in self.faces)))
        count = len(params.points)
        vectors = np.arange(count, dtype=np.float32)[:, None].repeat(128, axis=1)
        return self._ticket(
            FaceVectors(vectors=vectors, chips=np.zeros((count, 150, 150, 3), np.uint8))
        )

    def _ticket(self, value: Any) -> Any:
        times = Times(queued=1, run=2)
        made = {"model": "m", "variant": "v", "sha256": "s", "device": "cpu"}

        @dataclass
        class Ticket:
            def result(self) -> Answer:
                return Answer(value=value, times=times, **made)

        return Ticket()


def sight_of(engine: Any, photo: Photo | None = None) -> Any:
    call = Call(
        engine=engine,
        photo=Photo(np.zeros((8, 8, 3), np.uint8)),
        params=NoParams(),
        deadline=Deadline.after(5),
    )
    return see(call, photo)


def test_what_only_looks_like_a_face_is_not_recognised(face: Callable[..., Any]) -> None:
    engine = StandIn([face(0.0), face(0.0, left=50, score=0.9)])
    sight = sight_of(engine)
    assert [one.face.box_xyxy[0] for one in sight.faces] == [10]
    assert len(engine.params.points) == 1
    assert engine.params.points[0][0] == (10.0, 20.0)
    assert (sight.answer.times.queued, sight.answer.times.run) == (2, 4)


def test_another_photo_of_the_call_may_be_looked_at(face: Callable[..., Any]) -> None:
    engine = StandIn([face(0.0)])
    sight_of(engine, Photo(np.zeros((4, 5, 3), np.uint8)))
    assert [shape for _, shape in engine.asked] == [(4, 5, 3)] * 2


@pytest.mark.parametrize(("count", "problem"), [(0, NoFace), (2, SeveralFaces)])
def test_one_face_is_wanted(face: Callable[..., Any], count: int, problem: type) -> None:
    sight = sight_of(StandIn([face(0.0, left=50.0 * i) for i in range(count)]))
    with pytest.raises(problem, match="in other"):
        only(sight, "other")


def test_one_face_is_given(face: Callable[..., Any]) -> None:
    assert only(sight_of(StandIn([face(0.0)])), "image").face.score == 0.999
