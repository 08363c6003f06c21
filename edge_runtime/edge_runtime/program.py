"""A model's program, executed: the steps of :mod:`edge_runtime.contract` in their order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from edge_runtime import contract as c
from edge_runtime.errors import SpecError
from edge_runtime.geometry import slope, square_around
from edge_runtime.postprocess import (
    Scene,
    candidates,
    classification,
    detection,
    enlarged,
    expression,
    faces,
    landmarks,
    segmentation,
    style,
)
from edge_runtime.preprocess import crop_pixels, fit_pixels
from edge_runtime.windows import cut, windows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime.geometry import Placement
    from edge_runtime.postprocess import Outputs
    from edge_runtime.results import Face
    from edge_runtime.spec import ModelSpec, SizeHW
    from edge_runtime.windows import Window

    Pixels: TypeAlias = NDArray[np.uint8]

AFTER_RUN: dict[type[c.Step], Callable[[Any, Any, Scene], Any]] = {
    c.SelectCandidates: candidates.select,
    c.WeightedNms: candidates.melt,
    c.Nms: candidates.suppress,
    c.MapBoxes: candidates.to_photo,
    c.ClipBoxes: candidates.clip,
    c.NamePoints: faces.name_points,
    c.LabelBoxes: detection.label_boxes,
    c.UpsampleMask: segmentation.upsample_mask,
    c.TopLabels: classification.top_labels,
    c.NameExpressions: expression.name_expressions,
    c.KeepPresent: landmarks.keep_present,
    c.MapPoints: landmarks.map_points,
    c.RoundPixels: style.round_pixels,
    c.ResizePicture: style.resize_picture,
    c.JoinWindows: enlarged.join_windows,
    c.ReadVector: style.read_vector,
}
RESULTS = {
    "portrait-segmentation": "mask",
    "face-detection": "faces",
    "face-landmarks": "landmarks",
    "face-expression": "expressions",
    "style-transfer": "picture",
    "style-transfer-any": "picture",
    "style-prediction": "vector",
    "super-resolution": "picture",
    "image-classification": "labels",
    "object-detection": "objects",
}
"""What the last step of a program gives, by the kind of task."""


@dataclass(kw_only=True, eq=False)
class View:
    """A photo, or one ``face`` or ``window`` of it, on its way through a program.

    ``rgb``: uint8 [H, W, 3], upright; ``size_hw`` of the input; ``run`` runs the graph;
    ``vectors`` are the inputs beside the picture.  ``placement`` is known once the photo is
    resized, cropped or cut.
    """

    rgb: Pixels
    size_hw: SizeHW
    run: Callable[[Mapping[str, Any]], Outputs]
    labels: tuple[str, ...] = ()
    face: Face | None = None
    vectors: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    placement: Placement | None = None
    window: Window | None = None


def execute(program: c.Steps, view: View) -> Iterator[tuple[c.AnyStep, Any]]:
    """Run a program on a view: each step with what it gives.

    The first two steps are not among them: photos are decoded, and faces found, once for all
    models (:class:`edge_runtime.pipeline.Lens`).  A step may give none, where there is
    nothing; it is the last one then.
    """
    value: Any = view.rgb
    for step in program:
        prepare = UP_TO_RUN.get(type(step))
        if prepare is not None:
            value = prepare(step, value, view)
            yield step, value
    if view.placement is None:
        raise SpecError("the program neither resizes, crops nor cuts the photo: add one step")
    height, width = view.rgb.shape[:2]
    size_wh = (width, height)
    scene = Scene(program, view.labels, view.placement, size_wh, view.window)
    yield from stages(value, scene)


def stages(outputs: Outputs, scene: Scene) -> Iterator[tuple[c.AnyStep, Any]]:
    """Each step after ``run`` with what it gives; the last one may give none."""
    value: Any = outputs
    for step in scene.program:
        read = AFTER_RUN.get(type(step))
        if read is not None:
            value = read(step, value, scene)
            yield step, value
            if value is None:
                return


def decode(outputs: Outputs, scene: Scene) -> Any:
    """The result of the outputs of a graph: what the last step gives, or none where a step
    found that there is nothing."""
    value: Any = outputs
    for _, value in stages(outputs, scene):  # noqa: B007  the last one is what is wanted
        pass
    return value


def _resize(step: c.Resize, rgb: Pixels, view: View) -> Pixels:
    pixels, view.placement = fit_pixels(rgb, step, view.size_hw)
    return pixels


def _crop_square(step: c.CropSquare, rgb: Pixels, view: View) -> Pixels:
    if view.face is None:
        raise SpecError("the program crops faces: give it one, or run it on a Lens")
    view.placement = placement_of(view.face, step)
    return crop_pixels(rgb, view.placement, view.size_hw, step.halve_from)


def _cut_windows(step: c.CutWindows, rgb: Pixels, view: View) -> Pixels:
    """Of the view's window; the first one where it has none."""
    if view.window is None:
        view.window = windows(rgb.shape[:2], view.size_hw, step.margin)[0]
    view.placement = view.window.placement(view.size_hw)
    return cut(rgb, view.window, view.size_hw)


