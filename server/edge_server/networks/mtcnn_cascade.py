"""MTCNN's cascade: a pyramid of the photo, proposals, two refinements, five points.

Boxes are ``x0, y0, x1, y1`` float32 [N, 4] in pixels of the photo; the last column and row
belong to a box, as they did in the program that trained the networks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch.nn import functional as F

from edge_server.networks.mtcnn import CELL, STRIDE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from torch import nn

    from edge_server.networks.mtcnn import Mtcnn

    Floats = NDArray[np.float32]
    Pixels = NDArray[np.uint8]

_PROPOSED, _REFINED, _FOUND = 0.6, 0.7, 0.7
_FACTOR = 0.709  # from one picture of the pyramid to the next: half the pixels
_BATCH = 256
# A crowd has some hundreds; noise must not cost seconds.
_MOST = 4096


@dataclass(frozen=True, eq=False)
class Found:
    """``boxes`` float32 [N, 4], ``scores`` [N], the best first, and ``points`` [N, 5, 2]:
    the eyes, the nose, the corners of the mouth, each pair from left to right in the photo.
    """

    boxes: Floats
    scores: Floats
    points: Floats

    def scaled(self, factor: float) -> Found:
        """The same in a photo that is so many times as large."""
        return Found(self.boxes * factor, self.scores, self.points * factor)


def find_faces(networks: Mtcnn, rgb: Pixels, smallest: int, step: Callable[[], None]) -> Found:
    """The faces of a photo, uint8 [H, W, 3], of at least ``smallest`` pixels.

    ``step`` is called between two pictures of the pyramid and before each refinement.
    """
    with torch.inference_mode():
        photo = _planes(networks, rgb)
        boxes = _proposals(networks, photo, smallest, step)
        step()
        boxes = _refined(networks, photo, boxes)
        step()
        return _found(networks, photo, boxes)


def scales(size_hw: tuple[int, int], smallest: int) -> Iterator[float]:
    """What the photo is multiplied with: from the smallest face down to the whole photo."""
    scale = CELL / smallest
    while min(size_hw) * scale >= CELL:
        yield scale
        scale *= _FACTOR


def _proposals(
    networks: Mtcnn, photo: torch.Tensor, smallest: int, step: Callable[[], None]
) -> Floats:
    height, width = photo.shape[2:]
    proposals = [_Proposals(*(np.zeros(size, np.float32) for size in ((0, 4), 0, (0, 4))))]
    for scale in scales((height, width), smallest):
        step()
        small = resized(photo, (int(height * scale + 1), int(width * scale + 1)))
        chance, offsets = networks.pnet(_normal(small))
        found = _cells(_numpy(chance[0]), _numpy(offsets[0]), scale)
        proposals.append(found.take(nms(found.boxes, found.scores, 0.5)))
    every = _Proposals(*(np.concatenate(parts) for parts in zip(*proposals, strict=True)))
    best = every.take(nms(every.boxes, every.scores, 0.7))
    sides = best.boxes[:, 2:] - best.boxes[:, :2]
    return squares(best.boxes + best.offsets * np.tile(sides, 2))


class _Proposals(NamedTuple):
    """``boxes`` float32 [N, 4], ``scores`` [N], ``offsets`` [N, 4] as shares of a side."""

    boxes: Floats
    scores: Floats
    offsets: Floats

    def take(self, indices: NDArray[np.intp]) -> _Proposals:
        """Those of these indices."""
        return _Proposals(*(values[indices] for values in self))


def _cells(chance: Floats, offsets: Floats, scale: float) -> _Proposals:
    """The cells that may be a face, as boxes of the photo."""
    rows, columns = np.nonzero(chance >= _PROPOSED)
    best = np.argsort(-chance[rows, columns], kind="stable")[:_MOST]
    rows, columns = rows[best], columns[best]
    corner = STRIDE * np.stack([columns, rows], axis=1).astype(np.float32) + 1
    boxes = np.floor(np.hstack([corner, corner + CELL - 1]) / np.float32(scale))
    return _Proposals(boxes, chance[rows, columns], offsets[rows, columns])


def _refined(networks: Mtcnn, photo: torch.Tensor, boxes: Floats) -> Floats:
    chance, offsets = _asked(networks.rnet, crops(photo, boxes, 2 * CELL))
    likely = chance > _REFINED
    boxes, chance, offsets = boxes[likely], chance[likely], offsets[likely]
    kept = nms(boxes, chance, 0.7)
    return squares(_moved(boxes[kept], offsets[kept]))


def _found(networks: Mtcnn, photo: torch.Tensor, boxes: Floats) -> Found:
    chance, offsets, shares = _asked(networks.onet, crops(photo, boxes, 4 * CELL))
    likely = chance > _FOUND
    boxes, chance, offsets = boxes[likely], chance[likely], offsets[likely]
    xy = shares[likely].reshape(-1, 2, 5).transpose(0, 2, 1)
    points = boxes[:, None, :2] + xy * _sides(boxes)[:, None] - 1
    moved = _moved(boxes, offsets)
    kept = nms(moved, chance, 0.7, of_smaller=True)
    return Found(boxes=moved[kept], scores=chance[kept], points=points[kept])


def _asked(network: nn.Module, taken: torch.Tensor) -> tuple[Floats, ...]:
    """What a network says to crops, a batch at a time."""
    said = [network(_normal(batch)) for batch in torch.split(taken, _BATCH)]
    return tuple(_numpy(torch.cat(parts)) for parts in zip(*said, strict=True))


def crops(photo: torch.Tensor, boxes: Floats, side: int) -> torch.Tensor:
    """Each box as a square picture [N, 3, side, side], black beyond the photo."""
    taken = photo.new_zeros((len(boxes), 3, side, side))
    for target, (x0, y0, x1, y1) in zip(taken, boxes.astype(int).tolist(), strict=True):
        high, wide = y1 - y0 + 1, x1 - x0 + 1
        inside = photo[..., max(y0 - 1, 0) : max(y1, 0), max(x0 - 1, 0) : max(x1, 0)]
        if inside.numel() and high > 0 and wide > 0:
            top, left = max(1 - y0, 0), max(1 - x0, 0)
            bottom, right = high - top - inside.shape[2], wide - left - inside.shape[3]
            whole = F.pad(inside, (left, right, top, bottom))
            target[:] = resized(whole, (side, side))[0]
    return taken


def squares(boxes: Floats) -> Floats:
    """Each box as a square around its centre, the side being the longer one's."""
    sides = boxes[:, 2:] - boxes[:, :2]
    longer = sides.max(axis=1, keepdims=True)
    corner = boxes[:, :2] + (sides - longer) / 2
    return np.hstack([corner, corner + longer])


