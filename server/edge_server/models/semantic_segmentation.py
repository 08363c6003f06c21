"""The class of every pixel: the twenty kinds of things of PASCAL VOC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import msgspec

from edge_runtime.errors import WeightsError
from edge_runtime.results import ClassMap
from edge_runtime.spec import Licence, Record, Tensor
from edge_server.heavy_model import Checkpoint, HeavyModel, HeavySpec, Released

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edge_server.heavy_model import Job, Weights
    from edge_server.networks.segmenters import Segmenter

Colour: TypeAlias = tuple[int, int, int]

# What one photo takes while it is computed, beside the weights, as measured.
_WORKING_BYTES = 900_000_000
_MOST_CLASSES = 256
_VOC = """background, aeroplane, bicycle, bird, boat, bottle, bus, car, cat, chair, cow,
diningtable, dog, horse, motorbike, person, pottedplant, sheep, sofa, train, tvmonitor"""
VOC_LABELS = tuple(_VOC.replace("\n", " ").split(", "))
_BSD = Licence(
    code="BSD-3-Clause",
    weights="BSD-3-Clause (published with torchvision)",
    data="COCO 2017, the 20 classes of VOC: annotations CC-BY-4.0, photos by their authors",
)


class Params(Record, frozen=True, kw_only=True):
    """``side``: how many pixels the shorter side of the photo has for the network; where it
    is not said, as many as it was trained with.  More find finer things, and take longer.
    """

    side: Annotated[int, msgspec.Meta(ge=128, le=1536)] | None = None


@dataclass(kw_only=True)
class _Runner:
    """A segmenter on a device."""

    network: Segmenter
    labels: tuple[str, ...]
    palette: tuple[Colour, ...]
    memory_bytes: int

    def run(self, jobs: Sequence[Job]) -> Sequence[ClassMap]:
        return [self._mapped(job) for job in jobs]

    def close(self) -> None:
        self.network.close()

    def _mapped(self, job: Job) -> ClassMap:
        params: Any = job.params
        classes = self.network.classes(job.rgb, params.side)
        return ClassMap(classes=classes, labels=self.labels, palette=self.palette)


def palette_of(labels: Sequence[str], known: Mapping[str, Colour]) -> tuple[Colour, ...]:
    """A colour for each label: the known one of that name, else VOC's of that number."""
    return tuple(known.get(name, voc_colour(index)) for index, name in enumerate(labels))


def voc_colour(index: int) -> Colour:
    """The colour of PASCAL VOC for a class: three bits of its number at a time, one for each
    channel, become the channel's bits from the highest down."""
    bits = [(index >> (3 * place)) & 7 for place in range(8)]
    red, green, blue = (
        sum(((three >> channel) & 1) << (7 - place) for place, three in enumerate(bits))
        for channel in range(3)
    )
    return red, green, blue


def load(weights: Weights, device: str, colours: Mapping[str, Colour]) -> _Runner:
    """The network of these weights on a device; ``colours`` by label."""
    from safetensors.torch import load_file

    from edge_server.networks.segmenters import loaded

    tensors = load_file(weights.path)
    labels = weights.checkpoint.labels
    return _Runner(
        network=loaded(tensors, device),
        labels=labels,
        palette=palette_of(labels, colours),
        memory_bytes=sum(tensor.nbytes for tensor in tensors.values()) + _WORKING_BYTES,
    )


def to_tensors(path: Path, checkpoint: Checkpoint) -> Mapping[str, NDArray[Any]]:
    """The arrays of a publisher's file, which have to have a row for each label."""
    from edge_server.networks.segmenters import architecture_of, imported
    from edge_server.weights.checkpoint_files import read_tensors

    tensors = imported(read_tensors(path))
    classes = len(tensors[architecture_of(tensors).last])
    if classes != len(checkpoint.labels) or classes > _MOST_CLASSES:
        raise WeightsError(
            f"there are {len(checkpoint.labels)} labels for {classes} classes: give one for "
            f"each class, the background among them, at most {_MOST_CLASSES}"
        )
    return tensors


def _checkpoint(name: str, file: str) -> Checkpoint:
    return Checkpoint(
        name=name,
        licence=_BSD,
        origin=Released(
            url=f"https://download.pytorch.org/models/{file}",
            sha256=file.rpartition("-")[2].removesuffix(".pth"),
        ),
        labels=VOC_LABELS,
    )


OUTPUTS = (
    Tensor(
        name="classes",
        shape=(-1, -1),
        meaning="the class of each pixel of the photo, an index into the labels",
        unit="index",
    ),
)
MODELS = (
    HeavyModel(
        spec=HeavySpec(
            id="semantic-segmentation",
            task="semantic-segmentation",
            title="The class of every pixel: people, animals, vehicles, furniture (VOC)",
            version="1",
            paper="Chen et al., Rethinking Atrous Convolution for Semantic Image "
            "Segmentation, 2017; Howard et al., Searching for MobileNetV3, 2019",
            checkpoints=(
                _checkpoint("deeplabv3-resnet50", "deeplabv3_resnet50_coco-cd0a2569.pth"),
                _checkpoint("lraspp-mobilenet-v3", "lraspp_mobilenet_v3_large-d234d4ea.pth"),
            ),
            outputs=OUTPUTS,
        ),
        params=Params,
        result=ClassMap,
        load=lambda weights, device: load(weights, device, {}),
        to_tensors=to_tensors,
    ),
)
