"""The usual program of each kind of task: what a model's file writes down is its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from edge_runtime import contract as c

if TYPE_CHECKING:
    from collections.abc import Sequence

Fit: TypeAlias = Literal["stretch", "letterbox", "crop"]
MOST_CANDIDATES = 1000
"""Of more than these only the best scores reach NMS, which is quadratic."""
EYES = ("right_eye", "left_eye")


def portrait_segmentation(fit: Fit = "stretch") -> c.Steps:
    """A mask over the photo, from the output ``probability``."""
    return (*whole_photo(fit), c.UpsampleMask(output="probability"))


def face_detection(
    points: Sequence[str], score_threshold: float = 0.5, iou_threshold: float = 0.3
) -> c.Steps:
    """Faces, from ``boxes_xyxy``, ``points_xy`` and ``scores``."""
    return (
        *whole_photo("letterbox"),
        c.SelectCandidates(
            boxes="boxes_xyxy", points="points_xy", scores="scores", threshold=score_threshold
        ),
        c.WeightedNms(iou_threshold=iou_threshold),
        c.MapBoxes(),
        c.NamePoints(points=tuple(points)),
    )


def face_landmarks(
    detector: str, crop_scale: float, presence_threshold: float = 0.5
) -> c.Steps:
    """Points on each face, from ``points_xyz`` and ``presence``; the crop's eyes are level."""
    return (
        *each_face(detector, c.CropSquare(scale=crop_scale, level=EYES)),
        c.KeepPresent(output="presence", threshold=presence_threshold),
        c.MapPoints(output="points_xyz"),
    )


def face_expression(detector: str, crop_scale: float, smile_label: str) -> c.Steps:
    """Expressions of each face, from ``probabilities``; the crop is upright."""
    return (
        *each_face(detector, c.CropSquare(scale=crop_scale)),
        c.NameExpressions(output="probabilities", smile=smile_label),
    )


def style_transfer(styles: int) -> c.Steps:
    """A picture in a mix of learnt styles, from ``picture``."""
    return _painted(c.MixStyles(input="style_weights", styles=styles))


def style_transfer_any(predictor: str) -> c.Steps:
    """A picture in the style of another one, from ``picture``."""
    return _painted(c.EmbedStyle(input="style_vector", model=predictor))


def style_prediction(fit: Fit = "crop") -> c.Steps:
    """A style vector, from ``style_vector``."""
    return (*whole_photo(fit), c.ReadVector(output="style_vector"))


def super_resolution(margin: int, scale: int) -> c.Steps:
    """A picture of ``scale`` times the photo's size, from ``picture``."""
    return (
        c.DecodePhoto(),
        c.CutWindows(margin=margin),
        c.WriteTensor(),
        c.Run(),
        c.JoinWindows(output="picture", scale=scale),
    )


def image_classification(top: int = 5) -> c.Steps:
    """The best labels, from ``probabilities``."""
    return (*whole_photo("crop"), c.TopLabels(output="probabilities", most=top))


def object_detection(
    score_threshold: float = 0.4, iou_threshold: float = 0.6, most: int = 100
) -> c.Steps:
    """Objects, from ``boxes_xyxy`` and ``scores``."""
    return (
        *whole_photo("stretch"),
        c.SelectCandidates(
            boxes="boxes_xyxy",
            scores="scores",
            threshold=score_threshold,
            most=MOST_CANDIDATES,
        ),
        c.MapBoxes(),
        c.Nms(iou_threshold=iou_threshold, most=most),
        c.ClipBoxes(),
        c.LabelBoxes(),
    )


def whole_photo(fit: Fit) -> c.Steps:
    """From the photo's bytes to the outputs of a graph that looks at all of it."""
    return (c.DecodePhoto(), c.Resize(fit=fit), c.WriteTensor(), c.Run())


def each_face(detector: str, crop: c.CropSquare) -> c.Steps:
    """From the photo's bytes to the outputs of a graph that looks at each face."""
    return (c.DecodePhoto(), c.FindFaces(model=detector), crop, c.WriteTensor(), c.Run())


def _painted(style: c.MixStyles | c.EmbedStyle) -> c.Steps:
    *begin, run = whole_photo("stretch")
    return (*begin, style, run, c.RoundPixels(output="picture"), c.ResizePicture())
