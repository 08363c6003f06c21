"""The way through Faster R-CNN against torchvision's own, with the same random weights."""

from __future__ import annotations

import copy
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from edge_runtime.errors import WeightsError  # noqa: E402
from edge_runtime.testcard import draw_portrait  # noqa: E402
from edge_server.networks import faster_rcnn, mask_rcnn  # noqa: E402
from edge_server.networks.faster_rcnn import Choice  # noqa: E402

SIDE = 80
PHOTO = draw_portrait(150, 110)


@pytest.fixture(scope="module", params=["v2"])
def networks(request: pytest.FixtureRequest) -> Any:
    """torchvision's network, and the same one here."""
    torch.manual_seed(4)
    network: Any = faster_rcnn.build(request.param, 5)
    network.transform.min_size = (SIDE,)
    network.rpn._post_nms_top_n = {"training": 40, "testing": 40}  # of 1000: as many do
    network.roi_heads.score_thresh = 0.05
    return network, faster_rcnn.FasterRcnn(copy.deepcopy(network), "cpu")


@pytest.fixture(scope="module")
def found(networks: Any) -> Any:
    return networks[1].find(PHOTO, Choice(side=SIDE))


def test_it_finds_what_torchvision_finds(networks: Any, found: Any) -> None:
    pixels = torch.tensor(PHOTO).permute(2, 0, 1) / 255
    with torch.inference_mode():
        expected = networks[0]([pixels])[0]
    assert len(found.scores) > 20
    torch.testing.assert_close(found.scores, expected["scores"], atol=1e-5, rtol=1e-4)
    assert torch.equal(found.classes, expected["labels"])
    torch.testing.assert_close(found.boxes_xyxy, expected["boxes"], atol=0.01, rtol=1e-4)


def test_a_threshold_is_kept(networks: Any, found: Any) -> None:
    some = networks[1].find(PHOTO, Choice(side=SIDE, score=float(found.scores[4])))
    assert len(some.scores) == 4


def test_each_stage_is_told_and_can_end_it(networks: Any) -> None:
    shares: list[float] = []

    def after(share: float) -> None:
        shares.append(share)
        if share > 0.45:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        networks[1].find(PHOTO, Choice(side=SIDE), after)
    assert shares == [0.4, 0.5]


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_mask_rcnn_without_its_masks_is_one(version: Any) -> None:
    with torch.device("meta"):
        tensors = mask_rcnn.build(version, 3).state_dict()
        own = faster_rcnn.build(version, 3).state_dict()
    kept = faster_rcnn.imported(tensors)
    assert kept.keys() == {n for n in own if not n.endswith("num_batches_tracked")}
    assert (faster_rcnn.version_of(kept), faster_rcnn.classes_of(kept)) == (version, 3)


def test_other_tensors_are_refused() -> None:
    with pytest.raises(WeightsError, match="no Faster R-CNN"):
        faster_rcnn.imported({"conv.weight": torch.zeros(1)})
