"""BTS: depth from one photo by planes at four scales (Lee et al., 2019, arXiv 1907.10326).

Written from section 3 of the paper and the names and shapes of the published state dicts,
which load as they are.  ``final_depth`` is what the network is for; the four maps before it
are what it is computed from, and what a port is tested by.
"""

from __future__ import annotations

from math import pi
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from edge_server.networks.encoders import Encoder

if TYPE_CHECKING:
    from torch import Tensor

_EPS = 1.1e-5  # of the decoder's batch norms, but for those between dilated convolutions
_DILATIONS = (3, 6, 12, 18, 24)


class Depths(NamedTuple):
    """Float32 [N, 1, H, W]: the maps of the planes of 8, 4 and 2 pixels and of single
    pixels, each divided by the largest depth, and the depth in metres."""

    depth_8x8: Tensor
    depth_4x4: Tensor
    depth_2x2: Tensor
    depth_1x1: Tensor
    final_depth: Tensor


class BTS(nn.Module):
    """A normalised picture [N, 3, H, W], sides multiples of 32, to :class:`Depths`."""

    def __init__(self, encoder: str, max_depth: float, size: int = 512) -> None:
        super().__init__()
        self.encoder = Encoder(encoder)
        self.decoder = Decoder(self.encoder.channels, max_depth, size)

    def forward(self, picture: Tensor) -> Depths:
        """For a photo of the camera that the training set was taken with."""
        return self.decoder(self.encoder(picture))


