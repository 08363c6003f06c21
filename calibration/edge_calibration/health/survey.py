"""What is measured of each photo of a set, in one look at its pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edge_calibration.health.fingerprint import Fingerprint, fingerprint
from edge_calibration.health.skin_tone import skin_angle
from edge_runtime.contract import Resize, step_of
from edge_runtime.images import Photo, open_photo
from edge_runtime.preprocess import fit
from edge_runtime.spec import ImageClassification

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from edge_calibration.sources import PhotoItem
    from edge_runtime.pipeline import Lens

EMBEDDER = "image-classification"
SURE = 0.85
"""The score from which a face counts: the detector finds animals' faces too, with less."""
_LUMA = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True, kw_only=True)
class FaceSeen:
    """A face: its ``size`` as a share of the photo's shorter side, and the angle of its
    skin's tone in degrees where that can be measured."""

    size: float
    tone: float | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Facts:
    """Of one photo: mean ``brightness`` and ``contrast`` (standard deviation) of the luma
    in 0..1, the faces that are found, its fingerprint, and an ``embedding``: the square
    roots of the probabilities of the classes of image classification, of length 1.
    """

    name: str
    brightness: float
    contrast: float
    faces: tuple[FaceSeen, ...]
    print: Fingerprint
    embedding: NDArray[np.float32]


def survey(
    items: Iterable[PhotoItem], lens: Lens, report: Callable[[str], None] = lambda _: None
) -> tuple[Facts, ...]:
    """The facts of each photo; ``report`` is told its name.  Each is decoded once."""
    facts = []
    for item in items:
        report(item.name)
        facts.append(facts_of(item.name, open_photo(item.path).rgb, lens))
    return tuple(facts)


def facts_of(name: str, rgb: NDArray[np.uint8], lens: Lens) -> Facts:
    """The facts of a photo, uint8 RGB [H, W, 3]."""
    seen = fingerprint(rgb)
    luma = seen.small @ _LUMA / 255
    return Facts(
        name=name,
        brightness=float(luma.mean()),
        contrast=float(luma.std()),
        faces=_faces(rgb, lens),
        print=seen,
        embedding=embedding(rgb, lens),
    )


def embedding(rgb: NDArray[np.uint8], lens: Lens) -> NDArray[np.float32]:
    """Two photos' Euclidean distance, over the square root of 2, is Hellinger's of their
    probabilities: 0 for the same, 1 for nothing in common."""
    predictor = lens.predictor(EMBEDDER, ImageClassification)
    spec = predictor.spec
    pixels, _ = fit(rgb, step_of(spec.program, Resize), predictor.size_hw)
    probabilities = predictor.session.run({spec.image.name: pixels})[spec.outputs[0].name]
    rooted = np.sqrt(np.maximum(probabilities.ravel(), 0))
    return np.asarray(rooted / np.linalg.norm(rooted), np.float32)


def _faces(rgb: NDArray[np.uint8], lens: Lens) -> tuple[FaceSeen, ...]:
    shorter = min(rgb.shape[:2])
    return tuple(
        FaceSeen(
            size=max(face.box_xyxy[2] - face.box_xyxy[0], face.box_xyxy[3] - face.box_xyxy[1])
            / shorter,
            tone=skin_angle(rgb, face),
        )
        for face in lens.faces(Photo(rgb=rgb)).value.faces
        if face.score >= SURE
    )
