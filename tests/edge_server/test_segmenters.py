"""The segmenters against torchvision's own output, with random weights."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch.nn.functional import interpolate  # noqa: E402

from edge_runtime.errors import WeightsError  # noqa: E402
from edge_runtime.testcard import draw_portrait  # noqa: E402
from edge_server.networks import segmenters  # noqa: E402
from edge_server.networks.segmenters import ARCHITECTURES, Segmenter  # noqa: E402

PHOTO = draw_portrait(150, 110)
CLASSES = 6


def random_network(name: str) -> Any:
    """Untrained, but with running statistics as after some training, and with classes that
    are all to be found in the photo."""
    torch.manual_seed(4)
    network = ARCHITECTURES[name].build(CLASSES)
    pictures = Segmenter(torch.nn.Identity(), "cpu", 64).prepared(PHOTO, 64)
    with torch.no_grad():
        network.train()(pictures.repeat(2, 1, 1, 1))
        usual = reference(network.eval(), pictures).mean(dim=(0, 2, 3))
        biases = dict(network.named_parameters())
        biases[ARCHITECTURES[name].last.replace("weight", "bias")] -= usual
    return network


@pytest.fixture(scope="module", params=list(ARCHITECTURES))
def networks(request: pytest.FixtureRequest) -> Any:
    network = random_network(request.param)
    return network, Segmenter(copy.deepcopy(network), "cpu", side=64)


def reference(network: Any, pictures: Any) -> Any:
    with torch.inference_mode():
        found = network(pictures)
    return found["out"] if isinstance(found, dict) else found


def test_the_scores_are_the_networks_own(networks: Any) -> None:
    network, ours = networks
    pictures = ours.prepared(PHOTO, 64)
    assert pictures.shape == (1, 3, 64, 87)
    theirs = reference(network, pictures)
    with torch.inference_mode():
        found = ours.scores(pictures)
    torch.testing.assert_close(found, theirs, atol=2e-4, rtol=1e-3)


def test_the_classes_are_the_largest_of_the_enlarged_scores(networks: Any) -> None:
    network, ours = networks
    theirs = reference(network, ours.prepared(PHOTO, 64))
    large = interpolate(theirs, size=PHOTO.shape[:2], mode="bilinear")[0].argmax(dim=0)
    found = ours.classes(PHOTO)
    assert found.dtype == np.uint8
    assert found.shape == PHOTO.shape[:2]
    assert (found != large.numpy()).mean() < 2e-3
    assert len(np.unique(found)) > 1


def test_a_small_photo_is_not_enlarged() -> None:
    small = Segmenter(torch.nn.Conv2d(3, 2, 1), "cpu", side=64)
    assert small.prepared(PHOTO[:20, :30], 64).shape == (1, 3, 20, 30)


def test_the_photo_is_normalised_as_in_training() -> None:
    grey = np.full((4, 4, 3), 128, np.uint8)
    pixel = Segmenter(torch.nn.Conv2d(3, 2, 1), "cpu", side=64).prepared(grey, 64)[0, :, 0, 0]
    expected = [
        (128 / 255 - m) / s for m, s in [(0.485, 0.229), (0.456, 0.224), (0.406, 0.225)]
    ]
    torch.testing.assert_close(pixel, torch.tensor(expected))


@pytest.mark.parametrize("size_hw", [(7, 5), (200, 131), (64, 64), (1, 1)])
def test_largest_interpolates(size_hw: tuple[int, int]) -> None:
    scores = torch.rand(3, 9, 11, generator=torch.manual_seed(1))
    expected = interpolate(scores[None], size=size_hw, mode="bilinear")[0].argmax(dim=0)
    found = segmenters._largest(scores, size_hw)
    assert (found != expected.numpy()).mean() < 1e-3


@pytest.mark.parametrize("name", list(ARCHITECTURES))
def test_tensors_say_which_network_they_are_of(name: str) -> None:
    with torch.device("meta"):
        tensors = ARCHITECTURES[name].build(CLASSES).state_dict()
    assert segmenters.architecture_of(tensors) is ARCHITECTURES[name]
    kept = segmenters.imported(tensors | {"aux_classifier.4.bias": torch.zeros(CLASSES)})
    assert kept.keys() == {n for n in tensors if not n.endswith("num_batches_tracked")}


def test_other_tensors_are_refused() -> None:
    with pytest.raises(WeightsError, match="deeplabv3-resnet50"):
        segmenters.imported({"conv.weight": torch.zeros(1)})


def test_what_was_stored_is_loaded(networks: Any) -> None:
    stored = segmenters.imported(networks[0].state_dict())
    again = segmenters.loaded(stored, "cpu")
    again.side = 64
    np.testing.assert_array_equal(again.classes(PHOTO), networks[1].classes(PHOTO))
