"""``/v1/age-and-gender``: what the faces of a photo look like; off unless it is switched on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from edge_runtime.drawing import colour_of, draw_box, draw_plate, font_for
from edge_runtime.geometry import slope
from edge_server.models.age_and_gender import APPEARANCE, Params
from edge_server.models.face_detection_mtcnn import FACES
from edge_server.people.appearance import Guesses, guesses_of, look_of
from edge_server.people.seeing import SURE
from edge_server.problems import InvalidParameter
from edge_server.tasks.task import NoParams, Task

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_runtime.results import Face
    from edge_server.engine.interface import Answer
    from edge_server.people.appearance import GuessedFace
    from edge_server.tasks.task import Call

OFF = (
    "this server guesses nobody's age and gender: its owner can switch that on by "
    "--age-and-gender yes (POCKETLENS_AGE_AND_GENDER), and server/README.md says what speaks "
    "against it"
)


def age_and_gender_task(*, on: bool) -> Task:
    """The task; it asks a detector, and a network that looks at each face."""
    return Task(
        name="age-and-gender",
        title="Faces, and a guess at the age and gender that they look like",
        params=NoParams,
        result=Guesses,
        models=(APPEARANCE,),
        answer=_answer,
        draw=draw_guesses,
        heavy=True,
        off="" if on else OFF,
    )


def draw_guesses(rgb: NDArray[np.uint8], value: Guesses) -> NDArray[np.uint8]:
    """Boxes with the guesses."""
    canvas = rgb.copy()
    told = [(_words(one), one) for one in reversed(value.faces)]
    for _, one in told:
        draw_box(canvas, one.face.box_xyxy, colour_of(one.gender))
    picture, font = Image.fromarray(canvas), font_for(canvas)
    for words, one in told:
        left, top = one.face.box_xyxy[:2]
        corner = (round(left), round(top - font.size * 1.4))
        draw_plate(picture, words, corner, colour_of(one.gender), font)
    return np.asarray(picture)


def _answer(task: Task, call: Call) -> Answer:
    task.check_on()
    task.model_of(call.choice)
    if call.choice.checkpoint:
        raise InvalidParameter("age-and-gender asks two models: leave checkpoint out")
    found = call.submit(FACES, NoParams()).result()
    faces = [face for face in found.value.faces if face.score >= SURE]
    looked = Params(faces=tuple((face.box_xyxy, _turned(face)) for face in faces))
    answer = call.submit(APPEARANCE, looked).result()
    times = replace(
        answer.times,
        queued=found.times.queued + answer.times.queued,
        run=found.times.run + answer.times.run,
    )
    return replace(answer, value=guesses_of(faces, answer.value), times=times)


def _turned(face: Face) -> float:
    return slope(face.points["right_eye"], face.points["left_eye"])


def _words(one: GuessedFace) -> str:
    return look_of(one.age, one.gender, one.probability)
