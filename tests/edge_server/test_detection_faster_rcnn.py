"""Faster R-CNN as a heavy model of a light task, with random weights in the official form."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

torch = pytest.importorskip("torch")

from safetensors.numpy import save_file  # noqa: E402

from edge_runtime.bundle import Bundle  # noqa: E402
from edge_runtime.errors import WeightsError  # noqa: E402
from edge_runtime.results import Objects  # noqa: E402
from edge_runtime.testcard import draw_portrait  # noqa: E402
from edge_server.heavy_model import Job, Weights, heavy_model  # noqa: E402
from edge_server.models import detection_faster_rcnn as module  # noqa: E402
from edge_server.networks import faster_rcnn  # noqa: E402
from edge_server.problems import Cancelled  # noqa: E402
from edge_server.tasks.every import every_task  # noqa: E402

MODEL = heavy_model("detection-faster-rcnn")
PHOTO = draw_portrait(120, 90)
LABELS = ("person", "N/A", "hat")


@pytest.fixture(scope="module")
def checkpoint_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("published") / "own.pth"
    torch.save(faster_rcnn.build("v1", 4).state_dict(), path)
    return path


@pytest.fixture(scope="module")
def runner(checkpoint_file: Path) -> Any:
    own = msgspec.structs.replace(MODEL.spec.checkpoints[1], labels=LABELS)
    stored = checkpoint_file.with_suffix(".safetensors")
    save_file(dict(MODEL.to_tensors(checkpoint_file, own)), stored)
    made: Any = MODEL.load(Weights(checkpoint=own, path=stored, sha256=""), "cpu")
    made.network.network.rpn._post_nms_top_n = {"training": 40, "testing": 40}
    choice = made._choice
    made._choice = lambda: replace(choice(), side=96)  # a photo of 120 x 90 is enlarged to 800
    return made


def job(*, cancelled: bool = False) -> Job:
    return Job(
        rgb=PHOTO,
        params=MODEL.params(),
        progress=lambda _share: None,
        cancelled=lambda: cancelled,
    )


def test_objects_have_names_and_places(runner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LEAST_SCORE", 0.2)
    (found,) = runner.run([job()])
    assert isinstance(found, Objects)
    assert found.objects
    assert {one.label for one in found.objects} <= {"person", "hat"}
    scores = [one.score for one in found.objects]
    assert scores == sorted(scores, reverse=True)
    for one in found.objects:
        x0, y0, x1, y1 = one.box_xyxy
        assert 0 <= x0 < x1 <= 120.01
        assert 0 <= y0 < y1 <= 90.01
    assert runner.memory_bytes > 600e6


def test_nobody_waits(runner: Any) -> None:
    with pytest.raises(Cancelled):
        runner.run([job(cancelled=True)])


def test_labels_have_to_be_as_many_as_classes(checkpoint_file: Path) -> None:
    with pytest.raises(WeightsError, match="labels for 3 classes"):
        MODEL.to_tensors(checkpoint_file, MODEL.spec.checkpoints[0])


def test_objects_may_be_found_by_either() -> None:
    tasks = {task.name: task for task in every_task(Bundle.open())}
    assert tasks["objects"].models == ("object-detection", "detection-faster-rcnn")
    assert tasks["objects"].heavier == ("detection-faster-rcnn",)
    assert not tasks["objects"].heavy
