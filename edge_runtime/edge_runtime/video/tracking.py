"""Faces followed from frame to frame: the mesh of one frame says where the next one looks.

A detector is asked for new faces only every few frames, at a cut, and where a face was lost,
as in MediaPipe's face landmarker (Kartynnik et al., arXiv 1907.06724).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from edge_runtime.close_up import is_face
from edge_runtime.contract import FindFaces
from edge_runtime.geometry import iou
from edge_runtime.spec import FaceDetection, FaceLandmarks
from edge_runtime.video.face_smoothing import FaceSmoother
from edge_runtime.video.mesh_pose import Box, box_beside, box_within, named_points, pose_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edge_runtime.pipeline import Lens
    from edge_runtime.results import Face

    Pixels = NDArray[np.uint8]

EVERY = 15
"""Frames between two detections."""

MOST = 8
"""So many faces are followed; a crowd would take seconds a frame."""

_SAME_FACE = 0.3


@dataclass(kw_only=True, eq=False)
class Track:
    """One face that is followed: its ``number`` stays; ``face`` is what was last seen of it,
    its landmarks steadied, ``raw`` as the network gave them."""

    number: int
    face: Face
    raw: NDArray[np.float32]
    within: Box
    smoother: FaceSmoother = field(default_factory=FaceSmoother)


class FaceTracker:
    """Follows the faces of a film; one thread at a time may use it.

    ``every``: frames between two detections.  ``smooth``: whether landmarks are steadied.
    ``detections`` counts how often the whole frame was searched.
    """

    def __init__(self, lens: Lens, *, every: int = EVERY, smooth: bool = True) -> None:
        self._lens = lens
        self._mesh = lens.predictor("face-landmarks", FaceLandmarks)
        self._detector = lens.helper(self._mesh.step(FindFaces).model, FaceDetection)
        self._every, self._smooth = every, smooth
        self._since, self._number = 0, 0
        self._tracks: list[Track] = []
        self.detections = 0

    def reset(self) -> None:
        """Forget all faces: the next frame is searched."""
        self._tracks.clear()
        self._since = 0

    def follow(self, rgb: Pixels, seconds: float) -> tuple[Track, ...]:
        """The faces of the next frame, uint8 [H, W, 3], the oldest first."""
        known = len(self._tracks)
        self._tracks = [one for one in self._tracks if self._next(one, rgb, seconds)]
        self._tracks = _distinct(self._tracks)
        lost = len(self._tracks) < known
        if lost or self._since <= 0 or (not self._tracks and self._since <= self._every // 2):
            self._find(rgb, seconds)
            self._since = self._every
        self._since -= 1
        return tuple(self._tracks)

    def _next(self, track: Track, rgb: Pixels, seconds: float) -> bool:
        """Look where the face was; false where it is no more."""
        landmarks = self._landmarks(rgb, _crop_of(track.face, track.raw))
        if landmarks is None or not _inside(landmarks, rgb):
            return False
        self._update(track, landmarks, seconds)
        return True

    def _find(self, rgb: Pixels, seconds: float) -> None:
        """Look all over the frame for faces that are not followed yet."""
        self.detections += 1
        for found in self._detector.predict(rgb).value.faces:
            if len(self._tracks) >= MOST:
                return
            known = self._same(found)
            if known is not None:
                known.within = box_within(pose_of(known.raw), found.box_xyxy)
                known.face = replace(known.face, score=found.score)
            else:
                self._begin(rgb, found, seconds)

    def _begin(self, rgb: Pixels, found: Face, seconds: float) -> None:
        landmarks = self._landmarks(rgb, found)
        if landmarks is None or not is_face(self._lens, rgb, found):
            return
        within = box_within(pose_of(landmarks), found.box_xyxy)
        track = Track(number=self._number, face=found, raw=landmarks, within=within)
        self._update(track, landmarks, seconds)
        self._number += 1
        self._tracks = _distinct([*self._tracks, track])

    def _update(self, track: Track, landmarks: NDArray[np.float32], seconds: float) -> None:
        steady = track.smoother.smooth(landmarks, seconds) if self._smooth else landmarks
        track.raw = landmarks
        track.face = replace(
            track.face,
            box_xyxy=box_beside(pose_of(steady), track.within),
            points=named_points(steady),
            landmarks=steady,
        )

    def _landmarks(self, rgb: Pixels, face: Face) -> NDArray[np.float32] | None:
        found: NDArray[np.float32] | None = self._mesh.predict_face(rgb, face).value
        return found

    def _same(self, found: Face) -> Track | None:
        """The track that is already on a face that was found."""
        if not self._tracks:
            return None
        boxes = np.array([one.face.box_xyxy for one in self._tracks])
        overlap = iou(np.array(found.box_xyxy), boxes)
        best = int(overlap.argmax())
        return self._tracks[best] if overlap[best] > _SAME_FACE else None


def _crop_of(face: Face, landmarks: NDArray[np.float32]) -> Face:
    """What the mesh's own program crops where this mesh was."""
    points = named_points(landmarks)
    return replace(face, box_xyxy=pose_of(landmarks).box_xyxy, points=points)


def _inside(landmarks: NDArray[np.float32], rgb: Pixels) -> bool:
    """Whether the middle of a mesh is still in the picture."""
    x, y = landmarks[:, :2].mean(axis=0)
    return bool(0 <= x < rgb.shape[1] and 0 <= y < rgb.shape[0])


def _distinct(tracks: Sequence[Track]) -> list[Track]:
    """Of tracks that have run onto one face only the oldest."""
    kept: list[Track] = []
    for track in tracks:
        boxes = np.array([one.face.box_xyxy for one in kept]).reshape(-1, 4)
        if not kept or iou(np.array(track.face.box_xyxy), boxes).max() <= 0.5:
            kept.append(track)
    return kept
