"""Run by a Python that has MediaPipe 0.10.21: its own solutions on our frames.

    python mediapipe_frames.py frames.npy

Each line of standard input names a task; the answer is a line with the milliseconds of every
frame, as JSON.  ``frames.npy`` is uint8 [n, 480, 640, 3], RGB.
"""

import json
import sys
from time import perf_counter

import mediapipe as mp
import numpy as np

BEHIND = (30, 90, 160)


def main() -> None:
    """Answer every line."""
    frames = np.load(sys.argv[1])
    tasks = {"background": Background(), "faces": Faces(), "landmarks": Landmarks()}
    for line in sys.stdin:
        ask = tasks[line.strip()]
        spent = []
        for rgb in frames:
            started = perf_counter()
            ask(rgb)
            spent.append(1000 * (perf_counter() - started))
        print(json.dumps(spent), flush=True)


class Background:
    """The mask of its selfie segmentation, and the blend that its documentation shows."""

    def __init__(self) -> None:
        self._segment = mp.solutions.selfie_segmentation.SelfieSegmentation(model_selection=0)
        self._behind = np.full((480, 640, 3), BEHIND, np.uint8)

    def __call__(self, rgb: np.ndarray) -> np.ndarray:
        """The frame before another background."""
        mask = self._segment.process(rgb).segmentation_mask[..., None]
        return (mask * rgb + (1 - mask) * self._behind).astype(np.uint8)


class Faces:
    """Its face detection, short range."""

    def __init__(self) -> None:
        self._find = mp.solutions.face_detection.FaceDetection(model_selection=0)

    def __call__(self, rgb: np.ndarray) -> object:
        """Its detections."""
        return self._find.process(rgb)


class Landmarks:
    """Its face mesh, tracking from frame to frame."""

    def __init__(self) -> None:
        self._mesh = mp.solutions.face_mesh.FaceMesh(static_image_mode=False, max_num_faces=1)

    def __call__(self, rgb: np.ndarray) -> object:
        """Its landmarks."""
        return self._mesh.process(rgb)


if __name__ == "__main__":
    main()
