"""Objects and their boxes, by a larger detector than the phone's: Faster R-CNN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from edge_runtime.results import DetectedObject, Objects
from edge_runtime.spec import Licence, Tensor
from edge_server.heavy_model import Checkpoint, HeavyModel, HeavySpec, Released
from edge_server.models.instance_segmentation import COCO_LABELS, check_labels, label_names
from edge_server.tasks.task import NoParams

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edge_server.heavy_model import Job, Weights
    from edge_server.networks.faster_rcnn import Choice, FasterRcnn

# What one photo takes while it is computed, beside the weights, as measured.
_WORKING_BYTES = 600_000_000
_LEAST_SCORE = 0.5


@dataclass(kw_only=True)
class _Runner:
    """Faster R-CNN on a device; ``labels`` by the number that the network gives."""

    network: FasterRcnn
    labels: tuple[str, ...]
    memory_bytes: int

    def run(self, jobs: Sequence[Job]) -> Sequence[Objects]:
        return [self._found(job) for job in jobs]

    def close(self) -> None:
        self.network.close()

    def _found(self, job: Job) -> Objects:
        found = self.network.find(job.rgb, self._choice(), job.done)
        boxes: list[Any] = found.boxes_xyxy.tolist()
        rows = zip(boxes, found.scores.tolist(), found.classes.tolist(), strict=True)
        return Objects(
            objects=tuple(
                DetectedObject(label=self.labels[number], score=score, box_xyxy=tuple(box))
                for box, score, number in rows
            )
        )

    def _choice(self) -> Choice:
        from edge_server.networks.faster_rcnn import Choice

        named = tuple(number for number, name in enumerate(self.labels) if name)
        return Choice(score=_LEAST_SCORE, classes=named)


def _load(weights: Weights, device: str) -> _Runner:
    from safetensors.torch import load_file

    from edge_server.networks.faster_rcnn import loaded

    tensors = load_file(weights.path)
    network = loaded(tensors, device)
    return _Runner(
        network=network,
        labels=label_names(weights.checkpoint.labels, network.classes),
        memory_bytes=sum(tensor.nbytes for tensor in tensors.values()) + _WORKING_BYTES,
    )


def _to_tensors(path: Path, checkpoint: Checkpoint) -> Mapping[str, NDArray[Any]]:
    from edge_server.networks.faster_rcnn import classes_of, imported
    from edge_server.weights.checkpoint_files import read_tensors

    tensors = imported(read_tensors(path))
    check_labels(checkpoint.labels, classes_of(tensors))
    return tensors


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
        labels=COCO_LABELS,
    )


MODELS = (
    HeavyModel(
        spec=HeavySpec(
            id="detection-faster-rcnn",
            task="objects",
            title="Objects and their boxes (Faster R-CNN, ResNet-50-FPN)",
            version="1",
            paper="Ren et al., Faster R-CNN: Towards Real-Time Object Detection with Region "
            "Proposal Networks, 2015; Li et al., Benchmarking Detection Transfer Learning "
            "with Vision Transformers, 2021 (v2)",
            checkpoints=(
                _checkpoint("v2", "fasterrcnn_resnet50_fpn_v2_coco-dd69338a.pth"),
                _checkpoint("v1", "fasterrcnn_resnet50_fpn_coco-258fb6c6.pth"),
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
            ),
        ),
        params=NoParams,
        result=Objects,
        load=_load,
        to_tensors=_to_tensors,
    ),
)
