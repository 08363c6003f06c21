"""From a photo through RRDBNet to one four times, or twice, as large."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import numpy as np
import torch
from torch.nn import functional as F

from edge_runtime.testcard import draw_portrait
from edge_server.networks.rrdbnet import SCALE, network_for
from edge_server.networks.state_dict import fitting
from edge_server.tiles import Grid, enlarge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

Scale: TypeAlias = Literal[2, 4]

# In decibels: what 8 bits themselves lose is 59, what nobody sees is below 45.
GATE = 48.0
# With 24 pixels of margin the picture in pieces is the whole one's to 55 dB or better; 16
# pixels: 51 dB, 8 pixels: 44 dB (server/README.md has the command).
_GRIDS = {
    "cpu": Grid(window=288, margin=24, blend=8),
    "cuda": Grid(window=512, margin=32, blend=8),
}


def imported(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a checkpoint's tensors that are stored, checked to be a whole RRDBNet.

    Raises ``WeightsError`` where they are none.
    """
    with torch.device("meta"):
        network = network_for(tensors)
    return fitting(tensors, network)


def loaded(tensors: Mapping[str, torch.Tensor], device: str) -> Upscaler:
    """The network of these tensors on a device, in the precision that its gate allows."""
    with torch.device("meta"):
        network = network_for(tensors)
    # Copies: the tensors may be a file that is mapped, which somebody may cut short.
    exact = {name: value.to(torch.float32, copy=True) for name, value in tensors.items()}
    network.load_state_dict(exact, assign=True)
    return best(Upscaler(network, device))


def best(exact: Upscaler) -> Upscaler:
    """The upscaler in half precision where the device computes in it and a drawn portrait
    comes out the same to :data:`GATE` decibels; else itself."""
    picture = draw_portrait(64, 64)
    reference = exact.enlarged(picture, 4)
    for dtype in _halves(exact.device):
        half = Upscaler(deepcopy(exact.network).to(dtype=dtype), str(exact.device))
        if psnr(reference, half.enlarged(picture, 4)) >= GATE:
            return half
    return exact


def psnr(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Peak signal to noise ratio of two pictures in decibels; infinite for equal ones."""
    error = np.mean((one.astype(np.float64) - other.astype(np.float64)) ** 2)
    return float("inf") if error == 0 else float(10 * np.log10(255**2 / error))


class Upscaler:
    """A trained network on a device, which sees a photo in overlapping pieces."""

    def __init__(self, network: torch.nn.Module, device: str) -> None:
        self.device = torch.device(device)
        network.eval().requires_grad_(requires_grad=False)
        self.network = cast("Any", network)
        self.network.to(self.device, memory_format=torch.channels_last)
        self.grid = _GRIDS[self.device.type]

    @property
    def dtype(self) -> torch.dtype:
        """What it computes in."""
        return cast("torch.dtype", self.network.conv_first.weight.dtype)

    def close(self) -> None:
        """Give the memory back."""
        self.network = None
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    def enlarge(
        self, rgb: NDArray[np.uint8], scale: Scale, after: Callable[[float], None]
    ) -> NDArray[np.uint8]:
        """A photo uint8 [H, W, 3] to [scale*H, scale*W, 3]; ``after`` is told the share that
        is done after each piece, and may raise to stop."""
        return enlarge(rgb, scale, self.grid, lambda piece: self.enlarged(piece, scale), after)

    @torch.inference_mode()
    def enlarged(self, rgb: NDArray[np.uint8], scale: Scale) -> NDArray[np.uint8]:
        """The same of a small picture at once.  Twice is four times, two by two averaged."""
        pixels = torch.tensor(rgb, device=self.device).permute(2, 0, 1)[None]
        pictures = (pixels / 255).to(dtype=self.dtype, memory_format=torch.channels_last)
        large = self.network(pictures)
        if scale != SCALE:
            large = F.avg_pool2d(large.float().clamp(0, 1), SCALE // scale)
        levels = (large[0].float().clamp(0, 1) * 255).round().to(torch.uint8)
        return levels.permute(1, 2, 0).cpu().numpy()


def _halves(device: torch.device) -> tuple[torch.dtype, ...]:
    if device.type == "cuda":
        return (torch.float16, torch.bfloat16)
    return (torch.bfloat16,) if _has_bfloat16() else ()


def _has_bfloat16() -> bool:
    """Whether the CPU itself computes in bfloat16; where it does not, torch is slower."""
    names = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, name, bool)() for name in names)
