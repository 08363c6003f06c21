"""From a photo to metres, with a small BTS of random weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from edge_runtime.errors import WeightsError
from edge_server.networks.bts import BTS
from edge_server.networks.bts_photos import (
    Camera,
    DepthEstimator,
    imported,
    loaded,
    network_size,
)

CAMERA = Camera(max_depth=10.0, focal=518.8579, side=128)


@pytest.fixture(scope="module")
def tensors() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    state: dict[str, torch.Tensor] = BTS("densenet121", 10.0, size=128).state_dict()
    return state


@pytest.fixture(scope="module")
def estimator(tensors: dict[str, torch.Tensor]) -> DepthEstimator:
    return loaded(imported(tensors), CAMERA, "cpu")


def photo(height: int, width: int) -> Any:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("size_hw", "side", "expected"),
    [
        ((480, 640), 640, (480, 640)),
        ((3024, 4032), 640, (480, 640)),
        ((640, 480), 640, (640, 480)),
        ((375, 1242), 1216, (352, 1216)),
        ((100, 100), 640, (640, 640)),
        ((33, 4000), 640, (32, 640)),
        ((480, 640), 333, (256, 320)),
    ],
)
def test_the_network_sees_multiples_of_32(
    size_hw: tuple[int, int], side: int, expected: tuple[int, int]
) -> None:
    assert network_size(size_hw, side) == expected


@pytest.mark.parametrize("size_hw", [(96, 128), (333, 517), (64, 33)])
def test_depth_has_the_size_of_the_photo(
    estimator: DepthEstimator, size_hw: tuple[int, int]
) -> None:
    metres = estimator.depth(photo(*size_hw))
    assert metres.shape == size_hw
    assert metres.dtype == np.float32
    assert metres.min() >= 0
    assert metres.max() <= 10


def test_folding_changes_nothing(
    estimator: DepthEstimator, tensors: dict[str, torch.Tensor]
) -> None:
    network = BTS("densenet121", 10.0, size=128).eval()
    network.load_state_dict(tensors)
    picture = estimator.prepared(photo(96, 128), 128)
    with torch.inference_mode():
        expected = network(picture)
        found = estimator.maps(picture)
    for one, other in zip(found, expected, strict=True):
        assert torch.allclose(one, other, atol=1e-4)


def test_a_photo_of_the_right_size_is_only_normalised(estimator: DepthEstimator) -> None:
    rgb = photo(96, 128)
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    expected = ((rgb / 255 - mean) / std).transpose(2, 0, 1)
    assert np.allclose(estimator.prepared(rgb, 128)[0].numpy(), expected, atol=1e-5)


def test_the_head_of_a_classifier_is_left_out() -> None:
    with torch.device("meta"):
        state = BTS("resnet50", 10.0, size=128).state_dict()
        extra = {"encoder.base_model.fc.weight": torch.empty(1000, 2048)}
    assert not any(".fc." in name for name in imported({**state, **extra}))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"decoder.bn5.weight": None}, "lacks"),
        ({"decoder.extra": torch.ones(1)}, "has, and the network has not"),
        ({"decoder.conv1.0.weight": torch.ones(3)}, "has the shape"),
    ],
)
def test_what_is_no_whole_network_is_an_error(
    tensors: dict[str, torch.Tensor], change: dict[str, Any], words: str
) -> None:
    changed = {**tensors, **change}
    changed = {name: value for name, value in changed.items() if value is not None}
    with pytest.raises(WeightsError, match=words):
        imported(changed)


def test_bfloat16_says_nearly_the_same(estimator: DepthEstimator) -> None:
    from edge_server.networks.precision import Precision, distance

    exact = estimator.maps_of_testcard(Precision.FLOAT32)
    half = estimator.maps_of_testcard(Precision.BFLOAT16)
    estimator.precision = Precision.FLOAT32
    assert 0 < distance(exact, half) < 0.02
