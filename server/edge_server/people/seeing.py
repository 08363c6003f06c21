"""The faces of a photo with their vectors, by two heavy models."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edge_server.models.face_detection_mtcnn import FACES, POINTS
from edge_server.models.face_recognition import RECOGNITION, Params
from edge_server.people.results import SeenFace
from edge_server.problems import NoFace, SeveralFaces
from edge_server.tasks.task import NoParams

if TYPE_CHECKING:
    from edge_runtime.images import Photo
    from edge_runtime.results import Face, Faces
    from edge_server.engine.interface import Answer
    from edge_server.people.results import FaceVectors
    from edge_server.tasks.task import Call

# Real faces score 0.999; what only looks like one must not be taken for somebody.
SURE = 0.95


@dataclass(frozen=True, kw_only=True)
class Sight:
    """The ``faces``, the best first, and the answer of the model that recognised them, with
    the time of both."""

    faces: tuple[SeenFace, ...]
    answer: Answer


def see(call: Call, photo: Photo | None = None) -> Sight:
    """The faces of the call's photo, or of another one of it."""
    rgb = (photo or call.photo).rgb
    found = call.submit(FACES, NoParams(), rgb).result()
    faces: Faces = found.value
    sure = [face for face in faces.faces if face.score >= SURE]
    points = tuple(tuple(face.points[name] for name in POINTS) for face in sure)
    answer = call.submit(RECOGNITION, Params(points=points), rgb).result()
    times = replace(
        answer.times,
        queued=found.times.queued + answer.times.queued,
        run=found.times.run + answer.times.run,
    )
    return Sight(faces=_seen(sure, answer.value), answer=replace(answer, times=times))


def only(sight: Sight, name: str) -> SeenFace:
    """The one face of the photo of that name; raises ``NoFace`` or ``SeveralFaces``."""
    if not sight.faces:
        raise NoFace(f"there is no face in {name}: send a photo that shows one from the front")
    if len(sight.faces) > 1:
        raise SeveralFaces(
            f"there are {len(sight.faces)} faces in {name}: send a photo of one person, or cut "
            "it out",
            limit=1,
            actual=len(sight.faces),
        )
    return sight.faces[0]


def _seen(faces: list[Face], found: FaceVectors) -> tuple[SeenFace, ...]:
    rows = zip(faces, found.chips, found.vectors, strict=True)
    return tuple(SeenFace(face=face, chip=chip, vector=vector) for face, chip, vector in rows)
