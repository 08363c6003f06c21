"""LR-ASPP for streets: the very network that fastseg 0.1.2 (with geffnet 1.0.2) builds.

The numbers below were made once by that code, from the same made-up weights and picture.
"""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from edge_server.networks.lraspp import LrAspp  # noqa: E402


def waves(count: int, step: float, start: float = 0) -> Any:
    return torch.sin(torch.arange(count, dtype=torch.float64) * step + start).float()


def made_up(number: int, name: str, value: Any) -> Any:
    wave = waves(value.numel(), 0.37, number).reshape(value.shape)
    if name.endswith("running_var"):
        return 1 + 0.5 * wave
    if name.endswith("running_mean"):
        return 0.1 * wave
    if value.dim() == 4:
        return wave * (2 / value[0].numel()) ** 0.5
    return wave * 0.2 + (1 if name.endswith(".weight") else 0)


@pytest.fixture(scope="module")
def network() -> Any:
    made = LrAspp(19).eval()
    with torch.no_grad():
        for number, (name, value) in enumerate(sorted(made.state_dict().items())):
            if not name.endswith("num_batches_tracked"):
                value.copy_(made_up(number, name, value))
    return made


def test_the_tensors_have_the_published_names_and_shapes(network: Any) -> None:
    shapes = sorted((name, tuple(value.shape)) for name, value in network.state_dict().items())
    assert len(shapes) == 333
    assert hashlib.sha256(repr(shapes).encode()).hexdigest()[:16] == "216015b8697a305d"


def test_the_scores_are_the_published_networks(network: Any) -> None:
    picture = waves(3 * 401 * 430, 0.011).reshape(1, 3, 401, 430)
    with torch.inference_mode():
        scores = network(picture)[0]
    assert scores.shape == (19, 401, 430)
    some = scores[[0, 7, 18], [5, 200, 390], [9, 215, 420]]
    torch.testing.assert_close(
        some, torch.tensor([-1.74683, -0.59023, 0.00312]), atol=2e-4, rtol=0
    )
    means = scores.mean(dim=(1, 2))[:4]
    expected = torch.tensor([-1.81064, 1.25988, -1.38705, 0.68746])
    torch.testing.assert_close(means, expected, atol=2e-4, rtol=0)


@pytest.mark.parametrize("size_hw", [(33, 50), (1, 1), (64, 900)])
def test_small_pictures_too(network: Any, size_hw: tuple[int, int]) -> None:
    with torch.inference_mode():
        assert network(torch.rand(1, 3, *size_hw)).shape == (1, 19, *size_hw)
