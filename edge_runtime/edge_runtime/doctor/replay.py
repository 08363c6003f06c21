"""A model's program run again on an app's own values, from any stage that it wrote down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from edge_runtime import contract as c
from edge_runtime.doctor.values import candidates_of, faces_of, pixels_of, tensors_of
from edge_runtime.errors import DumpError, SpecError
from edge_runtime.geometry import Placement, plan
from edge_runtime.postprocess import Scene
from edge_runtime.program import AFTER_RUN, UP_TO_RUN, View, execute, placement_of, with_value
from edge_runtime.results import Faces, StyleVector
from edge_runtime.spec import FaceDetection, StylePrediction
from edge_runtime.wire import result_record

if TYPE_CHECKING:
    from edge_runtime.doctor.dump import Dump, Place
    from edge_runtime.images import Photo
    from edge_runtime.pipeline import Lens
    from edge_runtime.predictor import Predictor
    from edge_runtime.spec import ModelSpec

IN_PHOTO = (
    c.Resize,
    c.CropSquare,
    c.CutWindows,
    c.MapBoxes,
    c.ClipBoxes,
    c.UpsampleMask,
    c.MapPoints,
    c.ResizePicture,
    c.JoinWindows,
)
"""Steps that read the photo, or need its size or where the input lies in it."""
NEEDS_PHOTO = "the photo is not in the dump: name it with --photo (image, to a server)"

UNUSABLE = (SpecError, ValueError, IndexError, TypeError, ArithmeticError)
"""What steps raise for values that are none that they can be computed of."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Trial:
    """A step, at which something else than what the contract says is tried.

    ``given`` is what the step takes, ``view`` where the photo, the face and the labels are;
    ``seen`` are the arrays that the app wrote down for the stage that is to be explained,
    which is this step's own if ``direct``, else that of a later one.
    """

    step: Any
    given: Any
    view: View
    seen: Any
    direct: bool
    replay: Replay

    def right(self, given: Any = None, step: Any = None) -> Any:
        """What the step gives by the contract, of another value or with other numbers."""
        value = self.given if given is None else given
        return self.replay.perform(step or self.step, value, self.view)


