"""The recognition network: its file, its layers, and the people of real photos."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from edge_runtime.errors import WeightsError
from edge_server.heavy_model import Job
from edge_server.models.face_detection_mtcnn import FACES
from edge_server.models.face_recognition import MODELS, RECOGNITION, Params
from edge_server.networks.face_resnet import Block, FaceResNet, imported, vectors
from edge_server.problems import Cancelled
from edge_server.tasks.heavy import heavy_tasks
from edge_server.tasks.task import NoParams
from edge_server.weights.dlib_files import whole
from edge_server.weights.weights_store import WeightsStore

PHOTOS = ("obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png")


def job(rgb: Any, params: Any) -> Job:
    return Job(rgb=rgb, params=params, progress=lambda _share: None, cancelled=lambda: False)


@pytest.fixture(scope="module")
def known(pulled: Callable[..., Path], samples: Path) -> dict[str, Any]:
    """The vector of the one face of each photo."""
    from edge_server.models.face_detection_mtcnn import MODELS as DETECTORS

    store = WeightsStore(pulled(FACES, RECOGNITION))
    detector: Any = DETECTORS[0].load(store.get(FACES), "cpu")
    recogniser: Any = MODELS[0].load(store.get(RECOGNITION), "cpu")
    found = {}
    for name in PHOTOS:
        rgb = np.asarray(Image.open(samples / name).convert("RGB"))
        points = detector.run([job(rgb, NoParams())])[0].faces[0].points
        params = Params(points=(tuple(points.values()),))
        found[name] = recogniser.run([job(rgb, params)])[0].vectors[0]
    recogniser.close()
    return found


# model-sources: same person .346 .332 .428, different people at least .815, with the five
# points of another detector; MTCNN's lie a little elsewhere.
SAME = {
    ("obama.jpg", "obama2.jpg"): 0.382,
    ("obama.jpg", "obama3.jpg"): 0.340,
    ("obama2.jpg", "obama3.jpg"): 0.443,
}


def test_one_person_is_near_in_every_photo_and_others_are_far(known: dict[str, Any]) -> None:
    for one, other in combinations(PHOTOS, 2):
        distance = float(np.linalg.norm(known[one] - known[other]))
        if (one, other) in SAME:
            assert distance == pytest.approx(SAME[one, other], abs=0.01)
        else:
            assert distance > 0.7, (one, other)


def test_vectors_are_as_long_as_they_are_said_to_be(known: dict[str, Any]) -> None:
    assert [len(vector) for vector in known.values()] == [128] * len(PHOTOS)
    lengths = [float(np.linalg.norm(vector)) for vector in known.values()]
    assert lengths == pytest.approx([1.4] * len(PHOTOS), abs=0.1)


def test_a_photo_without_faces_has_no_vectors(pulled: Callable[..., Path]) -> None:
    runner: Any = MODELS[0].load(WeightsStore(pulled(RECOGNITION)).get(RECOGNITION), "cpu")
    found = runner.run([job(np.zeros((8, 8, 3), np.uint8), Params())])[0]
    assert found.vectors.shape == (0, 128)
    assert found.chips.shape == (0, 150, 150, 3)


def test_the_network_is_as_large_as_the_published_one() -> None:
    network = FaceResNet()
    assert len(network.blocks) == 14
    numbers = sum(p.numel() for p in network.parameters())
    assert numbers == 5_607_488


def test_a_face_s_numbers_do_not_depend_on_the_others() -> None:
    torch.manual_seed(0)
    network = FaceResNet().eval()
    chips = np.random.default_rng(0).integers(0, 256, (3, 150, 150, 3), dtype=np.uint8)
    together = vectors(network, chips, lambda: None)
    assert np.array_equal(together[1:2], vectors(network, chips[1:2], lambda: None))


def test_a_caller_who_hung_up_is_not_computed_for() -> None:
    network = FaceResNet().eval()
    seen: list[int] = []

    def step() -> None:
        seen.append(1)
        if len(seen) > 1:
            raise Cancelled("gone")

    with pytest.raises(Cancelled):
        vectors(network, np.zeros((9, 150, 150, 3), np.uint8), step)
    assert len(seen) == 2


def test_what_is_smaller_ends_in_zeros() -> None:
    block = Block(2, 4, halve=True).eval()
    with torch.inference_mode():
        found = block(torch.ones(1, 2, 8, 8))
    assert found.shape == (1, 4, 4, 4)
    assert (found[0, :2, 3] == 1).all()  # only what goes around: the mean of ones
    assert (found[0, 2:, :, 3] == 0).all()


def test_scale_and_shift_are_multiplied_into_the_weights(tmp_path: Path) -> None:
    """An archive of random numbers in dlib's form: the first layer, as it was and folded."""
    draws = np.random.default_rng(0)
    data, first = b"", []
    for layer in FaceResNet().modules():
        if isinstance(layer, torch.nn.Conv2d):
            for size in (layer.weight.numel() + layer.out_channels, 2 * layer.out_channels):
                values = draws.standard_normal(size).astype("<f4")
                first.append(values)
                data += b"".join(map(whole, (2, size, 1, 1, 1))) + values.tobytes()
    data += b"".join(map(whole, (2, 256, 128, 1, 1))) + bytes(4 * 256 * 128)
    (tmp_path / "net.dat").write_bytes(data)
    found = imported(tmp_path / "net.dat")
    picture = draws.standard_normal((1, 3, 9, 9)).astype(np.float32)
    weight, bias = first[0][:4704].reshape(32, 3, 7, 7), first[0][4704:]
    plain = torch.nn.functional.conv2d(torch.tensor(picture), torch.tensor(weight)).numpy()
    wanted = (plain + bias[:, None, None]) * first[1][:32, None, None] + first[1][
        32:, None, None
    ]
    folded = torch.nn.functional.conv2d(
        torch.tensor(picture),
        torch.tensor(found["first.weight"]),
        torch.tensor(found["first.bias"]),
    ).numpy()
    assert np.allclose(folded, wanted, atol=1e-4)
    with pytest.raises(WeightsError):
        (tmp_path / "net.dat").write_bytes(data[:-1])
        imported(tmp_path / "net.dat")


def test_it_has_no_address_of_its_own() -> None:
    assert all(RECOGNITION not in task.models for task in heavy_tasks())
