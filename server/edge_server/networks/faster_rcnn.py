"""Faster R-CNN with a ResNet-50-FPN (Ren et al., 2015), torchvision's two versions of it.

The layers are torchvision's; the way through them is written here, so that a threshold,
a choice of classes and a bound on the answer take effect before they cost anything.  With
the same choice the answer is torchvision's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import torch

from edge_runtime.errors import WeightsError
from edge_runtime.testcard import draw_portrait
from edge_server.networks.folding import fold_batch_norm
from edge_server.networks.precision import Precision, autocast, best_precision
from edge_server.networks.state_dict import fitting
from edge_server.torchvision_ops import torchvision

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

Version: TypeAlias = Literal["v1", "v2"]
LOGITS = "roi_heads.box_predictor.cls_score.weight"
_ONLY_V2 = "roi_heads.box_head.0.0.weight"
_MASKS = "roi_heads.mask_head."
# The first version was published with a frozen normalisation without epsilon.
_EPSILON: dict[Version, float] = {"v1": 0.0, "v2": 1e-5}
_SMALLEST = 1e-2


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What is wanted: objects that score more than ``score``, at most ``most`` of them, of
    these ``classes`` (all where there are none); the photo's shorter side for the network."""

    score: float = 0.05
    most: int = 100
    classes: tuple[int, ...] = ()
    side: int = 800


@dataclass(frozen=True, kw_only=True)
class Boxes:
    """The objects of a photo, the best first: ``boxes_xyxy`` float32 [N, 4] in its pixels,
    ``scores`` float32 [N], ``classes`` int64 [N].  On the CPU."""

    boxes_xyxy: torch.Tensor
    scores: torch.Tensor
    classes: torch.Tensor


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What the network has seen of a photo: its size there, the feature pyramid, and the
    objects, in pixels of what it sees, on the device."""

    seen_hw: tuple[int, int]
    features: dict[str, torch.Tensor]
    boxes_xyxy: torch.Tensor
    scores: torch.Tensor
    classes: torch.Tensor

    def in_photo(self, size_hw: tuple[int, int]) -> Boxes:
        """The objects in pixels of the photo, whose size that is."""
        down, across = (size / seen for size, seen in zip(size_hw, self.seen_hw, strict=True))
        scale = self.boxes_xyxy.new_tensor([across, down, across, down])
        return Boxes(
            boxes_xyxy=(self.boxes_xyxy * scale).cpu(),
            scores=self.scores.cpu(),
            classes=self.classes.cpu(),
        )


def version_of(tensors: Mapping[str, Any]) -> Version:
    """Which version these tensors are of."""
    return "v2" if _ONLY_V2 in tensors else "v1"


def classes_of(tensors: Mapping[str, Any]) -> int:
    """How many classes these tensors tell apart, the background among them."""
    return int(tensors[LOGITS].shape[0])


def build(version: Version, classes: int) -> torch.nn.Module:
    """torchvision's network, untrained, for ``classes`` with the background among them."""
    torchvision()
    from torchvision.models import detection

    networks = {
        "v1": detection.fasterrcnn_resnet50_fpn,
        "v2": detection.fasterrcnn_resnet50_fpn_v2,
    }
    return as_published(networks[version], version, classes)


def as_published(
    network: Callable[..., torch.nn.Module], version: Version, classes: int
) -> torch.nn.Module:
    """One of torchvision's detectors, untrained, with the epsilon of its published weights."""
    made = network(weights=None, weights_backbone=None, num_classes=classes)
    for module in made.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eps = _EPSILON[version]
    return made.eval()


