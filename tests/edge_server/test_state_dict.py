from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")

from edge_runtime.errors import WeightsError  # noqa: E402
from edge_server.networks.state_dict import fitting  # noqa: E402


@pytest.fixture
def network() -> Any:
    with torch.device("meta"):
        return torch.nn.Sequential(torch.nn.Conv2d(1, 2, 1), torch.nn.BatchNorm2d(2))


@pytest.fixture
def tensors() -> Any:
    made = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 1), torch.nn.BatchNorm2d(2))
    return made.state_dict()


def test_the_very_tensors_without_the_counter(network: Any, tensors: Any) -> None:
    kept = fitting(tensors | {"aux.bias": torch.zeros(1)}, network, drop=("aux.",))
    assert kept.keys() == tensors.keys() - {"1.num_batches_tracked"}
    assert kept["0.weight"] is tensors["0.weight"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"0.weight": None}, r"lacks 0\.weight \(1 such\)"),
        ({"2.weight": torch.zeros(1)}, r"network has not, 2\.weight \(1 such\)"),
        ({"1.bias": torch.zeros(3)}, r"1\.bias has the shape \(3,\), the network's is \(2,\)"),
    ],
)
def test_others_are_named(network: Any, tensors: Any, change: Any, message: str) -> None:
    changed = {n: v for n, v in (tensors | change).items() if v is not None}
    with pytest.raises(WeightsError, match=message):
        fitting(changed, network)
