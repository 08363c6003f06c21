"""ResNet-50 (He et al., 2015), torchvision's, and the way from a photo through it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import torch

from edge_runtime.errors import WeightsError
from edge_runtime.testcard import draw_portrait
from edge_server.networks.folding import fold_batch_norm
from edge_server.networks.precision import Precision, autocast, best_precision
from edge_server.networks.state_dict import fitting
from edge_server.torchvision_ops import torchvision

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

LAST = "fc.weight"
_LONGEST = 4  # times as long as wide: of a longer photo the ends are never seen


def build(classes: int) -> torch.nn.Module:
    """torchvision's network, untrained."""
    torchvision()
    from torchvision.models import resnet50

    return cast("torch.nn.Module", resnet50(weights=None, num_classes=classes).eval())


def imagenet_names() -> tuple[str, ...]:
    """torchvision's names of the 1000 classes of ImageNet, in the order of its weights."""
    torchvision()
    from torchvision.models import ResNet50_Weights

    return tuple(ResNet50_Weights.IMAGENET1K_V2.meta["categories"])


def imported(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a checkpoint's tensors that are stored, checked to be a whole ResNet-50.

    Raises ``WeightsError`` where they are none.
    """
    if LAST not in tensors:
        raise WeightsError(
            "the file holds no ResNet-50 of torchvision: give a state_dict of resnet50"
        )
    with torch.device("meta"):
        network = build(len(tensors[LAST]))
    return fitting(tensors, network)


def loaded(tensors: dict[str, torch.Tensor], device: str) -> Classifier:
    """The network of these tensors on a device, in the precision that its gate allows."""
    network = build(len(tensors[LAST]))
    network.load_state_dict(tensors, strict=False)
    ready = Classifier(network, device)
    ready.precision = best_precision(ready.device, ready.scores_of_testcard)
    return ready


class Classifier:
    """A trained network on a device; ``network`` is changed to run faster."""

    def __init__(self, network: torch.nn.Module, device: str) -> None:
        torchvision()
        from torchvision.models import ResNet50_Weights

        fold_batch_norm(network)
        self.device = torch.device(device)
        self.network = cast("Any", network)
        self.network.to(self.device, memory_format=torch.channels_last)
        self.precision = Precision.FLOAT32
        self._prepare = ResNet50_Weights.IMAGENET1K_V2.transforms()

    def close(self) -> None:
        """Give the memory back."""
        self.network = None
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    def scores_of_testcard(self, precision: Precision) -> list[torch.Tensor]:
        """The logits of a drawn portrait: what the precision's gate looks at."""
        self.precision = precision
        return [self._logits(draw_portrait(480, 480))]

    def probabilities(self, rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
        """How likely each class is for a photo uint8 [H, W, 3]: float32 [classes], sum 1."""
        shares: NDArray[np.float32] = self._logits(rgb).softmax(dim=0).cpu().numpy()
        return shares

    @torch.inference_mode()
    def _logits(self, rgb: NDArray[np.uint8]) -> torch.Tensor:
        pixels = torch.tensor(middle(rgb), device=self.device).permute(2, 0, 1)
        seen = self._prepare(pixels)[None].contiguous(memory_format=torch.channels_last)
        with autocast(self.device, self.precision):
            logits: torch.Tensor = self.network(seen)[0]
        return logits.to(torch.float32)


def middle(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A photo [H, W, 3] without the ends of a very long one, which would be enlarged before
    they are cut off."""
    height, width = rgb.shape[:2]
    most = _LONGEST * min(height, width)
    rows, columns = max(0, height - most) // 2, max(0, width - most) // 2
    return rgb[rows : height - rows, columns : width - columns]
