"""Mask R-CNN with a ResNet-50-FPN (He et al., 2017), torchvision's two versions of it.

It is a Faster R-CNN that draws what it found; masks are drawn inside their boxes only.
With the same choice the answer is torchvision's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.nn.functional import interpolate, pad

from edge_runtime.errors import WeightsError
from edge_server.networks.faster_rcnn import (
    LOGITS,
    Boxes,
    Choice,
    FasterRcnn,
    Version,
    as_published,
    classes_of,
    version_of,
)
from edge_server.networks.precision import autocast, best_precision
from edge_server.networks.state_dict import fitting
from edge_server.torchvision_ops import torchvision

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

__all__ = ["Choice", "Found", "MaskRcnn", "build", "classes_of", "drawn", "version_of"]


@dataclass(frozen=True, kw_only=True)
class Found(Boxes):
    """The objects of a photo, and ``masks`` float32 [N, 28, 28] in 0..1: the probability of
    each cell of a box.  On the CPU."""

    masks: torch.Tensor


def build(version: Version, classes: int) -> torch.nn.Module:
    """torchvision's network, untrained, for ``classes`` with the background among them."""
    torchvision()
    from torchvision.models import detection

    networks = {
        "v1": detection.maskrcnn_resnet50_fpn,
        "v2": detection.maskrcnn_resnet50_fpn_v2,
    }
    return as_published(networks[version], version, classes)


def imported(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a checkpoint's tensors that are stored, checked to be a whole Mask R-CNN.

    Raises ``WeightsError`` where they are none.
    """
    if LOGITS not in tensors:
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


class MaskRcnn(FasterRcnn):
    """A trained network on a device; ``network`` is changed to run faster."""

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
        looked = self.look(rgb, choice, after)
        masks = self.masks(looked.features, looked.boxes_xyxy, looked.classes, looked.seen_hw)
        after(0.95)
        there = looked.in_photo((rgb.shape[0], rgb.shape[1]))
        return Found(
            boxes_xyxy=there.boxes_xyxy,
            scores=there.scores,
            classes=there.classes,
            masks=masks.cpu(),
        )

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
