from __future__ import annotations

import pytest
import torch

from edge_convert.networks.ssd_mobilenet import GRIDS, SsdMobileNet


@pytest.fixture(scope="module")
def network() -> SsdMobileNet:
    return SsdMobileNet().eval()


def test_every_cell_has_its_anchors(network: SsdMobileNet) -> None:
    counts = [side * side * (6 if level else 3) for level, side in enumerate(GRIDS)]
    assert counts == [1083, 600, 150, 54, 24, 6]
    assert network.centres.shape == network.sizes.shape == (1, sum(counts), 2)
    assert [p.boxes.out_channels for p in network.predictors] == [12, 24, 24, 24, 24, 24]


# By the configuration of the published model: sizes are width, height.
@pytest.mark.parametrize(
    ("index", "centre", "size"),
    [
        (0, (0.5 / 19, 0.5 / 19), (0.1, 0.1)),
        (1, (0.5 / 19, 0.5 / 19), (0.28284, 0.14142)),
        (2, (0.5 / 19, 0.5 / 19), (0.14142, 0.28284)),
        (3, (1.5 / 19, 0.5 / 19), (0.1, 0.1)),
        (1083, (0.05, 0.05), (0.35, 0.35)),
        (1083 + 5, (0.05, 0.05), (0.41833, 0.41833)),
        (1911, (0.5, 0.5), (0.95, 0.95)),
        (1914, (0.5, 0.5), (1.64545, 0.54848)),
        (1916, (0.5, 0.5), (0.97468, 0.97468)),
    ],
)
def test_anchors_lie_where_the_source_has_them(
    network: SsdMobileNet, index: int, centre: tuple[float, float], size: tuple[float, float]
) -> None:
    assert network.centres[0, index].tolist() == pytest.approx(centre, abs=1e-5)
    assert network.sizes[0, index].tolist() == pytest.approx(size, abs=2e-4)


def test_nothing_said_is_the_anchor_itself(network: SsdMobileNet) -> None:
    boxes = network.decoded(torch.zeros(1, 1917, 4))
    inside = (network.centres - network.sizes / 2).clamp(0, 1)
    assert torch.allclose(boxes[..., :2], inside)
    assert boxes[0, 1083].tolist() == pytest.approx([0, 0, 0.225, 0.225])


def test_numbers_move_and_stretch_a_box(network: SsdMobileNet) -> None:
    raw = torch.zeros(1, 1917, 4)
    raw[0, 1200] = torch.tensor([1.0, -2, 5 * torch.log(torch.tensor(0.5)), 0])
    (x, y), (w, h) = network.centres[0, 1200], network.sizes[0, 1200]
    x, y, w = x + 0.1 * w, y - 0.2 * h, w / 2
    wanted = torch.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2]).clamp(0, 1)
    assert torch.allclose(network.decoded(raw)[0, 1200], wanted)


def test_shapes_and_ranges(network: SsdMobileNet) -> None:
    with torch.no_grad():
        boxes, scores = network(torch.full((1, 3, 300, 300), 127.0))
    assert (boxes.shape, scores.shape) == ((1, 1917, 4), (1, 1917, 80))
    assert 0 <= boxes.min() <= boxes.max() <= 1
    assert 0 <= scores.min() <= scores.max() <= 1
