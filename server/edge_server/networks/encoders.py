"""The halves of torchvision's classifiers that see, with a feature map at five scales."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from torch import nn
from torch.nn import functional as F

from edge_runtime.errors import WeightsError
from edge_server.torchvision_ops import torchvision

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor


@dataclass(frozen=True)
class Layout:
    """``taps``: the layers whose outputs are taken, at 1/2, 1/4, 1/8, 1/16 and 1/32 of the
    picture's sides; ``channels`` of each; ``classifier``: torchvision's name of the model.
    """

    classifier: str
    taps: tuple[str, ...]
    channels: tuple[int, int, int, int, int]


_DENSE = ("relu0", "pool0", "transition1", "transition2", "norm5")
_RESIDUAL = ("relu", "layer1", "layer2", "layer3", "layer4")
_DEEP = (64, 256, 512, 1024, 2048)
LAYOUTS = {
    "densenet161": Layout("densenet161", _DENSE, (96, 96, 192, 384, 2208)),
    "densenet121": Layout("densenet121", _DENSE, (64, 64, 128, 256, 1024)),
    "resnet50": Layout("resnet50", _RESIDUAL, _DEEP),
    "resnet101": Layout("resnet101", _RESIDUAL, _DEEP),
    "resnext50": Layout("resnext50_32x4d", _RESIDUAL, _DEEP),
    "resnext101": Layout("resnext101_32x8d", _RESIDUAL, _DEEP),
}


def encoder_of(tensors: Mapping[str, Any], prefix: str = "encoder.base_model.") -> str:
    """Which encoder these tensors are of; ``WeightsError`` where it is none of ours."""
    dense = tensors.get(f"{prefix}conv0.weight")
    residual = tensors.get(f"{prefix}layer1.0.conv1.weight")
    if dense is None and residual is None:
        raise WeightsError(
            f"the file has no encoder that is known here: give one of {', '.join(LAYOUTS)}"
        )
    if residual is None:
        return "densenet161" if dense is not None and dense.shape[0] == 96 else "densenet121"
    deep = f"{prefix}layer3.22.conv1.weight" in tensors
    family = "resnet" if residual.shape[0] == 64 else "resnext"
    return f"{family}{101 if deep else 50}"


class Encoder(nn.Module):
    """Five feature maps of a picture, the largest first.

    The layers are called ``base_model.<torchvision's name>``; what classifies is left out.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        layout = LAYOUTS[name]
        self.taps = layout.taps
        self.channels = layout.channels
        self.base_model = _without_head(layout.classifier)

    def forward(self, picture: Tensor) -> list[Tensor]:
        """``picture`` [N, 3, H, W], normalised, sides multiples of 32."""
        features = []
        for name, layer in self.base_model.named_children():
            picture = layer(picture)
            if name in self.taps:
                features.append(picture)
        return [*features[:-1], F.relu(features[-1])]


def _without_head(classifier: str) -> nn.Module:
    model: Any = torchvision().models.get_model(classifier, weights=None)
    if hasattr(model, "features"):
        features: nn.Module = model.features
        return features
    del model.avgpool, model.fc
    whole: nn.Module = model
    return whole