def _write_tensor(step: c.WriteTensor, pixels: Pixels, view: View) -> Mapping[str, Any]:
    """The session widens the pixels while it copies them."""
    del view
    return {step.input: pixels}


def _write_vector(
    step: c.MixStyles | c.EmbedStyle, tensors: Mapping[str, Any], view: View
) -> Mapping[str, Any]:
    if step.input not in view.vectors:
        raise SpecError(f"the graph takes the vector {step.input!r}: give it")
    return {**tensors, step.input: view.vectors[step.input]}


def _run(step: c.Run, tensors: Mapping[str, Any], view: View) -> Outputs:
    del step
    return view.run(tensors)


UP_TO_RUN: dict[type[c.Step], Callable[[Any, Any, View], Any]] = {
    c.Resize: _resize,
    c.CropSquare: _crop_square,
    c.CutWindows: _cut_windows,
    c.WriteTensor: _write_tensor,
    c.MixStyles: _write_vector,
    c.EmbedStyle: _write_vector,
    c.Run: _run,
}


def with_value(face: Face, program: c.Steps, value: Any) -> Face:
    """A face with what a program that looks at faces gave for it."""
    step = program[-1]
    if isinstance(step, c.MapPoints):
        return replace(face, landmarks=value)
    if isinstance(step, c.NameExpressions):
        return replace(face, smile=value[step.smile], expressions=value)
    raise SpecError(f"{step.gives} are nothing that a face has: end the program otherwise")


def placement_of(face: Face, crop: c.CropSquare) -> Placement:
    """Where the input of ``crop-square`` lies in the photo."""
    angle = 0.0
    if crop.level is not None:
        first, second = (face.points[name] for name in crop.level)
        angle = slope(first, second)
    return square_around(face.box_xyxy, crop.scale, angle)


def check_program(spec: ModelSpec) -> None:
    """Raise ``SpecError``, naming the place, for steps that do not follow from each other,
    tensors that the model does not have, or a result of another kind than the task's."""
    now = "bytes"
    known = {"input": {spec.image.name, *(vector.name for vector in spec.vectors)}}
    outputs = {output.name for output in spec.outputs}
    known |= dict.fromkeys(("output", "boxes", "scores", "points"), outputs | {""})
    for index, step in enumerate(spec.program):
        place = f"{spec.id}: program[{index}] {step.__struct_config__.tag!r}"
        if step.takes != now:
            raise SpecError(f"{place} takes {step.takes}, not {now}: put it elsewhere")
        for role, names in known.items():
            name = getattr(step, role, "")
            if isinstance(name, str) and name and name not in names:
                raise SpecError(f"{place} names the tensor {name!r}: take one of {names}")
        now = step.gives
    if now != RESULTS[spec.kind]:
        raise SpecError(
            f"{spec.id}: its program gives {now}, a {spec.kind} model has to give "
            f"{RESULTS[spec.kind]}: complete the steps"
        )
