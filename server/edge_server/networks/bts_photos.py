"""From a photo through BTS to metres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import torch
from torch.nn.functional import interpolate

from edge_runtime.testcard import draw_portrait
from edge_server.networks.bts import BTS
from edge_server.networks.encoders import encoder_of
from edge_server.networks.folding import fold_batch_norm
from edge_server.networks.precision import Precision, autocast, best_precision
from edge_server.networks.state_dict import fitting

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

_MEAN = (0.485, 0.456, 0.406)
_STD = (0.229, 0.224, 0.225)
_STEP = 32  # the deepest features are at a 32nd of the sides
# Published residual encoders still carry torchvision's classifier, which depth never asks.
_HEAD = ("encoder.base_model.fc.", "encoder.base_model.classifier.")


@dataclass(frozen=True, kw_only=True)
class Camera:
    """What the training set was taken with: the largest depth in metres, the focal length
    in pixels, the longer side in pixels."""

    max_depth: float
    focal: float
    side: int


def imported(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a checkpoint's tensors that are stored, checked to be a whole BTS.

    Raises ``WeightsError`` where they are none.
    """
    with torch.device("meta"):
        network = _network(tensors, max_depth=1.0)
    return fitting(tensors, network, drop=_HEAD)


def loaded(tensors: dict[str, torch.Tensor], camera: Camera, device: str) -> DepthEstimator:
    """The network of these tensors on a device, in the precision that its gate allows."""
    with torch.device("meta"):
        network = _network(tensors, camera.max_depth)
    network.to_empty(device="cpu").load_state_dict(tensors, strict=False)
    ready = DepthEstimator(network, camera, device)
    ready.precision = best_precision(ready.device, ready.maps_of_testcard)
    return ready


def network_size(size_hw: tuple[int, int], side: int) -> tuple[int, int]:
    """The height and width that the network sees: the longer side about ``side``, both the
    nearest multiples of 32, so that the shape of the photo changes by at most 16 pixels."""
    scale = side / max(size_hw)
    height, width = (max(_STEP, round(length * scale / _STEP) * _STEP) for length in size_hw)
    return height, width


class DepthEstimator:
    """A trained network on a device; ``network`` is changed to run faster."""

    def __init__(self, network: BTS, camera: Camera, device: str) -> None:
        fold_batch_norm(network.eval().requires_grad_(requires_grad=False))
        self.device = torch.device(device)
        self.network = cast("Any", network)
        self.network.to(self.device, memory_format=torch.channels_last)
        self.camera = camera
        self.precision = Precision.FLOAT32

    def close(self) -> None:
        """Give the memory back."""
        self.network = None
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    @torch.inference_mode()
    def depth(self, rgb: NDArray[np.uint8], side: int | None = None) -> NDArray[np.float32]:
        """Metres at every pixel of a photo uint8 [H, W, 3], as if it were taken by the
        camera of the training set: float32 [H, W], at most ``camera.max_depth``.

        The photo is resized to :func:`network_size`, the answer back to the photo, both
        bilinear; a photo of that very size is not resized.
        """
        height, width = rgb.shape[:2]
        final = self.maps(self.prepared(rgb, side or self.camera.side))[-1]
        full = interpolate(final, size=(height, width), mode="bilinear")[0, 0]
        return full.clamp(0, self.camera.max_depth).cpu().numpy()

    def prepared(self, rgb: NDArray[np.uint8], side: int) -> torch.Tensor:
        """The photo normalised, at the network's size: float32 [1, 3, h, w]."""
        pixels = torch.tensor(rgb, device=self.device).permute(2, 0, 1)[None].to(torch.float32)
        size = network_size((rgb.shape[0], rgb.shape[1]), side)
        if pixels.shape[2:] != size:
            pixels = interpolate(pixels, size=size, mode="bilinear", antialias=True)
        mean, std = (pixels.new_tensor(numbers)[:, None, None] for numbers in (_MEAN, _STD))
        normal = (pixels / 255 - mean) / std
        return normal.contiguous(memory_format=torch.channels_last)

    def maps(self, pictures: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """The network's five maps, the last one in metres: float32 [N, 1, h, w] each."""
        with autocast(self.device, self.precision):
            maps: tuple[torch.Tensor, ...] = self.network(pictures)
        return maps

    def maps_of_testcard(self, precision: Precision) -> list[torch.Tensor]:
        """Depth of a drawn portrait: what the precision's gate looks at."""
        self.precision = precision
        with torch.inference_mode():
            return [self.maps(self.prepared(draw_portrait(640, 480), 640))[-1]]


def _network(tensors: Mapping[str, Any], max_depth: float) -> BTS:
    size = tensors.get("decoder.bn5.weight")
    return BTS(encoder_of(tensors), max_depth, 512 if size is None else size.shape[0])
