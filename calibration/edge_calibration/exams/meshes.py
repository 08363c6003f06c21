"""Face landmarks: how far the points are off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edge_calibration.exams import View
from edge_calibration.metrics import Metric
from edge_runtime.contract import CropSquare, FindFaces, KeepPresent, step_of
from edge_runtime.drawing import draw_landmarks
from edge_runtime.images import Photo
from edge_runtime.program import decode, placement_of
from edge_runtime.results import Face, Faces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edge_calibration.exams import Pixels
    from edge_runtime.contract import Steps
    from edge_runtime.pipeline import Lens
    from edge_runtime.postprocess import Outputs, Scene

CROP = 192
"""The side of the model's crop in pixels, in which errors are stated."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Mesh:
    """Points [N, 3] in pixels of the photo, none where the crop shows no face; ``side`` of
    the crop in the same pixels."""

    points: NDArray[np.float32] | None
    side: float


class MeshExam:
    """Every face that the detector finds."""

    tags = ("portrait", "face", "group")
    most_photos = 400

    def __init__(self, program: Steps) -> None:
        self._program = program
        self.metrics = (
            Metric(
                name="point_error_px",
                title=f"mean distance of a point in the {CROP} px crop",
                unit="px",
                better="less",
                compare=_point_error,
            ),
            Metric(
                name="presence_agreement",
                title="faces that both or neither take for one",
                unit="share",
                better="more",
                compare=_presence,
            ),
        )

    def views(self, lens: Lens, photo: str, rgb: Pixels) -> Sequence[View]:
        """A square around each face, turned so that the eyes are level."""
        crop = step_of(self._program, CropSquare)
        return tuple(
            View(photo=photo, placement=placement_of(face, crop))
            for face in faces_of(lens, rgb, step_of(self._program, FindFaces).model)
        )

    def decode(self, outputs: Outputs, scene: Scene) -> Mesh:
        """The points in the photo."""
        return Mesh(points=decode(outputs, scene), side=scene.placement.side)

    def decode_plainly(self, outputs: Outputs, scene: Scene) -> Mesh:
        """By one product of matrices."""
        points = outputs["points_xyz"][0].astype(np.float64)
        flat = np.column_stack([points[:, :2], np.ones(len(points))]) @ scene.placement.matrix.T
        sure = outputs["presence"][0, 0] >= step_of(scene.program, KeepPresent).threshold
        placed = np.column_stack([flat, points[:, 2] * scene.placement.side])
        return Mesh(
            points=placed.astype(np.float32) if sure else None, side=scene.placement.side
        )

    def picture(self, rgb: Pixels, result: Mesh) -> Pixels:
        """The points."""
        if result.points is None:
            return rgb
        low, high = result.points[:, :2].min(axis=0), result.points[:, :2].max(axis=0)
        box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
        face = Face(box_xyxy=box, score=1.0, points={}, landmarks=result.points)
        return draw_landmarks(rgb, Faces(faces=(face,)))


def faces_of(lens: Lens, rgb: Pixels, detector: str) -> tuple[Face, ...]:
    """The faces of a photo by the detector that ships."""
    return lens.faces(Photo(rgb=rgb), detector).value.faces


def _point_error(made: Mesh, wanted: Mesh) -> float | None:
    """In pixels of the crop, where both see a face."""
    if made.points is None or wanted.points is None:
        return None
    off = np.linalg.norm(made.points[:, :2] - wanted.points[:, :2], axis=1)
    return float(off.mean() * CROP / wanted.side)


def _presence(made: Mesh, wanted: Mesh) -> float:
    return float((made.points is None) == (wanted.points is None))
