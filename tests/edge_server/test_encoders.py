"""What BTS sees with: five scales, and torchvision's names."""

from __future__ import annotations

import pytest
import torch

from edge_runtime.errors import WeightsError
from edge_server.networks.encoders import LAYOUTS, Encoder, encoder_of
from edge_server.torchvision_ops import torchvision


@pytest.mark.parametrize("name", list(LAYOUTS))
def test_features_have_the_scales_and_channels_that_are_said(name: str) -> None:
    with torch.device("meta"):
        encoder = Encoder(name)
        features = encoder(torch.empty(1, 3, 64, 96))
    sizes = [tuple(feature.shape[2:]) for feature in features]
    assert sizes == [(32, 48), (16, 24), (8, 12), (4, 6), (2, 3)]
    assert tuple(feature.shape[1] for feature in features) == LAYOUTS[name].channels


@pytest.mark.parametrize("name", list(LAYOUTS))
def test_an_encoder_is_known_by_its_tensors(name: str) -> None:
    with torch.device("meta"):
        tensors = Encoder(name).state_dict(prefix="encoder.")
        whole = torchvision().models.get_model(LAYOUTS[name].classifier, weights=None)
    assert encoder_of(tensors) == name
    published = {key.removeprefix("features.") for key in whole.state_dict()}
    head = {"fc.weight", "fc.bias", "classifier.weight", "classifier.bias"}
    ours = {key.removeprefix("encoder.base_model.") for key in tensors}
    assert ours == published - head


def test_what_is_no_encoder_is_an_error() -> None:
    with pytest.raises(WeightsError, match="give one of densenet161"):
        encoder_of({"decoder.bn5.weight": torch.ones(1)})


def test_the_deepest_features_are_not_negative() -> None:
    torch.manual_seed(0)
    encoder = Encoder("densenet121").eval()
    with torch.inference_mode():
        features = encoder(torch.randn(1, 3, 64, 64))
    assert features[-1].min() == 0
    assert features[0].shape == (1, 64, 32, 32)
