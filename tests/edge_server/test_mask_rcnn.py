"""The way through Mask R-CNN against torchvision's own, with the same random weights."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from edge_runtime.errors import WeightsError  # noqa: E402
from edge_runtime.testcard import draw_portrait  # noqa: E402
from edge_server.networks import mask_rcnn  # noqa: E402
from edge_server.networks.mask_rcnn import Choice  # noqa: E402

SIDE = 128
PHOTO = draw_portrait(150, 110)
CLASSES = 5


@pytest.fixture(scope="module", params=["v1", "v2"])
def networks(request: pytest.FixtureRequest) -> Any:
    """torchvision's network, and the same one here."""
    torch.manual_seed(3)
    network = mask_rcnn.build(request.param, CLASSES)
    network.transform.min_size = (SIDE,)
    network.rpn._post_nms_top_n = {"training": 300, "testing": 300}  # of 1000: as many do
    network.roi_heads.score_thresh = 0.05
    return network, mask_rcnn.MaskRcnn(copy.deepcopy(network), "cpu")


@pytest.fixture(scope="module")
def expected(networks: Any) -> Any:
    pixels = torch.tensor(PHOTO).permute(2, 0, 1) / 255
    with torch.inference_mode():
        return networks[0]([pixels])[0]


@pytest.fixture(scope="module")
def found(networks: Any) -> Any:
    return networks[1].find(PHOTO, Choice(side=SIDE))


def test_it_finds_what_torchvision_finds(found: Any, expected: Any) -> None:
    assert len(found.scores) == 100
    torch.testing.assert_close(found.scores, expected["scores"], atol=1e-5, rtol=1e-4)
    assert torch.equal(found.classes, expected["labels"])
    torch.testing.assert_close(found.boxes_xyxy, expected["boxes"], atol=0.01, rtol=1e-4)


def test_it_draws_what_torchvision_draws(found: Any, expected: Any) -> None:
    size_hw = PHOTO.shape[:2]
    drawn = [
        mask_rcnn.drawn(mask, box, size_hw)
        for mask, box in zip(found.masks, found.boxes_xyxy, strict=True)
    ]
    theirs = (expected["masks"][:, 0] >= 0.5).numpy()
    assert drawn[0].dtype == np.bool_
    assert drawn[0].shape == size_hw
    assert (np.stack(drawn) != theirs).mean() < 1e-4
    assert 0.01 < theirs.mean() < 0.99


def test_a_choice_is_what_is_left_of_all(networks: Any, found: Any) -> None:
    """A class and a bound change nothing else: the best of that class, in order."""
    wanted = int(found.classes[0])
    some = networks[1].find(PHOTO, Choice(side=SIDE, most=7, classes=(wanted,)))
    assert set(some.classes.tolist()) == {wanted}
    assert len(some.scores) == 7
    all_of_class = found.scores[found.classes == wanted][:7]
    torch.testing.assert_close(some.scores[: len(all_of_class)], all_of_class)


def test_a_threshold_is_kept(networks: Any, found: Any) -> None:
    score = float(found.scores[4])
    some = networks[1].find(PHOTO, Choice(side=SIDE, score=score))
    assert len(some.scores) == 4
    torch.testing.assert_close(some.masks, found.masks[:4], atol=1e-4, rtol=1e-3)


def test_nothing_found_is_an_answer(networks: Any) -> None:
    none = networks[1].find(PHOTO, Choice(side=SIDE, score=1.0))
    assert none.boxes_xyxy.shape == (0, 4)
    assert none.masks.shape[0] == 0


def test_each_stage_is_told_and_can_end_it(networks: Any) -> None:
    shares = []

    def after(share: float) -> None:
        shares.append(share)
        if share > 0.45:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        networks[1].find(PHOTO, Choice(side=SIDE), after)
    assert shares == [0.4, 0.5]


@pytest.mark.parametrize("box", [[-30, -20, 60, 50], [3.7, 2.2, 8.1, 7.3], [90, 70, 300, 200]])
def test_a_mask_is_drawn_as_torchvision_pastes_it(box: list[float]) -> None:
    from torchvision.models.detection.roi_heads import paste_masks_in_image

    mask = torch.rand(28, 28, generator=torch.manual_seed(1))
    corners = torch.tensor([box], dtype=torch.float32)
    theirs = paste_masks_in_image(mask[None, None], corners, (80, 100))[0, 0] >= 0.5
    ours = mask_rcnn.drawn(mask, corners[0], (80, 100))
    np.testing.assert_array_equal(ours, theirs.numpy())
    assert ours.any()


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_tensors_say_which_version_they_are_of(version: Any) -> None:
    with torch.device("meta"):
        tensors = mask_rcnn.build(version, 3).state_dict()
    assert mask_rcnn.version_of(tensors) == version
    assert mask_rcnn.classes_of(tensors) == 3
    kept = mask_rcnn.imported(tensors)
    assert kept.keys() == {n for n in tensors if not n.endswith("num_batches_tracked")}


def test_other_tensors_are_refused() -> None:
    with pytest.raises(WeightsError, match="no Mask R-CNN"):
        mask_rcnn.imported({"conv.weight": torch.zeros(1)})


def test_the_first_version_was_published_without_epsilon() -> None:
    with torch.device("meta"):
        networks = [mask_rcnn.build(version, 2) for version in ("v1", "v2")]
    norms = [
        {m.eps for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d)}
        for network in networks
    ]
    assert norms == [{0.0}, {1e-5}]
