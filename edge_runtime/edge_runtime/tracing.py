"""What every step of a model's program gives: for golden vectors, and to find a fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_runtime.contract import EmbedStyle, FindFaces, MixStyles
from edge_runtime.postprocess.candidates import Candidates
from edge_runtime.program import execute, with_value
from edge_runtime.results import Faces, Labels, Mask, Objects, Picture, StyleVector
from edge_runtime.spec import FaceDetection, StylePrediction
from edge_runtime.stylise import parse_style

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from edge_runtime.contract import Steps
    from edge_runtime.images import Photo
    from edge_runtime.pipeline import Lens
    from edge_runtime.predictor import Predictor
    from edge_runtime.spec import ModelSpec, SizeHW

Arrays = Mapping[str, "NDArray[Any]"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Request:
    """What a model is asked: the photo, the input's size (its default) and, for those that
    paint, the mix of learnt styles or the picture that gives the style.

    ``run_of`` says what runs a model's graph, where that is not the predictor itself.
    """

    photo: Photo
    size_hw: SizeHW | None = None
    mix: str = "0"
    style: Photo | None = None
    run_of: Callable[[Predictor[Any]], Callable[..., Any]] = lambda made: made.session.run


@dataclass(frozen=True, kw_only=True, eq=False)
class Stage:
    """What the step at ``index`` of the program gave, for the ``face`` of that number."""

    index: int
    face: int | None
    value: Any

    @property
    def arrays(self) -> Arrays:
        """The numbers of the value by name; none where there was nothing to give."""
        return arrays_of(self.value)


def trace(lens: Lens, model_id: str, request: Request) -> Iterator[Stage]:
    """Run a model's whole program: every step, and those after ``find-faces`` once a face."""
    predictor: Predictor[Any] = lens.predictor(model_id, object, request.size_hw)
    program, rgb = predictor.spec.program, request.photo.rgb
    yield Stage(index=0, face=None, value=rgb)
    found: tuple[Any, ...] = (None,)
    if isinstance(program[1], FindFaces):
        detector = lens.helper(program[1].model, FaceDetection)
        view = detector.view(rgb)
        view.run = request.run_of(detector)
        faces = list(execute(detector.spec.program, view))[-1][1]
        yield Stage(index=1, face=None, value=faces)
        found = faces.faces
    for number, face in enumerate(found):
        view = predictor.view(rgb, face=face, vectors=_vectors(lens, predictor.spec, request))
        view.run = request.run_of(predictor)
        for step, value in execute(program, view):
            index = program.index(step)
            yield Stage(index=index, face=None if face is None else number, value=value)


def result_of(program: Steps, stages: Sequence[Stage]) -> Any:
    """The result of a program that was traced, as the pipeline gives it."""
    last = [stage for stage in stages if stage.index == len(program) - 1]
    if not isinstance(program[1], FindFaces):
        return last[0].value
    found = next(stage.value for stage in stages if stage.index == 1).faces
    faces = (
        with_value(found[stage.face], program, stage.value)
        for stage in last
        if stage.face is not None
    )
    return Faces(faces=tuple(faces))


def _vectors(
    lens: Lens, spec: ModelSpec, request: Request
) -> Mapping[str, NDArray[np.float32]]:
    for step in spec.program:
        if isinstance(step, MixStyles):
            return {step.input: parse_style(request.mix, step.styles)}
        if isinstance(step, EmbedStyle):
            predictor = lens.helper(step.model, StylePrediction)
            view = predictor.view((request.style or request.photo).rgb)
            view.run = request.run_of(predictor)
            vector = list(execute(predictor.spec.program, view))[-1][1]
            return {step.input: vector.values}
    return {}


def arrays_of(value: Any) -> Arrays:
    """The numbers of what a step gives, by name, in float64 where it computes in that."""
    if value is None:
        return {}
    if isinstance(value, np.ndarray):
        return {"values": value}
    if isinstance(value, Mapping):
        return _mapped(value)
    return _ARRAYS[type(value)](value)


def _mapped(value: Mapping[str, Any]) -> Arrays:
    """Tensors as they lie at the border of the graph, or probabilities by label."""
    if all(isinstance(item, np.ndarray) for item in value.values()):
        return {
            name: item.astype(np.float32)[np.newaxis] if item.dtype == np.uint8 else item
            for name, item in value.items()
        }
    return {"probabilities": np.array(list(value.values()))}


def _of_faces(value: Faces) -> Arrays:
    return {
        "boxes": np.array([face.box_xyxy for face in value.faces]).reshape(-1, 4),
        "points": np.array([list(face.points.values()) for face in value.faces]),
        "scores": np.array([face.score for face in value.faces]),
    }


_ARRAYS: Mapping[type, Callable[[Any], Arrays]] = {
    Candidates: lambda value: {
        "rows": np.array(value.rows),
        "scores": np.array(value.scores),
        "classes": np.array(value.classes, dtype=np.int32),
    },
    Faces: _of_faces,
    Labels: lambda value: {"scores": np.array([label.score for label in value.labels])},
    Mask: lambda value: {"probability": value.probability},
    Objects: lambda value: {
        "boxes": np.array([thing.box_xyxy for thing in value.objects]).reshape(-1, 4),
        "scores": np.array([thing.score for thing in value.objects]),
    },
    Picture: lambda value: {"pixels": value.pixels},
    StyleVector: lambda value: {"values": value.values},
}
