"""Which exam a model takes: one line a kind of task."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from edge_calibration.exams.classes import ClassExam
from edge_calibration.exams.enlarged import EnlargedExam
from edge_calibration.exams.face_boxes import FaceBoxExam
from edge_calibration.exams.meshes import MeshExam
from edge_calibration.exams.objects import ObjectExam
from edge_calibration.exams.paintings import AnyStyleExam, MixExam, StyleVectorExam
from edge_calibration.exams.portraits import PortraitExam
from edge_calibration.exams.smiles import SmileExam
from edge_runtime.contract import EmbedStyle, MixStyles, SelectCandidates, step_of
from edge_runtime.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from edge_calibration.exams import Exam
    from edge_calibration.metrics import Metric
    from edge_runtime.spec import ModelSpec

_EXAMS: Mapping[str, Callable[[ModelSpec, Any], Any]] = {
    "portrait-segmentation": lambda _spec, task: PortraitExam(task),
    "face-detection": lambda _spec, _task: FaceBoxExam(),
    "face-landmarks": lambda spec, _task: MeshExam(spec.program),
    "face-expression": lambda spec, _task: SmileExam(spec.program),
    "style-transfer": lambda spec, _task: MixExam(step_of(spec.program, MixStyles)),
    "style-transfer-any": lambda spec, _task: AnyStyleExam(step_of(spec.program, EmbedStyle)),
    "style-prediction": lambda _spec, _task: StyleVectorExam(),
    "super-resolution": lambda spec, _task: EnlargedExam(spec),
    "image-classification": lambda _spec, _task: ClassExam(),
    "object-detection": lambda spec, _task: ObjectExam(_threshold(spec)),
}


def _threshold(spec: ModelSpec) -> float:
    return step_of(spec.program, SelectCandidates).threshold


def exam_of(spec: ModelSpec) -> Exam:
    """A new exam for a model; ``SpecError`` where a gate names a metric that it has not."""
    exam = cast("Exam", _EXAMS[spec.kind](spec, spec.task))
    known = [metric.name for metric in exam.metrics]
    strange = [limit.metric for limit in spec.gates.accuracy if limit.metric not in known]
    if strange:
        raise SpecError(
            f"{spec.id}: gates.accuracy names {', '.join(strange)}; a {spec.kind} model has"
            f" {', '.join(known)}"
        )
    return exam


def metric_of(exam: Exam, name: str) -> Metric:
    """The metric of that name."""
    return next(metric for metric in exam.metrics if metric.name == name)
