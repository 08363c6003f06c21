"""The steps of the contract after the run: outputs of a graph to a result."""

from __future__ import annotations

from typing import ClassVar, Literal

from edge_runtime.record import Step


class SelectCandidates(Step, frozen=True, kw_only=True, tag="select-candidates"):
    """Keep the candidates that score at least ``threshold``, the best first.

    ``scores`` is [1, N], or [1, N, C] where each class of each anchor is a candidate of its
    own; ``boxes`` is [1, N, 4]: x0, y0, x1, y1; ``points``, where there are any, [1, N, P, 2].
    Of equal scores the one that is earlier in the tensor comes first.  Only the first
    ``most`` go on (0: all).  The threshold is compared as float32.
    """

    takes: ClassVar = "outputs"
    gives: ClassVar = "candidates"
    boxes: str
    scores: str
    threshold: float
    points: str = ""
    most: int = 0


class WeightedNms(Step, frozen=True, kw_only=True, tag="weighted-nms"):
    """Melt candidates that overlap into one (BlazeFace, arXiv 1907.05047, section 3.4).

    The best candidate that is left and all others left whose intersection over union with it
    is above ``iou_threshold`` become one: its score is that of the best, each coordinate of
    its box and points the mean, weighted by score and summed in the order of the scores.
    Then the best of the rest, until none is left.
    """

    takes: ClassVar = "candidates"
    gives: ClassVar = "candidates"
    iou_threshold: float


class Nms(Step, frozen=True, kw_only=True, tag="nms"):
    """Drop each candidate that overlaps a better one of its class that is kept.

    Overlapping is an intersection over union above ``iou_threshold`` (0 where both boxes are
    empty).  Of what is kept, all classes together, the first ``most`` stay, the best first.
    """

    takes: ClassVar = "candidates"
    gives: ClassVar = "candidates"
    iou_threshold: float
    most: int


class MapBoxes(Step, frozen=True, kw_only=True, tag="map-boxes"):
    """Take the corners and points of each candidate to pixels of the photo by the placement.

    The input of a whole photo is upright, so a corner stays the corner it was.
    """

    takes: ClassVar = "candidates"
    gives: ClassVar = "candidates"


class ClipBoxes(Step, frozen=True, kw_only=True, tag="clip-boxes"):
    """End each box at the photo's border: x in 0..W, y in 0..H."""

    takes: ClassVar = "candidates"
    gives: ClassVar = "candidates"


class NamePoints(Step, frozen=True, kw_only=True, tag="name-points"):
    """Each candidate is a face: box, score, its points by the names ``points``, in order."""

    takes: ClassVar = "candidates"
    gives: ClassVar = "faces"
    points: tuple[str, ...]


class LabelBoxes(Step, frozen=True, kw_only=True, tag="label-boxes"):
    """Each candidate is an object: box, score, the label of its class (a line of the file of
    labels, the first line being class 0)."""

    takes: ClassVar = "candidates"
    gives: ClassVar = "objects"


class UpsampleMask(Step, frozen=True, kw_only=True, tag="upsample-mask"):
    """Spread the plane ``output``, [1, h, w, 1], over the photo: float32 [H, W].

    **Part.**  The photo's corners (0, 0) and (W, H), taken to (u, v) by the inverse of the
    placement, times (w, h), ``rint``: left, top, right, bottom of the part of the plane that
    lies over the photo (right at least left + 1, bottom at least top + 1).  Where it reaches
    outside the plane, as after ``fit: crop``, the plane's edge is repeated.

    **Bilinear** (``kernel: bilinear``), from ``have`` to ``want``: output ``i`` lies at
    ``at = (i + 0.5) * (have / want) - 0.5``; ``low = floor(at)``, ``part = float32(at - low)``,
    neighbours as in ``resize``; along x, then along y, ``first * (1 - part) + second * part``
    in float32.
    """

    takes: ClassVar = "outputs"
    gives: ClassVar = "mask"
    output: str
    kernel: Literal["bilinear"] = "bilinear"


class TopLabels(Step, frozen=True, kw_only=True, tag="top-labels"):
    """The ``most`` best of the probabilities ``output``, [1, C], with their labels, the best
    first; of equals the one with the lower index."""

    takes: ClassVar = "outputs"
    gives: ClassVar = "labels"
    output: str
    most: int


class NameExpressions(Step, frozen=True, kw_only=True, tag="name-expressions"):
    """The probabilities ``output``, [1, C], by label; that of the label ``smile`` is the
    face's smile."""

    takes: ClassVar = "outputs"
    gives: ClassVar = "expressions"
    output: str
    smile: str


class KeepPresent(Step, frozen=True, kw_only=True, tag="keep-present"):
    """Leave this face out of the result where ``output``, [1, 1], is below ``threshold``
    (compared as float32)."""

    takes: ClassVar = "outputs"
    gives: ClassVar = "outputs"
    output: str
    threshold: float


class MapPoints(Step, frozen=True, kw_only=True, tag="map-points"):
    """Take the points ``output``, [1, N, 3], to the photo: float32 [N, 3].

    x and y by the placement; z times the side of the square, so that it is in pixels as
    well.
    """

    takes: ClassVar = "outputs"
    gives: ClassVar = "landmarks"
    output: str


class RoundPixels(Step, frozen=True, kw_only=True, tag="round-pixels"):
    """The picture ``output``, [1, h, w, 3], to uint8: brought into 0..255, then ``rint``."""

    takes: ClassVar = "outputs"
    gives: ClassVar = "painted"
    output: str


class ResizePicture(Step, frozen=True, kw_only=True, tag="resize-picture"):
    """Bring the painted pixels to the size of the photo: uint8 [H, W, 3].

    **Bicubic** (``kernel: bicubic``), from ``have`` to ``want``: output ``i`` lies at
    ``at = float32((i + 0.5) * (1 / (want / have)) - 0.5)``; ``low = floor(at)``, ``t = at -
    low``; the four neighbours ``low - 1 .. low + 2``, each brought into ``0..have - 1``, weigh,
    with A = -0.75:

    * ``((A * (t + 1) - 5 * A) * (t + 1) + 8 * A) * (t + 1) - 4 * A``,
    * ``((A + 2) * t - (A + 3)) * t * t + 1``,
    * the same with ``1 - t`` for ``t``,
    * what is left to 1.

    Along x, then along y, all in float32; ``rint``, brought into 0..255.
    """

    takes: ClassVar = "painted"
    gives: ClassVar = "picture"
    kernel: Literal["bicubic"] = "bicubic"


class JoinWindows(Step, frozen=True, kw_only=True, tag="join-windows"):
    """Put what is kept of each window into its place in a picture of ``scale`` times the
    photo's size: uint8 [scale * H, scale * W, 3].

    The numbers of ``output``, [1, scale * h, scale * w, 3], are brought into 0..255, then
    ``rint``.  What is kept, and where it lies, is that of ``cut-windows`` times ``scale``.
    """

    takes: ClassVar = "outputs"
    gives: ClassVar = "picture"
    output: str
    scale: int


class ReadVector(Step, frozen=True, kw_only=True, tag="read-vector"):
    """The tensor ``output`` as it is."""

    takes: ClassVar = "outputs"
    gives: ClassVar = "vector"
    output: str
