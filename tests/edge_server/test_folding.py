from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")

from edge_server.networks.folding import fold_batch_norm  # noqa: E402


def network() -> Any:
    torch.manual_seed(0)
    nn = torch.nn
    inner = nn.Sequential(nn.Conv2d(4, 5, 1, bias=False), nn.BatchNorm2d(5), nn.ReLU())
    made = nn.Sequential(nn.BatchNorm2d(3), nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), inner)
    for module in made.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
            module.weight.data.normal_()
    return made.eval()


def test_the_outputs_stay_and_the_norms_go() -> None:
    made, picture = network(), torch.randn(1, 3, 9, 9)
    with torch.inference_mode():
        before = made(picture)
        fold_batch_norm(made)
        torch.testing.assert_close(made(picture), before, atol=1e-5, rtol=1e-5)
    left = [n for n, m in made.named_modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert left == ["0"]  # there is no convolution before it
