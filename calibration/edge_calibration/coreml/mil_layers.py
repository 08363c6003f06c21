"""Core ML's operations, in PyTorch: those that make up a network's layers.

Each function takes the operation's own parameter names (source: the MIL operation
reference of coremltools 9) as float32, int or bool tensors, or strings, and returns a
tensor.  The table :data:`LAYERS` names those that are supported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional as F

from edge_calibration.coreml.mil_arrays import integers, scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor


def _same_padding(
    x: Tensor, kernel: list[int], strides: list[int], *, lower: bool
) -> list[int]:
    pads: list[int] = []
    for size, k, s in zip(x.shape[2:], kernel, strides, strict=True):
        total = max((-(-size // s) - 1) * s + k - size, 0)
        small = total // 2
        pads += [total - small, small] if lower else [small, total - small]
    return pads


def _spatial_pads(
    x: Tensor, pad_type: str, pad: Tensor | None, kernel: list[int], strides: list[int]
) -> list[int]:
    """[before, after] for each spatial dimension, the first dimension first."""
    if pad_type == "valid":
        return [0] * (2 * len(kernel))
    if pad_type == "custom" and pad is not None:
        return integers(pad)
    return _same_padding(x, kernel, strides, lower=pad_type == "same_lower")


def _pad_last(x: Tensor, pads: list[int], mode: str = "constant", value: float = 0.0) -> Tensor:
    """Pad the last dimensions; ``pads`` has the first of them first, torch the last."""
    pairs = [pads[i : i + 2] for i in range(0, len(pads), 2)]
    while len(pairs) > 1 and pairs[0] == [0, 0]:
        pairs = pairs[1:]
    flat = [p for pair in reversed(pairs) for p in pair]
    return F.pad(x, flat, mode=mode, value=value if mode == "constant" else None)


def conv(
    x: Tensor,
    weight: Tensor,
    strides: Tensor,
    dilations: Tensor,
    groups: Tensor,
    pad_type: str,
    pad: Tensor | None = None,
    bias: Tensor | None = None,
) -> Tensor:
    """Convolve; ``weight`` is [out, in / groups, *kernel]."""
    steps, reach = integers(strides), integers(dilations)
    kernel = [(k - 1) * d + 1 for k, d in zip(weight.shape[2:], reach, strict=True)]
    x = _pad_last(x, _spatial_pads(x, pad_type, pad, kernel, steps))
    run = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}[len(kernel)]
    return run(x, weight, bias, stride=steps, dilation=reach, groups=scalar(groups))


def conv_transpose(
    x: Tensor,
    weight: Tensor,
    strides: Tensor,
    dilations: Tensor,
    groups: Tensor,
    pad_type: str,
    pad: Tensor | None = None,
    bias: Tensor | None = None,
    output_shape: Tensor | None = None,
) -> Tensor:
    """Transposed convolution; ``weight`` is [in, out / groups, height, width]."""
    del output_shape  # it repeats what the other numbers say
    whole = F.conv_transpose2d(
        x, weight, bias, integers(strides), groups=scalar(groups), dilation=integers(dilations)
    )
    if pad_type != "custom" or pad is None:
        return whole
    return _pad_last(whole, [-p for p in integers(pad)])


def max_pool(
    x: Tensor,
    kernel_sizes: Tensor,
    strides: Tensor,
    pad_type: str,
    pad: Tensor | None = None,
    ceil_mode: Tensor | None = None,
) -> Tensor:
    """Largest value under the kernel; padding never wins."""
    kernel, steps = integers(kernel_sizes), integers(strides)
    pads = _spatial_pads(x, pad_type, pad, kernel, steps)
    x = _pad_last(x, pads, value=float("-inf"))
    return F.max_pool2d(x, kernel, steps, ceil_mode=ceil_mode is not None and scalar(ceil_mode))


def avg_pool(
    x: Tensor,
    kernel_sizes: Tensor,
    strides: Tensor,
    pad_type: str,
    pad: Tensor | None = None,
    exclude_padding_from_average: Tensor | None = None,
    ceil_mode: Tensor | None = None,
) -> Tensor:
    """Mean under the kernel, over the whole kernel or what of it is inside."""
    kernel, steps = integers(kernel_sizes), integers(strides)
    pads = _spatial_pads(x, pad_type, pad, kernel, steps)
    ceil = ceil_mode is not None and scalar(ceil_mode)
    total = F.avg_pool2d(_pad_last(x, pads), kernel, steps, ceil_mode=ceil)
    if exclude_padding_from_average is None or not scalar(exclude_padding_from_average):
        return total
    inside = F.avg_pool2d(_pad_last(torch.ones_like(x), pads), kernel, steps, ceil_mode=ceil)
    return total / inside


def pad(
    x: Tensor, pad: Tensor, mode: str = "constant", constant_val: Tensor | None = None
) -> Tensor:
    """Pad the last dimensions by constants, by reflection or by the edge."""
    value = 0.0 if constant_val is None else float(scalar(constant_val))
    return _pad_last(x, integers(pad), mode, value)


def upsample_bilinear(
    x: Tensor,
    scale_factor_height: Tensor,
    scale_factor_width: Tensor,
    align_corners: Tensor,
    half_pixel_centers: Tensor | None = None,
) -> Tensor:
    """Enlarge bilinearly; without aligned corners the centres are half-pixel."""
    aligned = bool(scalar(align_corners))
    if half_pixel_centers is not None and not aligned and not scalar(half_pixel_centers):
        raise ValueError(
            "upsample_bilinear with neither aligned corners nor half-pixel centres"
        )
    size = _scaled(x, scale_factor_height, scale_factor_width)
    return F.interpolate(x, size, mode="bilinear", align_corners=aligned)


def upsample_nearest_neighbor(
    x: Tensor, scale_factor_height: Tensor, scale_factor_width: Tensor
) -> Tensor:
    """Enlarge by repeating pixels."""
    return F.interpolate(x, _scaled(x, scale_factor_height, scale_factor_width), mode="nearest")


def _scaled(x: Tensor, height: Tensor, width: Tensor) -> list[int]:
    return [int(x.shape[-2] * scalar(height) + 1e-4), int(x.shape[-1] * scalar(width) + 1e-4)]


def resize_bilinear(
    x: Tensor, target_size_height: Tensor, target_size_width: Tensor, sampling_mode: str
) -> Tensor:
    """Resize bilinearly; the modes that torch has a name for."""
    aligned = {"STRICT_ALIGN_CORNERS": True, "ALIGN_CORNERS": True, "UNALIGN_CORNERS": False}
    if sampling_mode not in aligned:
        raise ValueError(f"resize_bilinear with sampling_mode {sampling_mode}")
    size = [scalar(target_size_height), scalar(target_size_width)]
    return F.interpolate(x, size, mode="bilinear", align_corners=aligned[sampling_mode])


def batch_norm(
    x: Tensor,
    mean: Tensor,
    variance: Tensor,
    gamma: Tensor | None = None,
    beta: Tensor | None = None,
    epsilon: Tensor | None = None,
) -> Tensor:
    """Normalise by stored statistics."""
    eps = 1e-5 if epsilon is None else float(scalar(epsilon))
    return F.batch_norm(x, mean, variance, gamma, beta, eps=eps)


def instance_norm(
    x: Tensor,
    gamma: Tensor | None = None,
    beta: Tensor | None = None,
    epsilon: Tensor | None = None,
) -> Tensor:
    """Normalise each channel of each picture by its own statistics."""
    eps = 1e-5 if epsilon is None else float(scalar(epsilon))
    return F.instance_norm(x, weight=gamma, bias=beta, eps=eps)


def prelu(x: Tensor, alpha: Tensor) -> Tensor:
    """Slope ``alpha`` below zero, one a channel."""
    return F.prelu(x, alpha.reshape(-1))


def depth_to_space(x: Tensor, block_size: Tensor) -> Tensor:
    """Channels to pixels, the block's place the slowest part of the channel."""
    n, c, h, w = x.shape
    b = scalar(block_size)
    x = x.reshape(n, b, b, c // (b * b), h, w).permute(0, 3, 4, 1, 5, 2)
    return x.reshape(n, c // (b * b), h * b, w * b)


LAYERS: dict[str, Callable[..., Any]] = {
    "avg_pool": avg_pool,
    "batch_norm": batch_norm,
    "conv": conv,
    "conv_transpose": conv_transpose,
    "depth_to_space": depth_to_space,
    "instance_norm": instance_norm,
    "leaky_relu": lambda x, alpha: F.leaky_relu(x, scalar(alpha)),
    "linear": lambda x, weight, bias=None: F.linear(x, weight, bias),
    "max_pool": max_pool,
    "pad": pad,
    "pixel_shuffle": lambda x, upscale_factor: F.pixel_shuffle(x, scalar(upscale_factor)),
    "prelu": prelu,
    "relu6": lambda x: x.clamp(0, 6),
    "resize_bilinear": resize_bilinear,
    "sigmoid_hard": lambda x, alpha, beta: (x * alpha + beta).clamp(0, 1),
    "silu": F.silu,
    "softmax": lambda x, axis: F.softmax(x, scalar(axis)),
    "thresholded_relu": lambda x, alpha: torch.where(x >= alpha, x, torch.zeros_like(x)),
    "upsample_bilinear": upsample_bilinear,
    "upsample_nearest_neighbor": upsample_nearest_neighbor,
}