Make: TypeAlias = Callable[[Trial], Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Instead:
    """What is done ``at`` an index of the program in place of its step."""

    at: int
    make: Make
    seen: Any = None


@dataclass(kw_only=True, eq=False)
class Replay:
    """A program, the photo where there is one, and what the app wrote down.

    ``style`` is the picture that gives the style, where one is needed.  ``going`` is called
    before every step; what it raises ends the work.
    """

    lens: Lens
    predictor: Predictor[Any]
    dump: Dump
    photo: Photo | None = None
    style: Photo | None = None
    going: Callable[[], None] = lambda: None
    _known: dict[Any, Any] = field(default_factory=dict)

    @property
    def spec(self) -> ModelSpec:
        """The model's spec."""
        return self.predictor.spec

    @property
    def first_of_a_face(self) -> int:
        """The index from which on steps run once a face; that of no step where none do."""
        steps = self.spec.program
        return 2 if isinstance(steps[1], c.FindFaces) else len(steps)

    @cached_property
    def faces(self) -> Faces | None:
        """The faces that the app found, or those that Python finds; none for other models."""
        if self.first_of_a_face == len(self.spec.program):
            return None
        place = (1, None)
        found: Faces | None = self.anchor(place)
        return found if found is not None else self.value(place, self.before(place))

    def place_before(self, place: Place, index: int) -> Place:
        """The place of an earlier step on the way to this one."""
        return index, place[1] if index >= self.first_of_a_face else None

    def before(self, place: Place) -> int | None:
        """The last step before a place of which the app's own value can be gone on from."""
        for index in reversed(range(place[0])):
            if self.anchor(self.place_before(place, index)) is not None:
                return index
        return None

    def anchor(self, place: Place) -> Any:
        """The app's value at a place, as the next step takes it; none where it cannot."""
        if place not in self.dump.stages:
            return None
        if ("anchor", place) not in self._known:
            self._known["anchor", place] = self._typed(place)
        return self._known["anchor", place]

    def value(self, place: Place, after: int | None, instead: Instead | None = None) -> Any:
        """What a place has by the contract, from the app's value ``after`` that step (from
        the photo, where it is none), with something else in place of one step.

        Raises ``DumpError`` where what is needed is not there.
        """
        if instead is not None:
            return self._computed(place, after, instead)
        if (place, after) not in self._known:
            self._known[place, after] = self._computed(place, after, None)
        return self._known[place, after]

    def perform(self, step: Any, value: Any, view: View) -> Any:
        """One step by the contract."""
        self.going()
        if isinstance(step, c.DecodePhoto):
            if self.photo is None:
                raise DumpError(NEEDS_PHOTO)
            return self.photo.rgb
        if isinstance(step, c.FindFaces):
            return self._found(step, view)
        if view.rgb is None and isinstance(step, IN_PHOTO):
            raise DumpError(NEEDS_PHOTO)
        if isinstance(step, c.MixStyles | c.EmbedStyle):
            view.vectors = self._vectors(step)
        prepare = UP_TO_RUN.get(type(step))
        if isinstance(step, c.CropSquare):
            value = view.rgb
        if prepare is not None:
            return prepare(step, value, view)
        return AFTER_RUN[type(step)](step, value, self._scene(view))

    def result(self, after: int | None, instead: Instead | None = None) -> Any:
        """The JSON of the result, computed as :meth:`value` computes a stage's."""
        last = len(self.spec.program) - 1
        if self.faces is None:
            return _record(self.value((last, None), after, instead))
        found = self.faces
        if after is None or (instead is not None and instead.at < self.first_of_a_face):
            found = self.value((1, None), None, instead)
        values = [(f, self.value((last, n), after, instead)) for n, f in enumerate(found.faces)]
        kept = [with_value(f, self.spec.program, v) for f, v in values if v is not None]
        return _record(Faces(faces=tuple(kept)))

    def _computed(self, place: Place, after: int | None, instead: Instead | None) -> Any:
        view = self._view(place, after)
        value = None if after is None else self.anchor(self.place_before(place, after))
        for index in range(0 if after is None else after + 1, place[0] + 1):
            step = self.spec.program[index]
            if instead is not None and instead.at == index:
                self.going()
                value = instead.make(self._trial(place, value, view, instead))
            else:
                value = self.perform(step, value, view)
            if value is None:
                return None
            self._note(step, value, view, place)
        return value

    def _trial(self, place: Place, value: Any, view: View, instead: Instead) -> Trial:
        return Trial(
            step=self.spec.program[instead.at],
            given=value,
            view=view,
            seen=instead.seen,
            direct=place[0] == instead.at,
            replay=self,
        )

    def _view(self, place: Place, after: int | None) -> View:
        """The photo and the face as the app has them, as far as it wrote them down."""
        rgb = self.anchor((0, None))
        if rgb is None and self.photo is not None:
            rgb = self.photo.rgb
        view = self.predictor.view(rgb)
        if place[1] is not None and after is not None and after >= 1:
            view.face = self._face(self.faces, place[1])
        if after is not None:
            self._place(view, after)
        return view

    def _place(self, view: View, after: int) -> None:
        """Where the input lies, if the step that says so is not run again."""
        for step in self.spec.program[: after + 1]:
            if isinstance(step, c.CropSquare) and view.face is not None:
                view.placement = placement_of(view.face, step)
            elif isinstance(step, c.Resize) and view.rgb is not None:
                high, wide = view.rgb.shape[:2]
                view.placement = plan((wide, high), view.size_hw, step).placement
            elif isinstance(step, c.CutWindows) and view.rgb is not None:
                UP_TO_RUN[c.CutWindows](step, view.rgb, view)

    def _note(self, step: Any, value: Any, view: View, place: Place) -> None:
        """What later steps need of this one beside its value."""
        if isinstance(step, c.DecodePhoto):
            view.rgb = value
        elif isinstance(step, c.FindFaces) and place[1] is not None:
            view.face = self._face(value, place[1])

    @staticmethod
    def _face(found: Faces | None, number: int) -> Any:
        if found is None or number >= len(found.faces):
            count = 0 if found is None else len(found.faces)
            raise DumpError(f"there is no face {number}, of {count}: dump find-faces as well")
        return found.faces[number]

    def _found(self, step: c.FindFaces, view: View) -> Any:
        if view.rgb is None:
            raise DumpError(NEEDS_PHOTO)
        detector = self.lens.helper(step.model, FaceDetection)
        return list(execute(detector.spec.program, detector.view(view.rgb)))[-1][1]

    def _vectors(self, step: c.MixStyles | c.EmbedStyle) -> dict[str, Any]:
        """The style as the app wrote it down: which one was asked for is in no dump."""
        if isinstance(step, c.EmbedStyle) and self.style is not None:
            predictor = self.lens.helper(step.model, StylePrediction)
            steps = execute(predictor.spec.program, predictor.view(self.style.rgb))
            return {step.input: list(steps)[-1][1].values}
        for arrays in self.dump.stages.values():
            shape = self.predictor.session.input_shapes[step.input]
            vectors = tensors_of(arrays, {step.input: shape})
            if vectors is not None:
                return dict(vectors)
        raise DumpError(f"the style is not in the dump: dump the tensor {step.input} too")

    def _scene(self, view: View) -> Scene:
        placement = view.placement or Placement.region(0, 0, 1, 1)
        high, wide = (0, 0) if view.rgb is None else view.rgb.shape[:2]
        return Scene(self.spec.program, view.labels, placement, (wide, high))

    def _typed(self, place: Place) -> Any:
        arrays, step = self.dump.stages[place], self.spec.program[place[0]]
        if step.gives in {"photo", "pixels", "painted"}:
            return self._pixels(arrays, fixed=step.gives != "photo")
        if step.gives == "tensors":
            return tensors_of(arrays, self._inputs_after(place[0]))
        if step.gives == "outputs":
            shapes = {output.name: output.shape for output in self.spec.outputs}
            high, wide = self.predictor.size_hw
            usual = self.spec.image.size_hw
            for output in self.spec.outputs:
                if output.image:
                    _, tall, broad, channels = output.shape
                    size = (tall * high // usual[0], broad * wide // usual[1])
                    shapes[output.name] = (1, *size, channels)
            return tensors_of(arrays, shapes)
        if step.gives == "candidates":
            return candidates_of(arrays)
        return self._faces_of(step, arrays) if isinstance(step, c.FindFaces) else None

    def _pixels(self, arrays: Any, *, fixed: bool) -> Any:
        """The pixels; none where they should have the input's size and do not."""
        found = pixels_of(arrays)
        wrong = found is not None and found.shape[:2] != self.predictor.size_hw
        return None if fixed and wrong else found

    def _inputs_after(self, index: int) -> dict[str, tuple[int, ...]]:
        """The inputs that are written by then, with their shapes."""
        shapes = self.predictor.session.input_shapes
        names = [getattr(step, "input", "") for step in self.spec.program[: index + 1]]
        return {name: tuple(shapes[name]) for name in names if name}

    def _faces_of(self, step: c.FindFaces, arrays: Any) -> Faces | None:
        detector = self.lens.bundle.entry(step.model).spec
        return faces_of(arrays, c.step_of(detector.program, c.NamePoints).points)


def _record(value: Any) -> Any:
    if isinstance(value, StyleVector):
        return {"values": value.values.ravel().tolist()}
    return None if value is None else result_record(value)


def attempt(compute: Callable[[], Any]) -> Any:
    """What is computed, or none where the values are none that it can be computed of."""
    try:
        return compute()
    except (DumpError, *UNUSABLE):
        return None
