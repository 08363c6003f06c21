"""Type the names, get the objects: everything of some classes cut out of a photo.

With Mask R-CNN there, it draws the outlines, and the names are those of its weights: of COCO,
or of whatever a checkpoint of one's own was trained for.  Without weights the bundle's own
models do: the detector finds boxes, the portrait segmenter outlines people, GrabCut the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import msgspec
import numpy as np

from edge_runtime.portrait import before_named
from edge_runtime.results import CutOut
from edge_runtime.spec import Record
from edge_runtime.transparency import shown
from edge_server.cut_marks import marked
from edge_server.object_names import known_labels, meant_labels
from edge_server.outlines import object_alpha, person_alpha, softened, window_around
from edge_server.problems import InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from edge_runtime.images import Photo
    from edge_runtime.results import Instances, Objects
    from edge_server.cut_marks import Mark
    from edge_server.outlines import Window

    Floats = NDArray[np.float32]
    Pixels = NDArray[np.uint8]

Name: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]

_MOST_BOXES = 20  # GrabCut takes a third of a second for each
_CELLS = 28  # of a side of a box of Mask R-CNN
_PERSON = "person"


class CutParams(Record, frozen=True, kw_only=True):
    """``objects``: what to cut out, by name, such as ``cat`` or ``people``; at least one.
    ``background``: what is behind; ``score``: how sure a finder has to be of an object.
    ``boxes`` paints a box around each that was found, ``names`` what it is beside it.
    """

    objects: Annotated[tuple[Name, ...], msgspec.Meta(max_length=20)] = ()
    background: Literal["transparent", "white"] = "transparent"
    score: Annotated[float, msgspec.Meta(ge=0.05, le=1)] = 0.4
    boxes: bool = False
    names: bool = False


@dataclass(frozen=True, kw_only=True)
class Finders:
    """What finds objects: each takes a photo uint8 [H, W, 3].

    ``labels``: the names that ``detect`` knows, which gives boxes; ``portrait`` gives a
    person's probability float32 [H, W].  ``instances`` takes the names that are asked for
    and the least score too, and raises ``UnknownName`` for names that its weights do not
    know; None where they are not there.  ``step`` is called before each object; what it
    raises ends the work.
    """

    labels: tuple[str, ...]
    detect: Callable[[Pixels], Objects]
    portrait: Callable[[Pixels], Floats]
    instances: Callable[[Pixels, tuple[str, ...], float], Instances] | None = None
    step: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class _Part:
    """The alpha [h, w] of one object in its window of the photo; ``box`` is where it is."""

    label: str
    box: tuple[float, float, float, float]
    window: Window
    alpha: Floats


def cut(photo: Photo, params: CutParams, finders: Finders) -> CutOut:
    """Everything of the classes named in ``params``, out of a photo; what is transparent in
    it stays so, or is white where that is behind.  The mask is that of the objects alone.

    Nothing of them in the photo is an answer: an empty mask.  Raises ``InvalidParameter``
    where no name is given, ``UnknownName`` for names that no finder knows.
    """
    if not params.objects:
        raise InvalidParameter("name what to cut out: objects has at least one name")
    if finders.instances is not None:
        method, draw = "instance-segmentation", _from_masks
    else:
        method, draw = "detector+segmenter+grabcut", _from_boxes
    alpha = np.zeros(photo.rgb.shape[:2], dtype=np.float32)
    marks: list[Mark] = []
    for part in draw(photo, params.objects, params.score, finders):
        marks.append((part.label, part.box))
        there = alpha[part.window.rows, part.window.columns]
        np.maximum(there, part.alpha, out=there)
    pixels = before_named(photo, alpha, params.background)
    return CutOut(
        pixels=marked(pixels, marks, boxes=params.boxes, names=params.names),
        mask=alpha >= 0.5,
        found=meant_labels(params.objects, {label for label, _ in marks}),
        method=method,
    )


def _from_masks(
    photo: Photo, names: tuple[str, ...], score: float, finders: Finders
) -> Iterator[_Part]:
    """Each object with the network's own mask, whose coarse edge is refined."""
    if finders.instances is None:
        return
    found = finders.instances(photo.rgb, names, score).instances
    rgb = shown(photo)
    labels = meant_labels(names, {one.label for one in found})
    for one in found:
        if one.label in labels and one.mask.any():
            finders.step()
            window = window_around(one.box_xyxy, one.mask.shape)
            x0, y0, x1, y1 = window.box
            cell = max(x1 - x0, y1 - y0) / _CELLS
            mask = one.mask[window.rows, window.columns]
            yield _Part(
                one.label, one.box_xyxy, window, softened(window.of(rgb), mask, cell / 2)
            )


def _from_boxes(
    photo: Photo, names: tuple[str, ...], score: float, finders: Finders
) -> Iterator[_Part]:
    """Each object by its box: people by the segmenter, the rest by their colours."""
    labels = known_labels(names, finders.labels)
    detected = finders.detect(photo.rgb).objects
    found = [one for one in detected if one.label in labels and one.score >= score]
    rgb = shown(photo)
    size_hw = (rgb.shape[0], rgb.shape[1])
    for one in found[:_MOST_BOXES]:
        finders.step()
        window = window_around(one.box_xyxy, size_hw)
        alpha = None
        if one.label == _PERSON:
            alpha = _person(photo, rgb, window, finders)
        if alpha is None:
            alpha = object_alpha(rgb, window)
        yield _Part(one.label, one.box_xyxy, window, alpha)


def _person(photo: Photo, rgb: Pixels, window: Window, finders: Finders) -> Floats | None:
    """The model is given the colours as the file has them, the edge drawn by those shown."""
    return person_alpha(rgb, window, lambda _: finders.portrait(window.of(photo.rgb)))
