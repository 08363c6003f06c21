"""Every object of a photo with its outline: Mask R-CNN, torchvision's two versions.

The classes are those of the COCO data set; a checkpoint of one's own may have others, as
many as its last layer tells apart, named in ``Checkpoint.labels``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import msgspec

from edge_runtime.errors import WeightsError
from edge_runtime.results import Instance, Instances
from edge_runtime.spec import Licence, Record, Tensor
from edge_server.heavy_model import Checkpoint, HeavyModel, HeavySpec, Released
from edge_server.object_names import known_labels
from edge_server.problems import OutputTooLarge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edge_server.heavy_model import Job, Weights
    from edge_server.networks.mask_rcnn import Choice, Found, MaskRcnn

_MOST_PIXELS = 2_000_000_000
# What one photo takes while it is computed, beside the weights, as measured.
_WORKING_BYTES = 1_200_000_000
_BACKGROUND = "__background__"
_UNUSED = "N/A"
_COCO = """person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light,
fire hydrant, N/A, stop sign, parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant,
bear, zebra, giraffe, N/A, backpack, umbrella, N/A, N/A, handbag, tie, suitcase, frisbee, skis,
snowboard, sports ball, kite, baseball bat, baseball glove, skateboard, surfboard,
tennis racket, bottle, N/A, wine glass, cup, fork, knife, spoon, bowl, banana, apple, sandwich,
orange, broccoli, carrot, hot dog, pizza, donut, cake, chair, couch, potted plant, bed, N/A,
dining table, N/A, N/A, toilet, N/A, tv, laptop, mouse, remote, keyboard, cell phone,
microwave, oven, toaster, sink, refrigerator, N/A, book, clock, vase, scissors, teddy bear,
hair drier, toothbrush"""
# By the number that the network gives; the numbers of COCO's categories have gaps.
COCO_LABELS = (_BACKGROUND, *_COCO.replace("\n", " ").split(", "))

ClassName: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class Params(Record, frozen=True, kw_only=True):
    """Objects that score at least ``score``, at most ``max_instances`` of them, the best
    first; only those named in ``classes``, where any are.  ``side``: how many pixels the
    shorter side of the photo has for the network, which was trained with 800; fewer are
    faster and miss small objects.
    """

    score: Annotated[float, msgspec.Meta(ge=0.05, le=1)] = 0.5
    max_instances: Annotated[int, msgspec.Meta(ge=1, le=100)] = 100
    classes: Annotated[tuple[ClassName, ...], msgspec.Meta(max_length=80)] = ()
    side: Annotated[int, msgspec.Meta(ge=320, le=1200)] = 800


@dataclass(kw_only=True)
class _Runner:
    """Mask R-CNN on a device; ``labels`` by the number that the network gives."""

    network: MaskRcnn
    labels: tuple[str, ...]
    memory_bytes: int

    def run(self, jobs: Sequence[Job]) -> Sequence[Instances]:
        return [self._found(job) for job in jobs]

    def close(self) -> None:
        self.network.close()

    def _found(self, job: Job) -> Instances:
        found = self.network.find(job.rgb, self._choice(job.params), job.done)
        size_hw = (job.rgb.shape[0], job.rgb.shape[1])
        return Instances(instances=_instances(found, self.labels, size_hw), size_hw=size_hw)

    def _choice(self, params: Any) -> Choice:
        from edge_server.networks.mask_rcnn import Choice

        named = {name: number for number, name in enumerate(self.labels) if name}
        names = known_labels(params.classes, named) or tuple(named)
        return Choice(
            score=params.score,
            most=params.max_instances,
            classes=tuple(named[name] for name in names),
            side=params.side,
        )


def _instances(
    found: Found, labels: tuple[str, ...], size_hw: tuple[int, int]
) -> tuple[Instance, ...]:
    from edge_server.networks.mask_rcnn import drawn

    boxes: list[Any] = found.boxes_xyxy.tolist()
    return tuple(
        Instance(
            label=labels[number],
            score=score,
            box_xyxy=tuple(box),
            mask=drawn(mask, corners, size_hw),
        )
        for box, corners, score, number, mask in zip(
            boxes,
            found.boxes_xyxy,
            found.scores.tolist(),
            found.classes.tolist(),
            found.masks,
            strict=True,
        )
    )


def _load(weights: Weights, device: str) -> _Runner:
    from safetensors.torch import load_file

    from edge_server.networks.mask_rcnn import loaded

    tensors = load_file(weights.path)
    network = loaded(tensors, device)
    stored = sum(tensor.nbytes for tensor in tensors.values())
    return _Runner(
        network=network,
        labels=label_names(weights.checkpoint.labels, network.classes),
        memory_bytes=stored + _WORKING_BYTES,
    )


def label_names(labels: tuple[str, ...], classes: int) -> tuple[str, ...]:
    """A name for every number, empty where it is none to be asked for.

    Labels may leave out the background, which is number 0; without any, classes are those
    of COCO where there are as many, else they are numbered.
    """
    if not labels and classes == len(COCO_LABELS):
        labels = COCO_LABELS
    labels = labels or tuple(f"class {number}" for number in range(1, classes))
    if len(labels) == classes - 1:
        labels = (_BACKGROUND, *labels)
    return tuple("" if name == _UNUSED else name for name in ("", *labels[1:]))


def _to_tensors(path: Path, checkpoint: Checkpoint) -> Mapping[str, NDArray[Any]]:
    from edge_server.networks.mask_rcnn import classes_of, imported
    from edge_server.weights.checkpoint_files import read_tensors

    tensors = imported(read_tensors(path))
    check_labels(checkpoint.labels, classes_of(tensors))
    return tensors


def check_labels(labels: tuple[str, ...], classes: int) -> None:
    """Raise ``WeightsError`` where there are not as many labels as classes."""
    if labels and len(labels) not in {classes, classes - 1}:
        raise WeightsError(
            f"there are {len(labels)} labels for {classes - 1} classes and the background: "
            "give one for each class"
        )


def _check(size_hw: tuple[int, int], params: Record) -> None:
    most = getattr(params, "max_instances", 1)
    pixels = size_hw[0] * size_hw[1] * most
    if pixels > _MOST_PIXELS:
        raise OutputTooLarge(
            f"{most} masks of this photo may have {pixels} pixels, more than "
            f"{_MOST_PIXELS}: lower max_instances, or send a smaller photo",
            limit=_MOST_PIXELS,
            actual=pixels,
        )


def _checkpoint(name: Literal["v1", "v2"], file: str) -> Checkpoint:
    return Checkpoint(
        name=f"coco-{name}",
        licence=Licence(
            code="BSD-3-Clause",
            weights="BSD-3-Clause (published with torchvision)",
            data="COCO 2017: annotations CC-BY-4.0, photos by their authors (Flickr)",
        ),
        origin=Released(
            url=f"https://download.pytorch.org/models/{file}",
            sha256=file.rpartition("-")[2].removesuffix(".pth"),
        ),
        settings={"version": name},
        labels=COCO_LABELS,
    )


MODELS = (
    HeavyModel(
        spec=HeavySpec(
            id="instance-segmentation",
            task="instances",
            title="Objects and their outlines (Mask R-CNN, ResNet-50-FPN)",
            version="1",
            paper="He et al., Mask R-CNN, 2017; Li et al., Benchmarking Detection Transfer "
            "Learning with Vision Transformers, 2021 (v2)",
            checkpoints=(
                _checkpoint("v2", "maskrcnn_resnet50_fpn_v2_coco-73cbd019.pth"),
                _checkpoint("v1", "maskrcnn_resnet50_fpn_coco-bf2d0c1e.pth"),
            ),
            outputs=(
                Tensor(
                    name="boxes",
                    shape=(-1, 4),
                    meaning="x0, y0, x1, y1 of each object, the best score first",
                    unit="pixel of the photo",
                ),
                Tensor(
                    name="scores", shape=(-1,), meaning="how sure it is", unit="probability"
                ),
                Tensor(
                    name="masks",
                    shape=(-1, -1, -1),
                    meaning="1 where the object is, of the whole photo",
                    unit="yes or no",
                ),
            ),
        ),
        params=Params,
        result=Instances,
        load=_load,
        to_tensors=_to_tensors,
        check=_check,
    ),
)