class Decoder(nn.Module):
    """Figure 2 of the paper; ``size`` is the number of channels at 1/16."""

    def __init__(
        self, channels: tuple[int, int, int, int, int], max_depth: float, size: int
    ) -> None:
        super().__init__()
        self.max_depth = max_depth
        half, quarter, eighth, sixteenth, deepest = channels
        s = size
        self.upconv5 = UpConv(deepest, s)
        self.bn5 = nn.BatchNorm2d(s, eps=_EPS)
        self.conv5 = _conv_elu(s + sixteenth, s)
        self.upconv4 = UpConv(s, s // 2)
        self.bn4 = nn.BatchNorm2d(s // 2, eps=_EPS)
        self.conv4 = _conv_elu(s // 2 + eighth, s // 2)
        self.bn4_2 = nn.BatchNorm2d(s // 2, eps=_EPS)
        for number, rate in enumerate(_DILATIONS):
            inputs = s // 2 + (eighth + number * (s // 4) if number else 0)
            self.add_module(f"daspp_{rate}", Dilated(inputs, s // 4, rate, first=not number))
        self.daspp_conv = _conv_elu(s // 2 + len(_DILATIONS) * (s // 4), s // 4)
        self.reduc8x8 = Planes(s // 4, s // 4, 8, max_depth)
        self.upconv3 = UpConv(s // 4, s // 4)
        self.bn3 = nn.BatchNorm2d(s // 4, eps=_EPS)
        self.conv3 = _conv_elu(s // 4 + quarter + 1, s // 4)
        self.reduc4x4 = Planes(s // 4, s // 8, 4, max_depth)
        self.upconv2 = UpConv(s // 4, s // 8)
        self.bn2 = nn.BatchNorm2d(s // 8, eps=_EPS)
        self.conv2 = _conv_elu(s // 8 + half + 1, s // 8)
        self.reduc2x2 = Planes(s // 8, s // 16, 2, max_depth)
        self.upconv1 = UpConv(s // 8, s // 16)
        self.reduc1x1 = Reduction(s // 16, s // 32, "final")
        self.conv1 = _conv_elu(s // 16 + 4, s // 16)
        self.get_depth = nn.Sequential(
            nn.Conv2d(s // 16, 1, 3, padding=1, bias=False), nn.Sigmoid()
        )

    def forward(self, features: list[Tensor]) -> Depths:
        """From five feature maps, the largest first."""
        half, quarter, eighth, sixteenth, deepest = features
        x = self.bn5(self.upconv5(deepest))
        x = self.conv5(torch.cat([x, sixteenth], 1))
        x = self.bn4(self.upconv4(x))
        x = self._pyramid(torch.cat([x, eighth], 1))
        depth_8x8 = self.reduc8x8(x)
        x = self.bn3(self.upconv3(x))
        x = self.conv3(torch.cat([x, quarter, _every(4, depth_8x8, x)], 1))
        depth_4x4 = self.reduc4x4(x)
        x = self.bn2(self.upconv2(x))
        x = self.conv2(torch.cat([x, half, _every(2, depth_4x4, x)], 1))
        depth_2x2 = self.reduc2x2(x)
        x = self.upconv1(x)
        depth_1x1 = self.reduc1x1(x).sigmoid()
        maps = [depth_1x1, depth_2x2, depth_4x4, depth_8x8]
        x = self.conv1(torch.cat([x, *(one.to(x.dtype) for one in maps)], 1))
        final = self.get_depth(x).float() * self.max_depth
        return Depths(depth_8x8, depth_4x4, depth_2x2, depth_1x1.float(), final)

    def _pyramid(self, joined: Tensor) -> Tensor:
        """Dense atrous spatial pyramid pooling, section 3.2."""
        x = self.bn4_2(self.conv4(joined))
        seen = [joined]
        for number, rate in enumerate(_DILATIONS):
            given = torch.cat(seen, 1) if number else x
            seen.append(getattr(self, f"daspp_{rate}")(given))
        return self.daspp_conv(torch.cat([x, *seen[1:]], 1))


class UpConv(nn.Module):
    """Twice the size by the nearest pixel, a convolution, ELU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """[N, inputs, h, w] to [N, outputs, 2h, 2w]."""
        return F.elu(self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest")))


class Dilated(nn.Module):
    """One step of the pyramid, after DenseASPP (Yang et al., 2018)."""

    def __init__(self, inputs: int, outputs: int, rate: int, *, first: bool) -> None:
        super().__init__()
        self.atrous_conv = nn.Sequential()
        if not first:
            self.atrous_conv.add_module("first_bn", nn.BatchNorm2d(inputs, eps=_EPS))
        sequence = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(inputs, 2 * outputs, 1, bias=False),
            nn.BatchNorm2d(2 * outputs),
            nn.ReLU(),
            nn.Conv2d(2 * outputs, outputs, 3, padding=rate, dilation=rate, bias=False),
        )
        self.atrous_conv.add_module("aconv_sequence", sequence)

    def forward(self, x: Tensor) -> Tensor:
        """[N, inputs, h, w] to [N, outputs, h, w]."""
        return self.atrous_conv(x)


class Reduction(nn.Module):
    """1x1 convolutions that halve the channels down to eight, and a last one: to three
    plane parameters (``plane_params``) or to one number (``final``)."""

    def __init__(self, inputs: int, outputs: int, last: str) -> None:
        super().__init__()
        self.reduc = nn.Sequential()
        while outputs >= 8:
            layer = _conv_elu(inputs, outputs, 1)
            self.reduc.add_module(f"inter_{inputs}_{outputs}", layer)
            inputs, outputs = outputs, outputs // 2
        if last == "final":
            self.reduc.add_module("final", nn.Sequential(nn.Conv2d(inputs, 1, 1, bias=False)))
        else:
            self.reduc.add_module(last, nn.Conv2d(inputs, 3, 1, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        """Without the sigmoid."""
        return self.reduc(x)


class Planes(Reduction):
    """Local planar guidance, section 3.3: a plane for each pixel of a small map, cut by the
    rays of a patch of ``patch`` x ``patch`` pixels of the full map."""

    def __init__(self, inputs: int, outputs: int, patch: int, max_depth: float) -> None:
        super().__init__(inputs, outputs, "plane_params")
        self.patch = patch
        self.max_depth = max_depth

    def forward(self, x: Tensor) -> Tensor:
        """[N, inputs, h, w] to [N, 1, patch*h, patch*w], divided by the largest depth.

        In float32 whatever the precision around it: planes that are nearly parallel to a
        ray divide by numbers near 0.
        """
        theta, phi, distance = self.reduc(x).float().sigmoid().unbind(1)
        theta, phi = theta * (pi / 3), phi * (2 * pi)
        normal = torch.stack([theta.sin() * phi.cos(), theta.sin() * phi.sin(), theta.cos()], 1)
        normal = F.normalize(normal, dim=1).repeat_interleave(self.patch, 2)
        n1, n2, n3 = normal.repeat_interleave(self.patch, 3).unbind(1)
        n4 = distance.repeat_interleave(self.patch, 1).repeat_interleave(self.patch, 2)
        ray = (torch.arange(self.patch, device=x.device) - (self.patch - 1) / 2) / self.patch
        u = ray.repeat(x.shape[3])
        v = ray.repeat(x.shape[2]).unsqueeze(1)
        return (n4 / (n1 * u + n2 * v + n3)).unsqueeze(1)


def _conv_elu(inputs: int, outputs: int, kernel: int = 3) -> nn.Sequential:
    conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)
    return nn.Sequential(conv, nn.ELU())


def _every(step: int, depth: Tensor, like: Tensor) -> Tensor:
    return depth[..., ::step, ::step].to(like.dtype)
