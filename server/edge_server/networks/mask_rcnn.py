"""Mask R-CNN with a ResNet-50-FPN (He et al., 2017), torchvision's two versions of it.

The layers are torchvision's; the way through them is written here, so that a threshold,
a choice of classes and a bound on the answer take effect before they cost anything, and
masks are drawn inside their boxes only.  With the same choice the answer is torchvision's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import numpy as np
import torch
from torch.nn.functional import interpolate, pad

from edge_runtime.errors import WeightsError
from edge_runtime.testcard import draw_portrait
from edge_server.networks.folding import fold_batch_norm
from edge_server.networks.precision import Precision, autocast, best_precision
from edge_server.networks.state_dict import fitting
from edge_server.torchvision_ops import torchvision

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

Version: TypeAlias = Literal["v1", "v2"]
_LOGITS = "roi_heads.box_predictor.cls_score.weight"
_ONLY_V2 = "roi_heads.box_head.0.0.weight"
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
class Found:
    """The objects of a photo, the best first: ``boxes_xyxy`` float32 [N, 4] in its pixels,
    ``scores`` float32 [N], ``classes`` int64 [N], ``masks`` float32 [N, 28, 28] in 0..1, the
    probability of each cell of a box.  On the CPU."""

    boxes_xyxy: torch.Tensor
    scores: torch.Tensor
    classes: torch.Tensor
    masks: torch.Tensor


def version_of(tensors: Mapping[str, Any]) -> Version:
    """Which version these tensors are of."""
    return "v2" if _ONLY_V2 in tensors else "v1"


def classes_of(tensors: Mapping[str, Any]) -> int:
    """How many classes these tensors tell apart, the background among them."""
    return int(tensors[_LOGITS].shape[0])


def build(version: Version, classes: int) -> torch.nn.Module:
    """torchvision's network, untrained, for ``classes`` with the background among them."""
    torchvision()
    from torchvision.models import detection

    networks = {
        "v1": detection.maskrcnn_resnet50_fpn,
        "v2": detection.maskrcnn_resnet50_fpn_v2,
    }
    network = networks[version](weights=None, weights_backbone=None, num_classes=classes)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eps = _EPSILON[version]
    return network.eval()


def imported(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a checkpoint's tensors that are stored, checked to be a whole Mask R-CNN.

    Raises ``WeightsError`` where they are none.
    """
    if _LOGITS not in tensors:
        raise WeightsError(
            "the file holds no Mask R-CNN of torchvision: give a state_dict of "
            "maskrcnn_resnet50_fpn or maskrcnn_resnet50_fpn_v2"
        )
    with torch.device("meta"):
        network = build(version_of(tensors), classes_of(tensors))
    return fitting(tensors, network)


def loaded(tensors: dict[str, torch.Tensor], device: str) -> MaskRcnn:
    """The network of these tensors on a device, in the precision that its gate allows."""
    network = build(version_of(tensors), classes_of(tensors))
    network.load_state_dict(tensors, strict=False)
    ready = MaskRcnn(network, device)
    ready.precision = best_precision(ready.device, ready.features_of_testcard)
    return ready


class MaskRcnn:
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
    ) -> Found:
        """The objects of a photo uint8 [H, W, 3].

        ``after`` is told the share that is done after each stage; what it raises ends the
        work.
        """
        size_hw = (rgb.shape[0], rgb.shape[1])
        images = self.prepared(rgb, choice.side)
        features = self.features(images.tensors)
        after(0.4)
        proposals = self.proposals(images, features)
        after(0.5)
        seen_hw = images.image_sizes[0]
        boxes, scores, classes = self.boxes(features, proposals, seen_hw, choice)
        after(0.8)
        masks = self.masks(features, boxes, classes, seen_hw)
        after(0.95)
        scale = boxes.new_tensor([size_hw[1] / seen_hw[1], size_hw[0] / seen_hw[0]])
        return Found(
            boxes_xyxy=(boxes * scale.repeat(2)).cpu(),
            scores=scores.cpu(),
            classes=classes.cpu(),
            masks=masks.cpu(),
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

    def masks(
        self,
        features: dict[str, torch.Tensor],
        boxes: torch.Tensor,
        classes: torch.Tensor,
        seen_hw: tuple[int, int],
    ) -> torch.Tensor:
        """The probability at each cell of each box: float32 [N, 28, 28]."""
        heads = self.network.roi_heads
        pooled = heads.mask_roi_pool(features, [boxes], [seen_hw])
        with autocast(self.device, self.precision):
            logits = heads.mask_predictor(heads.mask_head(pooled))
        each = torch.arange(len(classes), device=classes.device)
        return logits[each, classes].to(torch.float32).sigmoid()


def _candidates(scores: torch.Tensor, choice: Choice) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows and classes of the scores [P, C] that are wanted; the background is not."""
    wanted = scores > choice.score
    allowed = torch.zeros(scores.shape[1], dtype=torch.bool, device=scores.device)
    allowed[list(choice.classes) or slice(1, None)] = True
    rows, classes = (wanted & allowed).nonzero(as_tuple=True)
    return rows, classes


def drawn(
    mask: torch.Tensor, box_xyxy: torch.Tensor, size_hw: tuple[int, int]
) -> NDArray[np.bool_]:
    """A mask [28, 28] of a box drawn into a photo: bool [H, W], true from one half on.

    As torchvision pastes masks: with a border of one cell around, the box grown with it,
    its corners cut off to whole pixels; but only the box is drawn, and of the rest no
    memory is touched.
    """
    cells = mask.shape[-1]
    half = (box_xyxy[2:] - box_xyxy[:2]) * 0.5 * ((cells + 2) / cells)
    centre = (box_xyxy[2:] + box_xyxy[:2]) * 0.5
    x0, y0, x1, y1 = torch.cat((centre - half, centre + half)).to(torch.int64).tolist()
    inside = interpolate(
        pad(mask, (1, 1, 1, 1))[None, None],
        size=(max(y1 - y0 + 1, 1), max(x1 - x0 + 1, 1)),
        mode="bilinear",
        align_corners=False,
    )[0, 0]
    rows = slice(max(y0, 0), min(y1 + 1, size_hw[0]))
    columns = slice(max(x0, 0), min(x1 + 1, size_hw[1]))
    part = inside[rows.start - y0 : rows.stop - y0, columns.start - x0 : columns.stop - x0]
    whole = np.zeros(size_hw, dtype=np.bool_)
    whole[rows, columns] = (part >= 0.5).numpy()
    return whole
