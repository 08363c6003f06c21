"""What a photo shows, by a larger classifier than the phone's: ResNet-50 on ImageNet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_runtime.errors import WeightsError
from edge_runtime.results import Label, Labels
from edge_runtime.spec import Licence, Tensor
from edge_server.heavy_model import Checkpoint, HeavyModel, HeavySpec, Released
from edge_server.tasks.task import ClassifyParams

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edge_server.heavy_model import Job, Weights
    from edge_server.networks.resnet import Classifier

# What one photo takes while it is computed, beside the weights, as measured.
_WORKING_BYTES = 150_000_000
_MOST = 5  # as many as the phone's classifier gives


@dataclass(kw_only=True)
class _Runner:
    """ResNet-50 on a device."""

    classifier: Classifier
    labels: tuple[str, ...]
    memory_bytes: int

    def run(self, jobs: Sequence[Job]) -> Sequence[Labels]:
        return [self._named(job) for job in jobs]

    def close(self) -> None:
        self.classifier.close()

    def _named(self, job: Job) -> Labels:
        shares = self.classifier.probabilities(job.rgb)
        best = np.argsort(-shares, kind="stable")[:_MOST]
        return Labels(
            labels=tuple(
                Label(label=self.labels[index], score=float(shares[index]))
                for index in best.tolist()
            )
        )


def _load(weights: Weights, device: str) -> _Runner:
    from safetensors.torch import load_file

    from edge_server.networks.resnet import LAST, loaded

    tensors = load_file(weights.path)
    return _Runner(
        classifier=loaded(tensors, device),
        labels=_names(weights.checkpoint.labels, len(tensors[LAST])),
        memory_bytes=sum(tensor.nbytes for tensor in tensors.values()) + _WORKING_BYTES,
    )


def _names(labels: tuple[str, ...], classes: int) -> tuple[str, ...]:
    """A name for every class; those of ImageNet where none are given and there are 1000."""
    from edge_server.networks.resnet import imagenet_names

    if labels:
        return labels
    imagenet = imagenet_names()
    if classes == len(imagenet):
        return imagenet
    return tuple(f"class {number}" for number in range(classes))


def _to_tensors(path: Path, checkpoint: Checkpoint) -> Mapping[str, NDArray[Any]]:
    from edge_server.networks.resnet import LAST, imported
    from edge_server.weights.checkpoint_files import read_tensors

    tensors = imported(read_tensors(path))
    classes = len(tensors[LAST])
    if checkpoint.labels and len(checkpoint.labels) != classes:
        raise WeightsError(
            f"there are {len(checkpoint.labels)} labels for {classes} classes: give one for "
            "each class"
        )
    return tensors


def _checkpoint(name: str, file: str) -> Checkpoint:
    return Checkpoint(
        name=name,
        licence=Licence(
            code="BSD-3-Clause",
            weights="BSD-3-Clause (published with torchvision)",
            data="ImageNet (ILSVRC 2012): for research",
        ),
        origin=Released(
            url=f"https://download.pytorch.org/models/{file}",
            sha256=file.rpartition("-")[2].removesuffix(".pth"),
        ),
    )


MODELS = (
    HeavyModel(
        spec=HeavySpec(
            id="classification-resnet50",
            task="classify",
            title="What the photo shows: the best labels (ResNet-50)",
            version="1",
            paper="He et al., Deep Residual Learning for Image Recognition, 2015",
            checkpoints=(_checkpoint("imagenet-v2", "resnet50-11ad3fa6.pth"),),
            outputs=(
                Tensor(
                    name="scores",
                    shape=(-1,),
                    meaning="how likely each of the best labels is, the best first",
                    unit="probability",
                ),
            ),
        ),
        params=ClassifyParams,
        result=Labels,
        load=_load,
        to_tensors=_to_tensors,
    ),
)
