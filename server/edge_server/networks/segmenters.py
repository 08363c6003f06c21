"""Networks that name the class of every pixel, and the way from a photo through them.

DeepLabv3 (Chen et al., 2017) with a ResNet-50 and LR-ASPP (Howard et al., 2019) with a
MobileNetV3 are torchvision's; LR-ASPP for streets is :mod:`edge_server.networks.lraspp`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from torch.nn.functional import interpolate

from edge_runtime.errors import WeightsError
from edge_runtime.testcard import draw_portrait
from edge_server.networks.folding import fold_batch_norm
from edge_server.networks.lraspp import LrAspp
from edge_server.networks.precision import Precision, autocast, best_precision
from edge_server.networks.state_dict import fitting
from edge_server.torchvision_ops import torchvision

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

_MEAN = (0.485, 0.456, 0.406)
_STD = (0.229, 0.224, 0.225)
_AUXILIARY = ("aux_classifier.",)  # a second head that only training uses
_BAND = 64


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """A kind of network: how it is built for a number of classes, which tensor has a row
    for each class, and the shorter side in pixels that it was trained for."""

    build: Callable[[int], torch.nn.Module]
    last: str
    side: int


def _deeplabv3(classes: int) -> torch.nn.Module:
    torchvision()
    from torchvision.models.segmentation import deeplabv3_resnet50

    network = deeplabv3_resnet50(weights=None, weights_backbone=None, num_classes=classes)
    return cast("torch.nn.Module", network)


def _lraspp(classes: int) -> torch.nn.Module:
    torchvision()
    from torchvision.models.segmentation import lraspp_mobilenet_v3_large

    network = lraspp_mobilenet_v3_large(
        weights=None, weights_backbone=None, num_classes=classes
    )
    return cast("torch.nn.Module", network)


ARCHITECTURES = {
    "deeplabv3-resnet50": Architecture(build=_deeplabv3, last="classifier.4.weight", side=520),
    "lraspp-mobilenet-v3": Architecture(
        build=_lraspp, last="classifier.low_classifier.weight", side=520
    ),
    "lraspp-street": Architecture(build=LrAspp, last="last.weight", side=1024),
}


def architecture_of(tensors: Mapping[str, Any]) -> Architecture:
    """Which architecture these tensors are of; ``WeightsError`` where it is none of ours."""
    for architecture in ARCHITECTURES.values():
        if architecture.last in tensors:
            return architecture
    raise WeightsError(
        f"the file holds no network that is known here: give one of {', '.join(ARCHITECTURES)}"
    )


def imported(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a checkpoint's tensors that are stored, checked to be a whole network.

    Raises ``WeightsError`` where they are none.
    """
    architecture = architecture_of(tensors)
    with torch.device("meta"):
        network = architecture.build(len(tensors[architecture.last]))
    return fitting(tensors, network, drop=_AUXILIARY)


def loaded(tensors: dict[str, torch.Tensor], device: str) -> Segmenter:
    """The network of these tensors on a device, in the precision that its gate allows."""
    architecture = architecture_of(tensors)
    network = architecture.build(len(tensors[architecture.last]))
    network.load_state_dict(tensors, strict=False)
    ready = Segmenter(network, device, architecture.side)
    ready.precision = best_precision(ready.device, ready.scores_of_testcard)
    return ready


class Segmenter:
    """A trained network on a device; ``network`` is changed to run faster."""

    def __init__(self, network: torch.nn.Module, device: str, side: int) -> None:
        fold_batch_norm(network.eval())
        self.device = torch.device(device)
        self.network = cast("Any", network)
        self.network.to(self.device, memory_format=torch.channels_last)
        self.side = side
        self.precision = Precision.FLOAT32

    def close(self) -> None:
        """Give the memory back."""
        self.network = None
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    @torch.inference_mode()
    def classes(self, rgb: NDArray[np.uint8], side: int | None = None) -> NDArray[np.uint8]:
        """The class of each pixel of a photo uint8 [H, W, 3]: uint8 [H, W].

        The photo's shorter side is ``side`` pixels for the network; no photo is enlarged.
        """
        scores = self.scores(self.prepared(rgb, side or self.side))
        return _largest(scores[0], (rgb.shape[0], rgb.shape[1]))

    def prepared(self, rgb: NDArray[np.uint8], side: int) -> torch.Tensor:
        """The photo normalised and reduced to ``side``: float32 [1, 3, h, w]."""
        pixels = torch.tensor(rgb, device=self.device).permute(2, 0, 1)[None]
        scale = min(1.0, side / min(rgb.shape[:2]))
        size = [max(1, round(length * scale)) for length in rgb.shape[:2]]
        small = interpolate(
            pixels.to(torch.float32) / 255, size=size, mode="bilinear", antialias=True
        )
        mean, std = (small.new_tensor(numbers)[:, None, None] for numbers in (_MEAN, _STD))
        normal = (small - mean) / std
        return normal.contiguous(memory_format=torch.channels_last)

    def scores(self, pictures: torch.Tensor) -> torch.Tensor:
        """How much each class fits each pixel, before softmax: float32 [1, C, h, w]."""
        with autocast(self.device, self.precision):
            found = self.network(pictures)
        scores = found["out"] if isinstance(found, dict) else found
        return cast("torch.Tensor", scores).to(torch.float32)

    def scores_of_testcard(self, precision: Precision) -> list[torch.Tensor]:
        """The scores of a drawn portrait: what the precision's gate looks at."""
        self.precision = precision
        with torch.inference_mode():
            return [self.scores(self.prepared(draw_portrait(640, 480), 480))]


def _largest(scores: torch.Tensor, size_hw: tuple[int, int]) -> NDArray[np.uint8]:
    """The index of the largest of ``scores`` [C, h, w] at each pixel of a picture of another
    size, scores interpolated: uint8 [H, W].

    A band of rows at a time, because all the scores of a large photo are gigabytes.
    """
    height, width = size_hw
    wide = interpolate(scores[None], size=(scores.shape[1], width), mode="bilinear")[0]
    rows = (torch.arange(height, device=scores.device) + 0.5) * (scores.shape[1] / height) - 0.5
    rows = rows.clamp(0, scores.shape[1] - 1)
    upper = rows.floor().long()
    lower = (upper + 1).clamp(max=scores.shape[1] - 1)
    share = (rows - upper)[:, None].to(scores.dtype)
    found = np.empty(size_hw, dtype=np.uint8)
    for start in range(0, height, _BAND):
        band = slice(start, start + _BAND)
        mixed = torch.lerp(wide[:, upper[band]], wide[:, lower[band]], share[band])
        found[band] = mixed.argmax(dim=0).to(torch.uint8).cpu().numpy()
    return found