def nms(
    boxes: Floats, scores: Floats, limit: float, *, of_smaller: bool = False
) -> NDArray[np.intp]:
    """Indices of the boxes that stay, the best score first; of equal scores the first.

    A box goes where it shares more than ``limit`` of the union with a better one that
    stays, or with ``of_smaller`` of the smaller of the two.
    """
    order = np.argsort(-scores, kind="stable")
    areas = _sides(boxes).prod(axis=1)
    kept = []
    while len(order):
        first, rest = order[0], order[1:]
        kept.append(first)
        corner = np.maximum(boxes[first, :2], boxes[rest, :2])
        other = np.minimum(boxes[first, 2:], boxes[rest, 2:])
        shared = np.clip(other - corner + 1, 0, None).prod(axis=1)
        smaller = np.minimum(areas[first], areas[rest])
        whole = smaller if of_smaller else areas[first] + areas[rest] - shared
        order = rest[shared <= limit * whole]
    return np.array(kept, np.intp)


def _moved(boxes: Floats, offsets: Floats) -> Floats:
    """Boxes with each side moved by that share of the box."""
    moved: Floats = boxes + offsets * np.tile(_sides(boxes), 2)
    return moved


def _sides(boxes: Floats) -> Floats:
    sides: Floats = boxes[:, 2:] - boxes[:, :2] + 1
    return sides


def resized(pictures: torch.Tensor, size_hw: tuple[int, int]) -> torch.Tensor:
    """Each pixel the mean of those that it covers, as the networks were trained."""
    return F.interpolate(pictures, size_hw, mode="area")


def _planes(networks: Mtcnn, rgb: Pixels) -> torch.Tensor:
    """[1, 3, H, W] in 0..255 on the networks' device."""
    device = networks.pnet.conv4_1.weight.device
    return torch.tensor(rgb, device=device).permute(2, 0, 1)[None].float()


def _normal(pictures: torch.Tensor) -> torch.Tensor:
    return (pictures - 127.5) / 128


def _numpy(values: torch.Tensor) -> Floats:
    numbers: Floats = values.cpu().numpy()
    return numbers
