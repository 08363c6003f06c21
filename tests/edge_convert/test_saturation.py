from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from edge_convert import litert
from edge_convert.flatbuffer import tensor_names
from edge_convert.light_model import light_model
from edge_convert.ranges import Ranges
from edge_convert.saturation import LIMIT, with_sigmoid_ranges


class TwoHeads(nn.Module):
    """Two grids of logits joined and squashed, as SSD has them."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Conv2d(3, 4, 3)
        self.fine, self.coarse = nn.Conv2d(4, 2, 1), nn.Conv2d(4, 2, 3, 2)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor]:
        x = torch.relu(self.body(image))
        heads = [
            head(x).permute(0, 2, 3, 1).reshape(1, -1, 2) for head in (self.fine, self.coarse)
        ]
        return (torch.sigmoid(torch.cat(heads, 1)),)


@pytest.fixture(scope="module")
def ranges(tmp_path_factory: pytest.TempPathFactory) -> Ranges:
    out = tmp_path_factory.mktemp("saturation") / "heads.tflite"
    spec = light_model("smile").spec
    litert.export(TwoHeads().eval(), spec, (9, 9), out)
    file = out.read_bytes()
    return with_sigmoid_ranges(file, dict.fromkeys(tensor_names(file), (-40.0, 0.5)))


def test_all_that_is_joined_before_a_sigmoid_is_known(ranges: Ranges) -> None:
    known = [name for name, range_ in ranges.items() if range_ == (-LIMIT, LIMIT)]
    assert len(known) >= 5  # two convolutions, two reshapes, their concatenation
    assert any("fine" in name for name in known)


def test_everything_else_is_as_measured(ranges: Ranges) -> None:
    others = {name for name, range_ in ranges.items() if range_ == (-40.0, 0.5)}
    assert {"image", "probabilities"} <= others
    assert any(name.startswith("body") for name in others)


def test_a_sigmoid_ends_at_the_limit() -> None:
    assert 1 / (1 + np.exp(-LIMIT)) > 0.9996
    step = 2 * LIMIT / 255
    assert step / 4 < 0.016  # a sigmoid is a quarter as steep, at most
