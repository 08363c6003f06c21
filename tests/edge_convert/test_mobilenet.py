from __future__ import annotations

import pytest
import torch

from edge_convert.networks.mobilenet import (
    V2_STAGES,
    InvertedResidual,
    Stage,
    depthwise,
    inverted_residuals,
)


def test_the_table_of_the_paper_makes_seventeen_blocks() -> None:
    blocks = inverted_residuals(V2_STAGES, 32, 112)
    assert len(blocks) == 17
    assert blocks[0].expand is None
    assert [b.project.out_channels for b in blocks[::4]] == [16, 32, 64, 96, 320]
    assert sum(block.adds for block in blocks) == 10
    x = torch.rand(1, 32, 112, 112)
    for block in blocks:
        x = block(x)
    assert x.shape == (1, 320, 7, 7)


# TensorFlow's SAME: ceil(side / stride) results; of the padding the odd one comes last.
@pytest.mark.parametrize(
    ("side", "kernel", "stride", "first"),
    [(6, 3, 2, 0), (5, 3, 2, 1), (6, 5, 2, 1), (5, 5, 2, 2), (5, 3, 1, 1)],
)
def test_padding_is_that_of_tensorflow(side: int, kernel: int, stride: int, first: int) -> None:
    layer = depthwise(1, kernel, stride, odd=side % 2 == 1)
    torch.nn.init.ones_(layer.weight)
    torch.nn.init.zeros_(layer.bias)
    made = layer(torch.ones(1, 1, side, side))
    assert made.shape[2:] == (-(-side // stride),) * 2
    assert made[0, 0, 0, 0].item() == (kernel - first) ** 2  # ones that the corner sees


def test_the_side_is_halved_and_rounded_up_from_stage_to_stage() -> None:
    blocks = inverted_residuals((Stage(1, 4, 1, 2), Stage(6, 8, 2, 2)), 4, 10)
    x = torch.rand(1, 4, 10, 10)
    sides = []
    for block in blocks:
        x = block(x)
        sides.append(x.shape[2])
    assert sides == [5, 3, 3]


def test_its_halves_are_the_whole() -> None:
    block = InvertedResidual((4, 24, 8), 3, 2)
    x = torch.rand(1, 4, 8, 8)
    assert torch.equal(block.reduced(block.expanded(x)), block(x))
    assert block.expanded(x).shape == (1, 24, 8, 8)
