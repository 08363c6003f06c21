"""Instance segmentation as a heavy model, with random weights in the official form."""

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
from edge_server.models import instance_segmentation as module  # noqa: E402
from edge_server.networks import mask_rcnn  # noqa: E402
from edge_server.problems import Cancelled, OutputTooLarge, UnknownName  # noqa: E402

MODEL = heavy_model("instance-segmentation")
PHOTO = draw_portrait(180, 120)
LABELS = ("person", "N/A", "hat")


@pytest.fixture(scope="module")
def checkpoint_file(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """As torchvision saves it, of a training with DataParallel, for three classes."""
    torch.manual_seed(0)
    tensors = mask_rcnn.build("v1", 4).state_dict()
    path = tmp_path_factory.mktemp("weights") / "own.pth"
    torch.save({"model": {f"module.{name}": value for name, value in tensors.items()}}, path)
    return path


@pytest.fixture(scope="module")
def runner(checkpoint_file: Path) -> Any:
    own = msgspec.structs.replace(MODEL.spec.checkpoints[0], labels=LABELS)
    tensors = MODEL.to_tensors(checkpoint_file, own)
    path = checkpoint_file.with_suffix(".safetensors")
    save_file({name: torch.tensor(np.asarray(value)) for name, value in tensors.items()}, path)
    return MODEL.load(Weights(checkpoint=own, path=path, sha256="0" * 64), "cpu")


def job(*, cancelled: bool = False, **params: Any) -> Any:
    progress = []
    made = Job(
        rgb=PHOTO,
        params=module.Params(side=320, **params),
        progress=progress.append,
        cancelled=lambda: cancelled,
    )
    return made, progress


def test_the_labels_are_torchvisions() -> None:
    from edge_server.torchvision_ops import torchvision

    torchvision()
    from torchvision.models.detection import (
        MaskRCNN_ResNet50_FPN_V2_Weights,
        MaskRCNN_ResNet50_FPN_Weights,
    )

    published = (MaskRCNN_ResNet50_FPN_V2_Weights, MaskRCNN_ResNet50_FPN_Weights)
    for checkpoint, weights in zip(MODEL.spec.checkpoints, published, strict=True):
        assert list(checkpoint.labels) == weights.COCO_V1.meta["categories"]
        assert checkpoint.origin.url == weights.COCO_V1.url
        assert f"-{checkpoint.origin.sha256}." in weights.COCO_V1.url


def test_instances(runner: Any) -> None:
    given, progress = job(score=0.05, max_instances=9)
    (result,) = runner.run([given])
    assert result.size_hw == (120, 180)
    assert len(result.instances) == 9
    assert {one.label for one in result.instances} <= {"person", "hat"}
    scores = [one.score for one in result.instances]
    assert scores == sorted(scores, reverse=True)
    for one in result.instances:
        rows, columns = np.nonzero(one.mask)
        assert one.mask.shape == (120, 180)
        x0, y0, x1, y1 = one.box_xyxy
        if len(rows):  # a mask may reach a cell beyond its box
            wide, high = (x1 - x0) / 28 + 1, (y1 - y0) / 28 + 1
            assert columns.min() >= x0 - wide
            assert columns.max() <= x1 + wide
            assert rows.min() >= y0 - high
            assert rows.max() <= y1 + high
    assert progress == sorted(progress)
    assert 0 < progress[-1] <= 1


def test_only_the_classes_that_are_named(runner: Any) -> None:
    given, _ = job(score=0.05, classes=("Hats",))
    (result,) = runner.run([given])
    assert {one.label for one in result.instances} == {"hat"}


def test_a_class_that_is_not_there(runner: Any) -> None:
    with pytest.raises(UnknownName, match="Known are: hat, person"):
        runner.run([job(classes=("car",))[0]])


def test_nobody_waits(runner: Any) -> None:
    with pytest.raises(Cancelled):
        runner.run([job(cancelled=True)[0]])


def test_memory_is_stated(runner: Any) -> None:
    assert 1e9 < runner.memory_bytes < 3e9


@pytest.mark.parametrize(
    ("labels", "classes", "expected"),
    [
        ((), 3, ("", "class 1", "class 2")),
        (("a", "b"), 3, ("", "a", "b")),
        (("bg", "a", "N/A"), 3, ("", "a", "")),
        ((), 91, None),
    ],
)
def test_names(labels: Any, classes: int, expected: Any) -> None:
    names = module.label_names(labels, classes)
    assert len(names) == classes
    if expected is None:
        assert names[1] == "person"
        assert names[90] == "toothbrush"
        assert sum(not name for name in names) == 11
    else:
        assert names == expected


def test_labels_have_to_be_as_many_as_classes(checkpoint_file: Path) -> None:
    wrong = msgspec.structs.replace(MODEL.spec.checkpoints[0], labels=("a", "b"))
    with pytest.raises(WeightsError, match="2 labels for 3 classes"):
        MODEL.to_tensors(checkpoint_file, wrong)


@pytest.mark.parametrize(
    ("size_hw", "most", "refused"),
    [((4000, 5000), 100, False), ((4000, 5001), 100, True), ((8000, 9000), 20, False)],
)
def test_answers_too_large_are_refused_first(
    size_hw: tuple[int, int], most: int, refused: bool
) -> None:
    params = module.Params(max_instances=most)
    if not refused:
        MODEL.check(size_hw, params)
        return
    with pytest.raises(OutputTooLarge, match="max_instances"):
        MODEL.check(size_hw, params)


@pytest.mark.parametrize(
    "wrong", [b'{"score":0.01}', b'{"max_instances":101}', b'{"side":200}', b'{"classes":[""]}']
)
def test_parameters_have_ranges(wrong: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(wrong, type=MODEL.params)
