"""ResNet-50 against torchvision's own way, with the same random weights."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")

from edge_runtime.errors import WeightsError  # noqa: E402
from edge_server.networks import resnet  # noqa: E402
from edge_server.torchvision_ops import torchvision  # noqa: E402

CLASSES = 12


@pytest.fixture(scope="module")
def network() -> Any:
    torch.manual_seed(5)
    made: Any = resnet.build(CLASSES)
    with torch.no_grad():  # numbers that differ from photo to photo, and normalisation at work
        made.fc.weight.mul_(3)
        for module in made.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.normal_(0, 0.05)
                module.running_var.uniform_(0.7, 1.4)
    return made


@pytest.fixture(scope="module")
def classifier(network: Any) -> resnet.Classifier:
    return resnet.Classifier(copy.deepcopy(network), "cpu")


def test_a_photo_is_named_as_torchvision_names_it(
    network: Any, classifier: resnet.Classifier, samples: Path
) -> None:
    torchvision()
    from torchvision.models import ResNet50_Weights
    from torchvision.transforms.functional import pil_to_tensor

    with Image.open(samples / "rocket.jpg") as opened:
        photo = opened.convert("RGB")
    prepare = ResNet50_Weights.IMAGENET1K_V2.transforms()
    with torch.inference_mode():
        expected = network(prepare(pil_to_tensor(photo))[None])[0].softmax(dim=0).numpy()
    found = classifier.probabilities(np.asarray(photo))
    assert np.ptp(expected) > 0.01
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    ("shape", "left"),
    [((10, 40), (10, 40)), ((10, 41), (10, 41)), ((9, 900), (9, 36)), ((900, 1), (4, 1))],
)
def test_of_a_long_photo_the_middle_is_looked_at(
    shape: tuple[int, int], left: tuple[int, int]
) -> None:
    rgb = np.zeros((*shape, 3), np.uint8)
    rgb[shape[0] // 2, shape[1] // 2] = 1
    cut = resnet.middle(rgb)
    assert cut.shape[:2] == left
    assert cut.any()


def test_a_strip_costs_no_more_than_a_photo(classifier: resnet.Classifier) -> None:
    found = classifier.probabilities(np.full((2, 16_000, 3), 80, np.uint8))
    assert found.sum() == pytest.approx(1, abs=1e-4)


def test_names_are_those_of_the_weights() -> None:
    names = resnet.imagenet_names()
    assert len(names) == 1000
    assert (names[0], names[281]) == ("tench", "tabby")


def test_other_tensors_are_refused(network: Any) -> None:
    with pytest.raises(WeightsError, match="no ResNet-50"):
        resnet.imported({"conv.weight": torch.zeros(1)})
    tensors = dict(network.state_dict())
    kept = resnet.imported(tensors)
    assert kept.keys() == {n for n in tensors if not n.endswith("num_batches_tracked")}
    del tensors["layer1.0.conv1.weight"]
    with pytest.raises(WeightsError, match="lacks layer1"):
        resnet.imported(tensors)


def test_memory_is_given_back() -> None:
    made = resnet.Classifier(torch.nn.Sequential(), "cpu")
    made.close()
    assert made.network is None
