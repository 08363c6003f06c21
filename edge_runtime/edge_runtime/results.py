"""What comes back: frozen records, coordinates in pixels of the upright photo.

x runs to the right, y down, from the top left corner of the top left pixel; boxes are
``[x0, y0, x1, y1]`` floats; left and right are those of the person in the photo.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class Mask:
    """A person's probability at every pixel: float32 in 0..1, shape [height, width]."""

    probability: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Pixels: uint8, shape [height, width, 3] (RGB) or [height, width, 4] (RGBA)."""

    pixels: NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class Face:
    """A face: ``box_xyxy`` in pixels, ``score`` in 0..1, ``points`` by name as (x, y).

    ``landmarks``: float32 [468, 3], x and y in pixels, z in the same scale, smaller is
    nearer.  ``smile`` and ``expressions`` are probabilities.
    """

    box_xyxy: tuple[float, float, float, float]
    score: float
    points: Mapping[str, tuple[float, float]]
    landmarks: NDArray[np.float32] | None = None
    smile: float | None = None
    expressions: Mapping[str, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Faces:
    """The faces of a photo, the best score first; none is an answer, not an error."""

    faces: tuple[Face, ...]


@dataclass(frozen=True, kw_only=True)
class Label:
    """A class and its probability in 0..1."""

    label: str
    score: float


@dataclass(frozen=True, kw_only=True)
class Labels:
    """The best labels of a photo, the best first."""

    labels: tuple[Label, ...]


@dataclass(frozen=True, kw_only=True)
class DetectedObject:
    """An object: its class, ``score`` in 0..1 and ``box_xyxy`` in pixels."""

    label: str
    score: float
    box_xyxy: tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class Objects:
    """The objects of a photo, the best score first."""

    objects: tuple[DetectedObject, ...]


@dataclass(frozen=True, kw_only=True)
class Depth:
    """How far every pixel is: float32 [height, width] in metres from the camera's plane,
    at most ``max_depth`` metres.
    """

    metres: NDArray[np.float32]
    max_depth: float


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One object and its pixels: class, ``score`` in 0..1, ``box_xyxy`` in pixels, ``mask``
    bool [height, width] of the whole photo.
    """

    label: str
    score: float
    box_xyxy: tuple[float, float, float, float]
    mask: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Instances:
    """The objects of a photo, the best score first; none is an answer, not an error."""

    instances: tuple[Instance, ...]
    size_hw: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class ClassMap:
    """The class of every pixel: ``classes`` uint8 [height, width], an index into ``labels``;
    ``palette`` has a colour (red, green, blue, each 0..255) for each label.
    """

    classes: NDArray[np.uint8]
    labels: tuple[str, ...]
    palette: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, kw_only=True)
class CutOut:
    """Objects cut out by their names: RGBA or RGB ``pixels`` uint8 [height, width, 3 or 4].

    ``found`` has the names that are in the photo; ``method`` says what drew the outlines:
    ``instance-segmentation``, or where its weights were not there,
    ``detector+segmenter+grabcut``.
    """

    pixels: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    found: tuple[str, ...]
    method: str


@dataclass(frozen=True, kw_only=True)
class TextLine:
    """A line of text: ``confidence`` in 0..1 is the mean over its characters.

    ``polygon``: four corners (x, y), clockwise from where the text begins, on its upper side;
    ``angle``: which way it runs, in degrees clockwise from level, in (-180, 180].
    """

    text: str
    confidence: float
    polygon: tuple[tuple[float, float], ...]
    angle: float


@dataclass(frozen=True, kw_only=True)
class Text:
    """The lines of a photo in the order of reading; none is an answer, not an error.

    ``turn``: how many degrees clockwise the page is turned in the photo: 0, 90, 180 or 270.
    """

    lines: tuple[TextLine, ...]
    turn: int = 0


@dataclass(frozen=True, kw_only=True)
class Caption:
    """A sentence about the whole photo, in English."""

    text: str


@dataclass(frozen=True, kw_only=True)
class StyleVector:
    """What ``style-prediction`` makes of a picture: float32, shape [1, 1, 1, 100]."""

    values: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Timings:
    """Wall time of each stage in milliseconds; a task of two models adds them up."""

    decode: float = 0.0
    preprocess: float = 0.0
    run: float = 0.0
    postprocess: float = 0.0

    def __add__(self, other: Timings) -> Timings:
        return Timings(
            decode=self.decode + other.decode,
            preprocess=self.preprocess + other.preprocess,
            run=self.run + other.run,
            postprocess=self.postprocess + other.postprocess,
        )


@dataclass(frozen=True, kw_only=True)
class Prediction(Generic[Value]):
    """A value and how it came about: model id, variant, stage times."""

    value: Value
    model: str
    variant: str
    ms: Timings = field(default_factory=Timings)
