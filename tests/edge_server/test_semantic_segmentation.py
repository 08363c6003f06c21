"""Semantic segmentation as a heavy model, with random weights in the official form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import save_file  # noqa: E402

from edge_runtime.errors import WeightsError  # noqa: E402
from edge_runtime.testcard import draw_portrait  # noqa: E402
from edge_server.heavy_model import Job, Weights, heavy_model  # noqa: E402
from edge_server.models import semantic_segmentation as module  # noqa: E402
from edge_server.networks.segmenters import ARCHITECTURES  # noqa: E402

MODEL = heavy_model("semantic-segmentation")
PHOTO = draw_portrait(180, 120)


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Any:
    torch.manual_seed(0)
    checkpoint = MODEL.spec.checkpoints[1]
    network = ARCHITECTURES["lraspp-mobilenet-v3"].build(len(checkpoint.labels))
    folder = tmp_path_factory.mktemp("weights")
    torch.save(network.state_dict(), folder / "own.pth")
    tensors = MODEL.to_tensors(folder / "own.pth", checkpoint)
    path = folder / "own.safetensors"
    save_file({name: torch.tensor(np.asarray(value)) for name, value in tensors.items()}, path)
    return MODEL.load(Weights(checkpoint=checkpoint, path=path, sha256="0" * 64), "cpu")


@pytest.mark.parametrize("side", [None, 128])
def test_a_class_for_every_pixel(runner: Any, side: int | None) -> None:
    job = Job(
        rgb=PHOTO,
        params=module.Params(side=side),
        progress=lambda _share: None,
        cancelled=lambda: False,
    )
    (result,) = runner.run([job])
    assert result.classes.shape == (120, 180)
    assert result.classes.max() < len(result.labels) == len(result.palette) == 21
    assert runner.memory_bytes > 9e8


def test_the_labels_and_files_are_torchvisions() -> None:
    from edge_server.torchvision_ops import torchvision

    torchvision()
    from torchvision.models.segmentation import (
        DeepLabV3_ResNet50_Weights,
        LRASPP_MobileNet_V3_Large_Weights,
    )

    published = (DeepLabV3_ResNet50_Weights, LRASPP_MobileNet_V3_Large_Weights)
    for checkpoint, weights in zip(MODEL.spec.checkpoints, published, strict=True):
        theirs = weights.COCO_WITH_VOC_LABELS_V1
        assert ["__background__", *checkpoint.labels[1:]] == theirs.meta["categories"]
        origin: Any = checkpoint.origin
        assert origin.url == theirs.url
        assert f"-{origin.sha256}." in theirs.url


@pytest.mark.parametrize(
    ("index", "colour"),
    [(0, (0, 0, 0)), (1, (128, 0, 0)), (15, (192, 128, 128)), (20, (0, 64, 128))],
)
def test_voc_colours(index: int, colour: tuple[int, int, int]) -> None:
    assert module.voc_colour(index) == colour


def test_every_class_has_a_colour_of_its_own() -> None:
    assert len(set(module.palette_of([str(n) for n in range(256)], {}))) == 256
    assert module.palette_of(("sky", "b"), {"sky": (1, 2, 3)}) == ((1, 2, 3), (128, 0, 0))


def test_labels_have_to_be_as_many_as_classes(tmp_path: Path) -> None:
    network = ARCHITECTURES["lraspp-mobilenet-v3"].build(3)
    torch.save(network.state_dict(), tmp_path / "own.pth")
    with pytest.raises(WeightsError, match="21 labels for 3 classes"):
        MODEL.to_tensors(tmp_path / "own.pth", MODEL.spec.checkpoints[0])


def test_the_side_has_a_range() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"side": 64}', type=MODEL.params)
