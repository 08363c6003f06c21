"""How far a light model is off a heavy one of the same task: the teacher."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from edge_runtime import spec
from edge_runtime.doctor.parity import TeacherReport
from edge_runtime.geometry import iou
from edge_server.problems import Problem, WeightsMissing

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from edge_runtime import Lens
    from edge_runtime.images import Photo
    from edge_runtime.results import ClassMap, DetectedObject, Instances, Mask, Objects
    from edge_server.engine.interface import Answer

_MATCH = 0.5  # of intersection over union: from here on two boxes are of one object
_PERSON = "person"


class Judged(NamedTuple):
    """How alike two answers are, 0..1 (none where that cannot be said), and in words."""

    value: float | None
    says: str


@dataclass(frozen=True, kw_only=True)
class Teacher:
    """A heavy ``model`` that answers what light models of a ``kind`` answer.

    ``light`` asks a light model by its id; ``judge`` compares its value with the teacher's.
    """

    model: str
    kind: type
    measure: str
    light: Callable[[Lens, Photo, str], Any]
    judge: Callable[[Any, Any], Judged]


def _person(light: Mask, heavy: ClassMap) -> Judged:
    """Intersection over union of the pixels that either calls a person."""
    if _PERSON not in heavy.labels:
        return Judged(None, "its weights know no person: name others, or remove these")
    theirs = heavy.classes == heavy.labels.index(_PERSON)
    ours = light.probability >= 0.5
    either = int((ours | theirs).sum())
    if not either:
        return Judged(1.0, "neither sees a person in the photo")
    return Judged(
        int((ours & theirs).sum()) / either,
        f"{_percent(ours)} of the photo is a person to the light model, "
        f"{_percent(theirs)} to the teacher",
    )


def _percent(mask: NDArray[np.bool_]) -> str:
    return f"{100 * float(mask.mean()):.1f} %"


def _objects(light: Objects, heavy: Instances) -> Judged:
    """Objects that both find, in parts of those that either finds (F1)."""
    left = list(heavy.instances)
    both = 0
    for one in light.objects:
        same = [at for at, other in enumerate(left) if _same(one, other)]
        if same:
            del left[same[0]]
            both += 1
    found = len(light.objects) + len(heavy.instances)
    says = (
        f"the light model finds {len(light.objects)} objects, the teacher "
        f"{len(heavy.instances)}, {both} of them the same"
    )
    return Judged(2 * both / found if found else 1.0, says)


def _same(one: DetectedObject, other: Any) -> bool:
    boxes = np.array([other.box_xyxy], np.float64)
    overlap = iou(np.array(one.box_xyxy, np.float64), boxes)
    return one.label == other.label and float(overlap[0]) >= _MATCH


TEACHERS = (
    Teacher(
        model="semantic-segmentation",
        kind=spec.PortraitSegmentation,
        measure="IoU of person",
        light=lambda lens, photo, model: lens.segment(photo, model).value,
        judge=_person,
    ),
    Teacher(
        model="instance-segmentation",
        kind=spec.ObjectDetection,
        measure="F1 at IoU 0.5",
        light=lambda lens, photo, model: lens.detect(photo, model).value,
        judge=_objects,
    ),
)


def teacher_of(task: object) -> Teacher | None:
    """The teacher of a light model's task; none where no heavy model answers the same."""
    return next((one for one in TEACHERS if isinstance(task, one.kind)), None)


def taught(teacher: Teacher, light: Any, ask: Callable[[], Answer]) -> TeacherReport:
    """The teacher's report; what keeps it from answering is told in it."""
    said = partial(TeacherReport, model=teacher.model, measure=teacher.measure)
    try:
        answer = ask()
    except WeightsMissing as problem:
        command = f"edge-serve weights pull {teacher.model}"
        return said(says=problem.detail, command=command)
    except Problem as problem:
        return said(says=problem.detail)
    judged = teacher.judge(light, answer.value)
    value = None if judged.value is None else round(judged.value, 6)
    return said(says=judged.says, value=value, variant=answer.variant, sha256=answer.sha256)
