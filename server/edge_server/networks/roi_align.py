"""RoIAlign in torch's own operations (He et al., "Mask R-CNN", 2017, section 3).

Every bin of every region is a weighted sum of pixels of the feature map: each sampling
point takes four.  ``embedding_bag`` computes just that, a sum of weighted rows of a table,
without ever writing the rows out; the table is the feature map, one row a pixel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn.functional import embedding_bag

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_ROWS = 1 << 22  # indices and weights that are made at a time: 70 MB


def roi_align(  # noqa: PLR0913, PLR0917  the operation's own signature
    features: torch.Tensor,
    rois: torch.Tensor,
    spatial_scale: float,
    pooled_height: int,
    pooled_width: int,
    sampling_ratio: int,
    aligned: bool,  # noqa: FBT001
) -> torch.Tensor:
    """Regions [K, C, pooled_height, pooled_width], channels last in memory, of ``features``
    [N, C, H, W].

    ``rois`` [K, 5]: the index of the picture, then x0, y0, x1, y1 in units of
    1 / ``spatial_scale`` of a feature's side; ``aligned`` takes a pixel's centre at half.
    Each bin is the mean of ``sampling_ratio`` x ``sampling_ratio`` points, or of one a pixel
    where that is not positive.  A point more than a pixel outside counts as zero.
    """
    count, channels, height, width = features.shape
    table = features.permute(0, 2, 3, 1).reshape(count * height * width, channels)
    pooled = (pooled_height, pooled_width)
    spans = _spans(rois, spatial_scale, aligned=aligned)
    out = table.new_zeros((len(rois), *pooled, channels))
    for chosen, grid in _chunks(spans, pooled, sampling_ratio):
        rows, ys = _axis(spans[chosen, :, 0], pooled_height, grid[0], height)
        columns, xs = _axis(spans[chosen, :, 1], pooled_width, grid[1], width)
        rows = rows + rois[chosen, 0].to(rows.dtype)[:, None, None] * height
        pixels = rows[:, :, None, :, None] * width + columns[:, None, :, None, :]
        weights = ys[:, :, None, :, None] * xs[:, None, :, None, :]
        bags = len(chosen) * pooled_height * pooled_width
        sums = embedding_bag(
            pixels.reshape(bags, -1),
            table,
            per_sample_weights=weights.reshape(bags, -1).to(table.dtype),
            mode="sum",
        )
        out[chosen] = sums.view(len(chosen), *pooled, channels)
    return out.permute(0, 3, 1, 2)


def _spans(rois: torch.Tensor, scale: float, *, aligned: bool) -> torch.Tensor:
    """Where each region begins and how long it is: [K, 2, 2], of (begin, length) each (y, x),
    in pixels of the feature map."""
    corners = rois[:, 1:].to(torch.promote_types(rois.dtype, torch.float32)) * scale
    begin, end = corners[:, [1, 0]], corners[:, [3, 2]]
    if aligned:
        return torch.stack((begin - 0.5, end - begin), dim=1)
    return torch.stack((begin, (end - begin).clamp(min=1)), dim=1)


def _chunks(
    spans: torch.Tensor, pooled: tuple[int, int], sampling_ratio: int
) -> Iterator[tuple[torch.Tensor, tuple[int, int]]]:
    """Indices of regions that are sampled alike, as many as memory allows, and their points
    (down, across) in a bin.  Regions without an area have none, and stay zero."""
    sizes = spans.new_tensor(pooled)
    points = (spans[:, 1] / sizes).ceil().nan_to_num().long()
    if sampling_ratio > 0:
        points = torch.full_like(points, sampling_ratio)
    kinds: set[tuple[int, int]] = set(map(tuple, points.tolist()))
    for down, across in sorted(kinds):
        if down < 1 or across < 1:
            continue
        alike = (points == points.new_tensor((down, across))).all(dim=1).nonzero()[:, 0]
        most = max(1, _MOST_ROWS // (4 * pooled[0] * pooled[1] * down * across))
        for start in range(0, len(alike), most):
            yield alike[start : start + most], (down, across)


def _axis(
    spans: torch.Tensor, bins: int, points: int, size: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """The pixels, and their weights, of every bin along one axis of ``size`` pixels.

    ``spans`` [K, 2] are (begin, length); both answers are [K, bins, 2 x points].
    """
    begin, length = spans[:, 0, None], spans[:, 1, None]
    steps = torch.arange(bins * points, device=spans.device, dtype=spans.dtype)
    at = begin + (steps + 0.5) * (length / (bins * points))
    inside = (at >= -1) & (at <= size)
    at = torch.where(inside, at, 0).clamp(0, size - 1)
    low = at.floor()
    share = at - low
    pixels = torch.stack((low, (low + 1).clamp(max=size - 1)), dim=-1).to(torch.int32)
    weights = torch.stack((1 - share, share), dim=-1) * (inside[..., None] / points)
    shape = (len(spans), bins, 2 * points)
    return pixels.reshape(shape), weights.reshape(shape)
