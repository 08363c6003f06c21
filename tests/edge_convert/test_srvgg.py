from __future__ import annotations

import torch
from torch.nn import functional as F

from edge_convert.networks.srvgg import REACH, SCALE, Compact


def made() -> Compact:
    torch.manual_seed(0)
    return Compact().eval().requires_grad_(requires_grad=False)


def test_placing_is_a_pixel_shuffle_beside_the_photos_own_pixels() -> None:
    """As the source's graph has it: shuffled detail and the photo, enlarged, are added."""
    network = made()
    image = torch.rand(1, 3, 9, 7) * 255
    x = image / 255
    for layer in network.layers:
        x = layer(x)
    shuffled = F.pixel_shuffle(network.detail(x), SCALE)
    wanted = shuffled + F.interpolate(image / 255, scale_factor=float(SCALE))
    (picture,) = network(image)
    assert picture.shape == (1, 3, 36, 28)
    torch.testing.assert_close(picture, wanted.clamp(0, 1) * 255, atol=1e-3, rtol=0)


def test_without_detail_a_pixel_becomes_a_square() -> None:
    network = made()
    for tensor in network.detail.parameters():
        tensor.zero_()
    image = torch.randint(0, 256, (1, 3, 4, 5)).float()
    (picture,) = network(image)
    torch.testing.assert_close(picture, F.interpolate(image, scale_factor=float(SCALE)))


def test_nothing_beyond_its_reach_is_seen() -> None:
    network = made()
    image = torch.rand(1, 3, 1, 2 * REACH + 3) * 255
    changed = image.clone()
    changed[..., -1] = 255 - changed[..., -1]
    (one,), (other,) = network(image), network(changed)
    end = SCALE * (image.shape[3] - 1 - REACH)
    assert torch.equal(one[..., :end], other[..., :end])
