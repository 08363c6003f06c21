"""Faces with five points, also small, turned and half covered ones: MTCNN.

It joins the light task ``faces``: ``/v1/faces?model=face-detection-mtcnn``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from edge_runtime.results import Face, Faces
from edge_runtime.spec import Licence, Source, SourceFile, Tensor
from edge_server.heavy_model import Checkpoint, HeavyModel, HeavySpec, Packaged
from edge_server.tasks.task import NoParams

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edge_server.heavy_model import Job, Weights
    from edge_server.networks.mtcnn import Mtcnn
    from edge_server.networks.mtcnn_cascade import Found

FACES = "face-detection-mtcnn"
# As of the person: the one on the left of the photo is the right one.
POINTS = ("right_eye", "left_eye", "nose_tip", "right_mouth", "left_mouth")
_PARTS = ("pnet", "rnet", "onet")
# The smallest face that is looked for: pixels, and a share of the photo's longer side, so
# that a large photo costs no more than one of 2400 pixels.
_SMALLEST, _SHARE = 20, 1 / 120
# What the pyramid of a photo of 2400 pixels a side takes, as measured.
_WORKING_BYTES = 700_000_000
_DIGESTS = (
    "a2a71925e0b9996a42f63e47efc1ca19043e69558b5c523b978d611dfae49c8f",
    "bbb937de72efc9ef83b186c49f5f558467a1d7e3453a8ece0d71a886633f6a86",
    "165bfbe42940416ccfb977545cf0e976d5bf321f67083ae2aaaa5c764280118d",
)


@dataclass(kw_only=True)
class _Runner:
    """MTCNN on a device."""

    networks: Mtcnn | None
    memory_bytes: int

    def run(self, jobs: Sequence[Job]) -> Sequence[Faces]:
        return [self._found(job) for job in jobs]

    def close(self) -> None:
        self.networks = None

    def _found(self, job: Job) -> Faces:
        from edge_server.networks.mtcnn_cascade import find_faces

        assert self.networks is not None  # noqa: S101
        small, factor = reduced(np.ascontiguousarray(job.rgb[..., :3]))
        smallest = max(_SMALLEST, round(max(small.shape[:2]) * _SHARE))
        found = find_faces(self.networks, small, smallest, job.check)
        return as_faces(found.scaled(factor), job.rgb.shape[:2])


def reduced(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """The photo with a whole part of its side, where the smallest face that is looked for
    has pixels enough even so, and that part's number."""
    factor = int(max(rgb.shape[:2]) * _SHARE / _SMALLEST)
    if factor < 2:
        return rgb, 1
    height, width = (max(1, side // factor) for side in rgb.shape[:2])
    even = rgb[: height * factor, : width * factor]
    small = cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8), factor


def as_faces(found: Found, size_hw: tuple[int, ...]) -> Faces:
    """What was found, the boxes cut at the edges of the photo of that height and width."""
    height, width = size_hw
    boxes = np.clip(found.boxes, 0, [width, height, width, height])
    rows = zip(boxes.tolist(), found.scores.tolist(), found.points.tolist(), strict=True)
    return Faces(
        faces=tuple(
            Face(
                box_xyxy=(box[0], box[1], box[2], box[3]),
                score=score,
                points=dict(zip(POINTS, ((x, y) for x, y in points), strict=True)),
            )
            for box, score, points in rows
        )
    )


def _load(weights: Weights, device: str) -> _Runner:
    from safetensors.torch import load_file

    from edge_server.networks.mtcnn import loaded

    tensors = load_file(weights.path)
    numbers = sum(tensor.nbytes for tensor in tensors.values())
    return _Runner(networks=loaded(tensors, device), memory_bytes=numbers + _WORKING_BYTES)


def _to_tensors(path: Path, _checkpoint: Checkpoint) -> Mapping[str, NDArray[Any]]:
    """The three files lie beside each other; a file of one's own has all three inside."""
    from edge_server.networks.mtcnn import imported
    from edge_server.weights.checkpoint_files import read_tensors

    if path.stem != _PARTS[0]:
        return imported(read_tensors(path))
    files = {part: path.with_stem(part) for part in _PARTS}
    return imported(
        {
            f"{part}.{name}": values
            for part, file in files.items()
            for name, values in read_tensors(file).items()
        }
    )


_SOURCE = Source(
    index="pypi",
    package="facenet_pytorch",
    version="2.6.0",
    files=tuple(
        SourceFile(path=f"facenet_pytorch/data/{part}.pt", sha256=digest)
        for part, digest in zip(_PARTS, _DIGESTS, strict=True)
    ),
    note="its README says that they are those of davidsandberg/facenet",
)
MODELS = (
    HeavyModel(
        spec=HeavySpec(
            id=FACES,
            task="faces",
            title="Faces and five points, also small and half covered ones (MTCNN)",
            version="1",
            paper="Zhang et al., Joint Face Detection and Alignment using Multi-task Cascaded "
            "Convolutional Networks, 2016",
            checkpoints=(
                Checkpoint(
                    name="facenet",
                    licence=Licence(
                        code="Apache-2.0",
                        weights="MIT (facenet_pytorch)",
                        data="WIDER FACE and CelebA, as the paper states: for research",
                    ),
                    origin=Packaged(source=_SOURCE),
                ),
            ),
            outputs=(
                Tensor(
                    name="faces",
                    shape=(-1, 15),
                    meaning="box, score, five points of each face: eyes, nose, mouth corners",
                    unit="pixel",
                ),
            ),
        ),
        params=NoParams,
        result=Faces,
        load=_load,
        to_tensors=_to_tensors,
    ),
)
