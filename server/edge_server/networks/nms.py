"""Non-maximum suppression in torch's own operations, a block of boxes at a time."""

from __future__ import annotations

import torch

_BLOCK = 512


def nms(boxes: torch.Tensor, scores: torch.Tensor, iou_threshold: float) -> torch.Tensor:
    """Indices int64 of the boxes that stay, the best score first.

    ``boxes`` [N, 4] as x0, y0, x1, y1; ``scores`` [N].  A box goes where its intersection
    over union with a better one that stays is greater than ``iou_threshold``; of equal
    scores the first in order is the better.  Memory is at most 512 x N.
    """
    order = scores.sort(stable=True, descending=True).indices
    ordered = boxes[order]
    alive = torch.ones(len(ordered), dtype=torch.bool, device=boxes.device)
    for start in range(0, len(ordered), _BLOCK):
        block = slice(start, start + _BLOCK)
        over = _overlapping(ordered[block], ordered[start:], iou_threshold)
        alive[block] = _settled(alive[block], over[:, :_BLOCK])
        alive[start + _BLOCK :] &= ~over[alive[block], _BLOCK:].any(dim=0)
    return order[alive]


def _settled(alive: torch.Tensor, over: torch.Tensor) -> torch.Tensor:
    """Which boxes of a block stay: bool [B] of ``alive`` and the overlaps bool [B, B].

    Whether box i stays depends on better boxes only, so that after i rounds it is settled;
    real overlaps form chains of a few boxes, and nothing changes after as many rounds.
    """
    better = over.triu(diagonal=1)
    stays = alive
    while True:
        now = alive & ~better[stays].any(dim=0)
        if torch.equal(now, stays):
            return stays
        stays = now


def _overlapping(first: torch.Tensor, second: torch.Tensor, threshold: float) -> torch.Tensor:
    """Whether the IoU of each of [N, 4] with each of [M, 4] is greater: bool [N, M]."""
    corner = torch.maximum(first[:, None, :2], second[None, :, :2])
    other = torch.minimum(first[:, None, 2:], second[None, :, 2:])
    width, height = (other - corner).clamp(min=0).unbind(dim=-1)
    shared = width * height
    return shared / (_area(first)[:, None] + _area(second)[None] - shared) > threshold


def _area(boxes: torch.Tensor) -> torch.Tensor:
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
