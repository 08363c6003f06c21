"""``super-resolution`` as the server has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import torch

from edge_server.heavy_model import Job, Weights
from edge_server.models.super_resolution import MODELS
from edge_server.networks.rrdbnet import RRDBNet
from edge_server.problems import Cancelled, OutputTooLarge
from edge_server.tasks.task import EnlargeParams
from edge_server.tiles import Grid
from edge_server.weights.weights_store import Own, WeightsStore

MODEL = MODELS[0]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Weights:
    """A small checkpoint in the official form."""
    folder = tmp_path_factory.mktemp("rrdb")
    torch.manual_seed(0)
    torch.save({"params_ema": RRDBNet(1, 8, 4).state_dict()}, folder / "RealESRGAN.pth")
    store = WeightsStore(folder / "weights", models={"super-resolution": MODEL})
    store.add("super-resolution", folder / "RealESRGAN.pth", Own(name="small"))
    return store.get("super-resolution")


@pytest.fixture(scope="module")
def runner(weights: Weights) -> Any:
    made: Any = MODEL.load(weights, "cpu")
    made.upscaler.grid = Grid(window=24, margin=4)
    return made


def job(pixels: Any, *, stop_after: float = 2.0, **params: Any) -> tuple[Job, list[float]]:
    said: list[float] = []
    made = Job(
        rgb=pixels,
        params=EnlargeParams(**params),
        progress=said.append,
        cancelled=lambda: bool(said) and said[-1] >= stop_after,
    )
    return made, said


def photo(height: int, width: int, channels: int = 3) -> Any:
    return np.random.default_rng(0).integers(0, 256, (height, width, channels), dtype=np.uint8)


@pytest.mark.parametrize("scale", [2, 4])
def test_a_photo_grows(runner: Any, scale: int) -> None:
    asked, said = job(photo(30, 50), scale=scale)
    picture = runner.run([asked])[0]
    assert picture.pixels.shape == (30 * scale, 50 * scale, 3)
    assert said == sorted(said)
    assert len(said) == 6
    assert said[-1] == 1


def test_alpha_is_kept(runner: Any) -> None:
    pixels = photo(12, 20, 4)
    pixels[..., 3] = 255
    pixels[:, :10, 3] = 0
    with_alpha = runner.run([job(pixels)[0]])[0].pixels
    without = runner.run([job(np.ascontiguousarray(pixels[..., :3]))[0]])[0].pixels
    assert with_alpha.shape == (48, 80, 4)
    assert np.array_equal(with_alpha[..., :3], without)
    assert (with_alpha[:, :36, 3] == 0).all()
    assert (with_alpha[:, 44:, 3] == 255).all()


def test_it_stops_between_pieces(runner: Any) -> None:
    asked, said = job(photo(30, 50), stop_after=0.3)
    with pytest.raises(Cancelled):
        runner.run([asked])
    assert said[-1] < 0.6


@pytest.mark.parametrize(
    ("size_hw", "scale", "fits"),
    [
        ((2500, 2500), 4, True),
        ((2501, 2500), 4, False),
        ((5000, 5000), 2, True),
        ((8000, 8000), 2, False),
    ],
)
def test_an_answer_too_large_is_refused_before(
    size_hw: tuple[int, int], scale: int, fits: bool
) -> None:
    if fits:
        MODEL.check(size_hw, EnlargeParams(scale=scale))  # type: ignore[arg-type]
        return
    with pytest.raises(OutputTooLarge) as raised:
        MODEL.check(size_hw, EnlargeParams(scale=scale))  # type: ignore[arg-type]
    assert raised.value.actual == size_hw[0] * size_hw[1] * scale**2


@pytest.mark.parametrize("scale", [0, 1, 3, 16, "4"])
def test_other_scales_are_refused(scale: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"scale": scale}, EnlargeParams)


def test_memory_is_said(runner: Any) -> None:
    assert runner.memory_bytes > 10**9


def test_a_file_of_another_model_is_refused(tmp_path: Path) -> None:
    from edge_runtime.errors import WeightsError

    torch.save({"weight": torch.ones(3)}, tmp_path / "other.pth")
    store = WeightsStore(tmp_path / "weights", models={"super-resolution": MODEL})
    with pytest.raises(WeightsError, match="is no RRDBNet"):
        store.add("super-resolution", tmp_path / "other.pth")
