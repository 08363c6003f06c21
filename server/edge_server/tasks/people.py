"""``/v1/people``: the faces of a photo, and whose they are of the people whom one knows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from edge_runtime.drawing import colour_of, draw_box, draw_plate, font_for
from edge_server.models.face_recognition import RECOGNITION
from edge_server.people.matching import matched
from edge_server.people.results import People
from edge_server.people.seeing import see
from edge_server.problems import Forbidden, InvalidParameter
from edge_server.tasks.task import NoParams, Task

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_server.engine.interface import Answer
    from edge_server.tasks.task import Call


def people_task() -> Task:
    """The task; it asks a detector, a recogniser, and the caller's own people."""
    return Task(
        name="people",
        title="Faces, and whose they are of the people whom you know",
        params=NoParams,
        result=People,
        models=(RECOGNITION,),
        answer=_answer,
        draw=draw_people,
        heavy=True,
    )


def draw_people(rgb: NDArray[np.uint8], value: People) -> NDArray[np.uint8]:
    """Boxes with the names; a face that is nobody's is unknown."""
    canvas = rgb.copy()
    named = [(one.match.name or "unknown", one.face.box_xyxy) for one in reversed(value.faces)]
    for name, box in named:
        draw_box(canvas, box, colour_of(name))
    picture, font = Image.fromarray(canvas), font_for(canvas)
    for name, box in named:
        corner = (round(box[0]), round(box[1] - font.size * 1.4))
        draw_plate(picture, name, corner, colour_of(name), font)
    return np.asarray(picture)


def _answer(task: Task, call: Call) -> Answer:
    task.model_of(call.choice)
    if call.choice.checkpoint:
        raise InvalidParameter("people asks two models: leave checkpoint out")
    if call.own is None:
        raise Forbidden(
            "whom you know is kept in the server's store: send a key that has the scope "
            "'store', to a server that keeps things"
        )
    from edge_server.people.register import Register  # with it comes the database

    known = Register(call.own).known()
    sight = see(call)
    return replace(sight.answer, value=matched(sight.faces, known))
