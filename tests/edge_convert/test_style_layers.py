from __future__ import annotations

import torch
from torch import nn

from edge_convert.networks.style_layers import Residual, Styled, StyleNorm, doubled, mirrored


def norm_of(channels: int) -> StyleNorm:
    """Two styles: the first leaves mean 0 and spread 1, the second wants mean 5, spread 3."""
    norm = StyleNorm(2, channels, bias=False)
    norm.scale.weight.data = (
        torch.tensor([1.0, 3]).reshape(1, 2, 1, 1).repeat(channels, 1, 1, 1)
    )
    norm.shift.weight.data = (
        torch.tensor([0.0, 5]).reshape(1, 2, 1, 1).repeat(channels, 1, 1, 1)
    )
    return norm


def column(*parts: float) -> torch.Tensor:
    return torch.tensor(parts, dtype=torch.float32).reshape(1, -1, 1, 1)


def test_the_style_sets_mean_and_spread_of_each_channel() -> None:
    x = torch.rand(1, 4, 16, 12) * torch.tensor([1, 10, 100, 1000]).reshape(1, 4, 1, 1) + 50
    for style, mean, spread in (((1.0, 0), 0, 1), ((0, 1.0), 5, 3), ((0.5, 0.5), 2.5, 2)):
        y = norm_of(4)(x, column(*style))
        assert torch.allclose(y.mean((2, 3)), torch.full((1, 4), float(mean)), atol=1e-3)
        assert torch.allclose(
            y.std((2, 3), correction=0), torch.full((1, 4), float(spread)), atol=1e-3
        )


def test_a_flat_channel_is_no_division_by_zero() -> None:
    assert torch.equal(
        norm_of(1)(torch.full((1, 1, 4, 4), 7.0), column(1, 0)), torch.zeros(1, 1, 4, 4)
    )


def test_wide_ranges_survive_half_precision() -> None:
    """Their squares are more than float16 holds, which is what a phone computes in."""
    norm = norm_of(3)
    x = torch.linspace(-900, 900, 3 * 8 * 8).reshape(1, 3, 8, 8)
    style = torch.tensor([0.3, 0.7]).reshape(1, 2, 1, 1)
    with torch.no_grad():
        wanted = norm(x, style)
        made = norm.half()(x.half(), style.half()).float()
    assert (made - wanted).abs().max() < 0.02


def test_the_norm_is_the_papers_to_the_last_bit() -> None:
    norm = norm_of(3)
    x = torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(1)) * 50
    style = torch.tensor([0.3, 0.7]).reshape(1, 2, 1, 1)
    with torch.no_grad():
        centred = x - x.mean((2, 3), keepdim=True)
        spread = torch.rsqrt((centred * centred).mean((2, 3), keepdim=True) + 1e-5)
        wanted = centred * (norm.scale(style) * spread) + norm.shift(style)
        assert torch.equal(norm(x, style), wanted)


def test_borders_are_mirrored_and_sizes_kept() -> None:
    conv = mirrored(1, 1, 3)
    conv.weight.data = torch.zeros(1, 1, 3, 3)
    conv.weight.data[0, 0, 1, 0] = 1  # each pixel becomes its left neighbour
    row = torch.tensor([[1.0, 2, 3]]).reshape(1, 1, 1, 3).repeat(1, 1, 3, 1)
    assert conv(row)[0, 0, 1].tolist() == [2, 1, 2]
    assert mirrored(3, 8, 9, 2)(torch.rand(1, 3, 16, 12)).shape == (1, 8, 8, 6)


def test_a_residual_adds_what_came_in() -> None:
    def silent() -> Styled:
        norm = norm_of(2)
        nn.init.zeros_(norm.scale.weight)
        nn.init.zeros_(norm.shift.weight)
        return Styled(mirrored(2, 2, 3), norm)

    x = torch.rand(1, 2, 8, 8)
    assert torch.equal(Residual(silent(), silent())(x, column(1, 0)), x)


def test_doubling_repeats_each_pixel() -> None:
    x = torch.tensor([[1.0, 2], [3, 4]]).reshape(1, 1, 2, 2)
    assert doubled(x)[0, 0].tolist() == [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
