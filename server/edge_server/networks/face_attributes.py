"""Age and gender by the look of a face: MobileNet with two heads (Savchenko, Efficient Facial
Representations for Age, Gender and Identity Recognition, 2019; Howard et al., MobileNets,
2017, table 1).

Written from the papers.  Batch norms are folded into the convolutions: the file has them so
for the ordinary ones, and for the depthwise ones they are multiplied in when it is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from edge_runtime.errors import WeightsError
from edge_server.networks.state_dict import fitting
from edge_server.weights.tfjs_files import read_tensors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

SIDE = 224
YEARS = 100
_MEAN = (103.939, 116.779, 123.68)  # of blue, green, red
# Channels and stride of each pair of a depthwise and a pointwise convolution.
_PAIRS = (
    *((64, 1), (128, 2), (128, 1), (256, 2), (256, 1)),
    *((512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)),
)
_HEADS = {"features": "feats", "age": "age_pred", "gender": "gender_pred"}


class FaceAttributes(nn.Module):
    """Crops [N, 3, 224, 224], RGB in 0..255, to the probability of each age, 0 to 99 years
    [N, 100], and that of a man [N]."""

    def __init__(self) -> None:
        super().__init__()
        self.first = Convolution(3, 32, stride=2)
        before = [32, *(channels for channels, _ in _PAIRS)]
        self.pairs = nn.ModuleList(
            Pair(inputs, outputs, stride)
            for inputs, (outputs, stride) in zip(before, _PAIRS, strict=False)
        )
        self.features = nn.Linear(1024, 256)
        self.age = nn.Linear(256, YEARS)
        self.gender = nn.Linear(256, 1)

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        """Each crop holds one face, upright."""
        x = self.first(crops.flip(1) - crops.new_tensor(_MEAN)[:, None, None])
        for pair in self.pairs:
            x = pair(x)
        features = F.relu(self.features(x.mean(dim=(2, 3))))
        return self.age(features).softmax(dim=1), self.gender(features).sigmoid()[:, 0]


class Convolution(nn.Module):
    """3x3, padded as TensorFlow pads an even size: at its end alone where it is halved."""

    def __init__(self, inputs: int, outputs: int, *, stride: int, groups: int = 1) -> None:
        super().__init__()
        self.padding = (0, 1, 0, 1) if stride == 2 else (1, 1, 1, 1)
        self.conv = nn.Conv2d(inputs, outputs, 3, stride=stride, groups=groups)

    def forward(self, x: Tensor) -> Tensor:
        """[N, inputs, h, w] to [N, outputs, h / stride, w / stride]."""
        return F.relu6(self.conv(F.pad(x, self.padding)))


class Pair(nn.Module):
    """Each channel filtered by itself, then all of them mixed at each pixel."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.depthwise = Convolution(inputs, inputs, stride=stride, groups=inputs)
        self.pointwise = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        """[N, inputs, h, w] to [N, outputs, h / stride, w / stride]."""
        return F.relu6(self.pointwise(self.depthwise(x)))


def imported(topology: Path) -> dict[str, Any]:
    """The state dict out of the published graph; raises ``WeightsError`` for another one."""
    with torch.device("meta"):
        network = FaceAttributes()
    given = _Given(read_tensors(topology), topology.name)
    found = {
        "first.conv.weight": given["conv1/convolution/merged_input"].transpose(3, 2, 0, 1),
        "first.conv.bias": given["conv1_bn/batchnorm_1/sub"],
    }
    for number in range(1, len(_PAIRS) + 1):
        deep, wide, ours = f"conv_dw_{number}", f"conv_pw_{number}", f"pairs.{number - 1}"
        scale = given[f"{deep}_bn/batchnorm_1/mul"][:, None, None, None]
        kernel = given[f"{deep}/depthwise_kernel"].transpose(2, 3, 0, 1)
        found[f"{ours}.depthwise.conv.weight"] = kernel * scale
        found[f"{ours}.depthwise.conv.bias"] = given[f"{deep}_bn/batchnorm_1/sub"]
        mixing = given[f"{wide}/convolution/merged_input"]
        found[f"{ours}.pointwise.weight"] = mixing.transpose(3, 2, 0, 1)
        found[f"{ours}.pointwise.bias"] = given[f"{wide}_bn/batchnorm_1/sub"]
    for ours, theirs in _HEADS.items():
        found[f"{ours}.weight"] = given[f"{theirs}/kernel"].T
        found[f"{ours}.bias"] = given[f"{theirs}/bias"]
    return fitting(found, network)


def checked(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """The tensors of a checkpoint of one's own; ``WeightsError`` for another network's."""
    with torch.device("meta"):
        return fitting(tensors, FaceAttributes())


def loaded(tensors: Mapping[str, Tensor], device: str) -> FaceAttributes:
    """The network with these weights on a device."""
    network = FaceAttributes()
    network.load_state_dict(dict(tensors))
    return network.eval().to(device)


def attributes(
    network: FaceAttributes, crops: NDArray[np.uint8], step: Callable[[], None]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Ages float32 [N, 100] and probabilities of a man float32 [N], of crops uint8
    [N, 224, 224, 3].

    One at a time, so that a face's numbers do not depend on who else is in the photo;
    ``step`` is called before each.
    """
    device = network.age.weight.device
    ages, men = np.zeros((len(crops), YEARS), np.float32), np.zeros(len(crops), np.float32)
    with torch.inference_mode():
        planes = torch.tensor(crops, device=device).permute(0, 3, 1, 2).float()
        for index, crop in enumerate(planes):
            step()
            age, man = network(crop[None])
            ages[index], men[index] = age[0].cpu().numpy(), man[0].item()
    return ages, men


class _Given(dict[str, "NDArray[np.float32]"]):
    """The tensors of a file, which says what it lacks."""

    def __init__(self, tensors: Mapping[str, NDArray[np.float32]], name: str) -> None:
        super().__init__(tensors)
        self._name = name

    def __missing__(self, tensor: str) -> NDArray[np.float32]:
        raise WeightsError(
            f"{self._name} has no {tensor}: name the very graph that the spec names"
        )
