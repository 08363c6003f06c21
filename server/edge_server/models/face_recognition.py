"""128 numbers of a face, near for one person and far for two: dlib's residual network.

It has no address of its own: what is done with faces is in :mod:`edge_server.people`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_runtime.spec import Licence, Record, Source, SourceFile, Tensor
from edge_server.heavy_model import Checkpoint, HeavyModel, HeavySpec, Packaged
from edge_server.people.chips import chip
from edge_server.people.results import FaceVectors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edge_server.heavy_model import Job, Weights
    from edge_server.networks.face_resnet import FaceResNet

RECOGNITION = "face-recognition"
# What one chip takes while it is computed, beside the weights, as measured.
_WORKING_BYTES = 100_000_000


class Params(Record, frozen=True, kw_only=True):
    """``points``: of each face the middle of the eyes, the tip of the nose and the corners
    of the mouth, from left to right in the photo, in pixels.
    """

    points: tuple[tuple[tuple[float, float], ...], ...] = ()


@dataclass(kw_only=True)
class _Runner:
    """The network on a device."""

    network: FaceResNet
    memory_bytes: int

    def run(self, jobs: Sequence[Job]) -> Sequence[FaceVectors]:
        return [self._recognised(job) for job in jobs]

    def close(self) -> None:
        del self.network

    def _recognised(self, job: Job) -> FaceVectors:
        from edge_server.networks.face_resnet import vectors

        params: Any = job.params
        rgb = np.ascontiguousarray(job.rgb[..., :3])
        chips = [chip(rgb, points) for points in params.points]
        found = np.stack(chips) if chips else np.zeros((0, 150, 150, 3), np.uint8)
        return FaceVectors(vectors=vectors(self.network, found, job.check), chips=found)


def _load(weights: Weights, device: str) -> _Runner:
    from safetensors.torch import load_file

    from edge_server.networks.face_resnet import loaded

    tensors = load_file(weights.path)
    numbers = sum(tensor.nbytes for tensor in tensors.values())
    return _Runner(network=loaded(tensors, device), memory_bytes=numbers + _WORKING_BYTES)


def _to_tensors(path: Path, _checkpoint: Checkpoint) -> Mapping[str, NDArray[Any]]:
    from edge_server.networks.face_resnet import imported

    return imported(path)


_SOURCE = Source(
    index="pypi",
    package="face_recognition_models",
    version="0.3.0",
    files=(
        SourceFile(
            path="face_recognition_models/models/dlib_face_recognition_resnet_model_v1.dat",
            sha256="55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
        ),
    ),
    note="of the four files only this one is read: another in it is for research only",
)
MODELS = (
    HeavyModel(
        spec=HeavySpec(
            id=RECOGNITION,
            task="",
            title="128 numbers of a face, near for one person and far for two (dlib)",
            version="1",
            paper="He et al., Deep Residual Learning for Image Recognition, 2015; "
            "King, dlib_face_recognition_resnet_model_v1, 2017",
            checkpoints=(
                Checkpoint(
                    name="dlib-v1",
                    licence=Licence(
                        code="Apache-2.0",
                        weights="CC0-1.0 (Davis King)",
                        data="FaceScrub, VGG Face, pictures from the web, as its author says",
                    ),
                    origin=Packaged(
                        source=_SOURCE,
                        archive_sha256="b79bd200a88c87c9a9d446c990ae71c5a626d1f3730174e6d"
                        "570157ff1d896cf",
                    ),
                ),
            ),
            outputs=(
                Tensor(
                    name="vectors",
                    shape=(-1, 128),
                    meaning="a vector of each face; Euclid's distance of two is what counts",
                    unit="none",
                ),
            ),
        ),
        params=Params,
        result=FaceVectors,
        load=_load,
        to_tensors=_to_tensors,
    ),
)
