"""MTCNN: its networks, the steps of its cascade, and the faces of real photos."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from edge_runtime.errors import WeightsError
from edge_runtime.results import Faces
from edge_server.heavy_model import Job
from edge_server.models.face_detection_mtcnn import FACES, MODELS, POINTS, as_faces, reduced
from edge_server.networks import mtcnn
from edge_server.networks.mtcnn_cascade import Found, crops, find_faces, nms, scales, squares
from edge_server.problems import Cancelled
from edge_server.tasks.task import NoParams
from edge_server.weights.weights_store import WeightsStore


def photo_job(rgb: Any, *, cancelled: bool = False) -> Job:
    return Job(
        rgb=rgb,
        params=NoParams(),
        progress=lambda _share: None,
        cancelled=lambda: cancelled,
    )


@pytest.fixture(scope="module")
def runner(pulled: Callable[..., Path]) -> Any:
    return MODELS[0].load(WeightsStore(pulled(FACES)).get(FACES), "cpu")


@pytest.fixture(scope="module")
def found(runner: Any, samples: Path) -> Callable[[str], Faces]:
    def faces(name: str) -> Faces:
        rgb = np.asarray(Image.open(samples / name).convert("RGB"))
        return runner.run([photo_job(rgb)])[0]

    return faces


def test_the_networks_are_as_large_as_the_published_ones() -> None:
    networks = mtcnn.Mtcnn()
    parts = dict(networks.named_children())
    sizes = {name: sum(p.numel() for p in part.parameters()) for name, part in parts.items()}
    assert sizes == {"pnet": 6_632, "rnet": 100_178, "onet": 389_040}


# What facenet_pytorch 2.6.0 itself finds in these photos, with its own code.
BY_THE_PACKAGE = {
    "astronaut.png": ((181.1, 62.2, 267.7, 172.1), (205.0, 101.7), (246.8, 103.7)),
    "obama.jpg": ((367.5, 79.0, 616.4, 428.3), (445.3, 214.7), (551.7, 214.2)),
    "obama2.jpg": ((190.2, 213.3, 472.5, 638.7), (251.4, 364.0), (374.9, 382.0)),
    "obama3.jpg": ((634.1, 249.3, 914.1, 612.5), (738.0, 384.1), (860.9, 401.1)),
    "biden.jpg": ((427.1, 167.0, 713.6, 560.4), (535.2, 319.3), (655.4, 344.9)),
}


@pytest.mark.parametrize("name", BY_THE_PACKAGE)
def test_it_finds_what_the_packages_own_code_finds(
    found: Callable[[str], Faces], name: str
) -> None:
    box, right_eye, left_eye = BY_THE_PACKAGE[name]
    best = found(name).faces[0]
    assert best.score > 0.999
    assert best.box_xyxy == pytest.approx(box, abs=0.2)
    assert tuple(best.points) == POINTS
    assert best.points["right_eye"] == pytest.approx(right_eye, abs=0.2)
    assert best.points["left_eye"] == pytest.approx(left_eye, abs=0.2)


@pytest.mark.parametrize("name", ["chelsea.png", "coffee.png", "page.png", "rocket.jpg"])
def test_a_photo_without_people_has_no_faces(found: Callable[[str], Faces], name: str) -> None:
    assert found(name) == Faces(faces=())


def test_a_quarter_of_the_size_and_a_frame_around_it_move_the_face_along(
    runner: Any, samples: Path
) -> None:
    photo = Image.open(samples / "obama.jpg").convert("RGB")
    rgb = np.asarray(photo.reduce(4))
    plain = runner.run([photo_job(rgb)])[0].faces[0]
    framed = np.pad(rgb, ((40, 10), (60, 10), (0, 0)), mode="edge")
    moved = runner.run([photo_job(framed)])[0].faces[0]
    assert np.subtract(moved.box_xyxy, plain.box_xyxy) == pytest.approx([60, 40] * 2, abs=4)
    assert plain.box_xyxy == pytest.approx([92, 20, 154, 107], abs=5)


def test_a_large_photo_costs_no_more_than_its_faces_need(runner: Any, samples: Path) -> None:
    rgb = np.asarray(Image.open(samples / "astronaut.png").convert("RGB"))[:200]
    plain = runner.run([photo_job(rgb)])[0].faces[0]
    large = rgb.repeat(10, axis=0).repeat(10, axis=1)
    small, factor = reduced(large)
    assert (factor, small.shape) == (2, (1000, 2560, 3))
    found = runner.run([photo_job(large)])[0].faces[0]
    assert np.divide(found.box_xyxy, 10) == pytest.approx(plain.box_xyxy, abs=4)
    assert np.divide(found.points["left_eye"], 10) == pytest.approx(
        plain.points["left_eye"], abs=2
    )


@pytest.mark.parametrize(
    ("size_hw", "factor", "small_hw"),
    [
        ((2400, 100), 1, (2400, 100)),
        ((4799, 10), 1, (4799, 10)),
        ((4801, 3), 2, (2400, 1)),
        ((7200, 7201), 3, (2400, 2400)),
        ((1, 16_384), 6, (1, 2730)),
    ],
)
def test_a_photo_is_reduced_by_whole_parts(
    size_hw: tuple[int, int], factor: int, small_hw: tuple[int, int]
) -> None:
    small, found = reduced(np.zeros((*size_hw, 3), np.uint8))
    assert (found, small.shape[:2]) == (factor, small_hw)


@pytest.mark.parametrize("size_hw", [(1, 1), (11, 400), (12, 12), (19, 19), (20, 20)])
def test_a_photo_too_small_for_a_face_has_none(runner: Any, size_hw: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (*size_hw, 3), dtype=np.uint8)
    assert runner.run([photo_job(noise)])[0] == Faces(faces=())


def test_a_caller_who_hung_up_is_not_computed_for(runner: Any) -> None:
    with pytest.raises(Cancelled):
        runner.run([photo_job(np.zeros((64, 64, 3), np.uint8), cancelled=True)])


def test_the_pyramid_ends_where_the_photo_is_a_cell() -> None:
    steps = list(scales((240, 400), 20))
    assert steps[0] == 0.6
    assert steps[1] / steps[0] == pytest.approx(0.709)
    assert 240 * steps[-1] >= 12 > 240 * steps[-1] * 0.709
    assert list(scales((11, 400), 12)) == []


@pytest.mark.parametrize(
    ("second", "limit", "of_smaller", "kept"),
    [
        ((0, 0, 9, 9), 0.5, False, [1]),
        ((0, 0, 9, 4), 0.49, False, [1]),  # shares exactly half of the union
        ((0, 0, 9, 4), 0.5, False, [1, 0]),
        ((0, 0, 4, 4), 0.7, False, [1, 0]),  # a quarter of the union, all of itself
        ((0, 0, 4, 4), 0.7, True, [1]),
        ((10, 0, 19, 9), 0.1, False, [1, 0]),
    ],
)
def test_overlaps(
    second: tuple[int, ...], limit: float, of_smaller: bool, kept: list[int]
) -> None:
    boxes = np.array([second, (0, 0, 9, 9)], np.float32)
    scores = np.array([0.5, 0.9], np.float32)
    assert nms(boxes, scores, limit, of_smaller=of_smaller).tolist() == kept


def test_a_square_keeps_the_middle_and_the_longer_side() -> None:
    boxes = np.array([(10, 10, 20, 30), (0, 0, 8, 4)], np.float32)
    assert squares(boxes).tolist() == [[5, 10, 25, 30], [0, -2, 8, 6]]


def test_a_crop_is_black_beyond_the_photo() -> None:
    photo = torch.full((1, 3, 10, 10), 200.0)
    taken = crops(photo, np.array([(-3, -3, 4, 4), (20, 20, 30, 30), (9, 9, 3, 3)]), 8)
    assert taken[0, :, :4, :4].max() == 0
    assert taken[0, :, 4:, 4:].min() == 200
    assert taken[1:].max() == 0


def test_boxes_end_where_the_photo_does() -> None:
    found = Found(
        boxes=np.array([(-5, 2, 300, 40)], np.float32),
        scores=np.array([0.9], np.float32),
        points=np.zeros((1, 5, 2), np.float32),
    )
    assert as_faces(found, (30, 200)).faces[0].box_xyxy == (0, 2, 200, 30)


def test_noise_costs_no_more_than_a_crowd() -> None:
    networks = mtcnn.Mtcnn().eval()
    with torch.no_grad():
        networks.pnet.conv4_1.bias[:] = torch.tensor([-50.0, 50.0])
        networks.rnet.dense5_1.bias[:] = torch.tensor([50.0, -50.0])
    steps: list[None] = []
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3), dtype=np.uint8)
    found = find_faces(networks, noise, 40, lambda: steps.append(None))
    assert len(found.boxes) == 0
    assert len(steps) == len(list(scales((300, 300), 40))) + 2


def test_a_file_of_another_network_is_refused(tmp_path: Path) -> None:
    torch.save({"weight": torch.ones(3)}, tmp_path / "other.pth")
    store = WeightsStore(tmp_path / "weights", models={FACES: MODELS[0]})
    with pytest.raises(WeightsError, match="name a checkpoint of this very network"):
        store.add(FACES, tmp_path / "other.pth")


def test_one_file_with_all_three_is_taken(tmp_path: Path) -> None:
    torch.save(mtcnn.Mtcnn().state_dict(), tmp_path / "own.pth")
    store = WeightsStore(tmp_path / "weights", models={FACES: MODELS[0]})
    assert store.add(FACES, tmp_path / "own.pth").tensors == 50


@pytest.mark.parametrize("level", [0, 128, 255, None], ids=["black", "grey", "white", "noise"])
def test_nothing_has_no_faces(runner: Any, level: int | None) -> None:
    draws = np.random.default_rng(0).integers(0, 256, (240, 320, 3), dtype=np.uint8)
    rgb = draws if level is None else np.full((240, 320, 3), level, np.uint8)
    assert runner.run([photo_job(rgb)])[0] == Faces(faces=())