def imported(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a checkpoint's tensors that are stored, checked to be a whole Faster R-CNN.

    A Mask R-CNN without its masks is one.  Raises ``WeightsError`` where they are none.
    """
    if LOGITS not in tensors:
        raise WeightsError(
            "the file holds no Faster R-CNN of torchvision: give a state_dict of "
            "fasterrcnn_resnet50_fpn or fasterrcnn_resnet50_fpn_v2"
        )
    with torch.device("meta"):
        network = build(version_of(tensors), classes_of(tensors))
    return fitting(tensors, network, drop=(_MASKS, "roi_heads.mask_predictor."))


def loaded(tensors: dict[str, torch.Tensor], device: str) -> FasterRcnn:
    """The network of these tensors on a device, in the precision that its gate allows."""
    network = build(version_of(tensors), classes_of(tensors))
    network.load_state_dict(tensors, strict=False)
    ready = FasterRcnn(network, device)
    ready.precision = best_precision(ready.device, ready.features_of_testcard)
    return ready


class FasterRcnn:
    """A trained network on a device; ``network`` is changed to run faster."""

    def __init__(self, network: torch.nn.Module, device: str) -> None:
        fold_batch_norm(network)
        self.device = torch.device(device)
        self.network = cast("Any", network)
        self.network.to(self.device, memory_format=torch.channels_last)
        self.precision = Precision.FLOAT32

    @property
    def classes(self) -> int:
        """How many classes it tells apart, the background among them."""
        return int(self.network.roi_heads.box_predictor.cls_score.out_features)

    def close(self) -> None:
        """Give the memory back."""
        self.network = None
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    def features_of_testcard(self, precision: Precision) -> list[torch.Tensor]:
        """The feature pyramid of a drawn portrait: what the precision's gate looks at."""
        self.precision = precision
        with torch.inference_mode():
            images = self.prepared(draw_portrait(640, 480), side=480)
            return list(self.features(images.tensors).values())

    @torch.inference_mode()
    def find(
        self,
        rgb: NDArray[np.uint8],
        choice: Choice,
        after: Callable[[float], None] = lambda _share: None,
    ) -> Boxes:
        """The objects of a photo uint8 [H, W, 3].

        ``after`` is told the share that is done after each stage; what it raises ends the
        work.
        """
        return self.look(rgb, choice, after).in_photo((rgb.shape[0], rgb.shape[1]))

    def look(
        self, rgb: NDArray[np.uint8], choice: Choice, after: Callable[[float], None]
    ) -> Looked:
        """The objects of a photo as the network sees it."""
        images = self.prepared(rgb, choice.side)
        features = self.features(images.tensors)
        after(0.4)
        proposals = self.proposals(images, features)
        after(0.5)
        seen_hw = images.image_sizes[0]
        boxes, scores, classes = self.boxes(features, proposals, seen_hw, choice)
        after(0.8)
        return Looked(
            seen_hw=seen_hw,
            features=features,
            boxes_xyxy=boxes,
            scores=scores,
            classes=classes,
        )

    def prepared(self, rgb: NDArray[np.uint8], side: int) -> Any:
        """The photo normalised, resized to ``side``, padded: torchvision's ``ImageList``."""
        pixels = torch.tensor(rgb, device=self.device).permute(2, 0, 1)
        self.network.transform.min_size = (side,)
        images, _ = self.network.transform([pixels.to(torch.float32) / 255])
        images.tensors = images.tensors.contiguous(memory_format=torch.channels_last)
        return images

    def features(self, pictures: torch.Tensor) -> dict[str, torch.Tensor]:
        """The feature pyramid, float32, by level."""
        with autocast(self.device, self.precision):
            levels = self.network.backbone(pictures)
        return {name: level.to(torch.float32) for name, level in levels.items()}

    def proposals(self, images: Any, features: dict[str, torch.Tensor]) -> list[torch.Tensor]:
        """Where there may be objects: boxes [P, 4] in pixels of what the network sees."""
        from torchvision.models.detection.rpn import concat_box_prediction_layers

        rpn, levels = self.network.rpn, list(features.values())
        with autocast(self.device, self.precision):
            objectness, deltas = rpn.head(levels)
        counts = [level[0].numel() for level in objectness]
        anchors = rpn.anchor_generator(images, levels)
        scores, moves = concat_box_prediction_layers(objectness, deltas)
        boxes = rpn.box_coder.decode(moves.to(torch.float32), anchors).view(1, -1, 4)
        scores = scores.to(torch.float32)
        kept, _ = rpn.filter_proposals(boxes, scores, images.image_sizes, counts)
        return list(kept)

    def boxes(
        self,
        features: dict[str, torch.Tensor],
        proposals: list[torch.Tensor],
        seen_hw: tuple[int, int],
        choice: Choice,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Boxes [N, 4] in pixels of what the network sees, scores [N] and classes [N]."""
        heads = self.network.roi_heads
        pooled = heads.box_roi_pool(features, proposals, [seen_hw])
        with autocast(self.device, self.precision):
            logits, deltas = heads.box_predictor(heads.box_head(pooled))
        scores = logits.to(torch.float32).softmax(dim=-1)
        rows, classes = _candidates(scores, choice)
        chosen = deltas.to(torch.float32).view(len(scores), -1, 4)[rows, classes]
        boxes = heads.box_coder.decode_single(chosen, proposals[0][rows])
        return self._best(boxes, (scores[rows, classes], classes), seen_hw, choice.most)

    def _best(
        self,
        boxes: torch.Tensor,
        named: tuple[torch.Tensor, torch.Tensor],
        seen_hw: tuple[int, int],
        most: int,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        from torchvision.ops import batched_nms, clip_boxes_to_image, remove_small_boxes

        scores, classes = named
        boxes = clip_boxes_to_image(boxes, seen_hw)
        large = remove_small_boxes(boxes, _SMALLEST)
        boxes, scores, classes = boxes[large], scores[large], classes[large]
        threshold = self.network.roi_heads.nms_thresh
        keep = batched_nms(boxes, scores, classes, threshold)[:most]
        return boxes[keep], scores[keep], classes[keep]


def _candidates(scores: torch.Tensor, choice: Choice) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows and classes of the scores [P, C] that are wanted; the background is not."""
    wanted = scores > choice.score
    allowed = torch.zeros(scores.shape[1], dtype=torch.bool, device=scores.device)
    allowed[list(choice.classes) or slice(1, None)] = True
    rows, classes = (wanted & allowed).nonzero(as_tuple=True)
    return rows, classes
