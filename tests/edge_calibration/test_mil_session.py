from __future__ import annotations

import shutil
import warnings
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from edge_calibration.coreml import mil_session
from edge_calibration.coreml.mil_session import MilSession
from edge_calibration.coreml.mlprogram import read_program
from edge_runtime.errors import BundleTampered, VerificationError

if TYPE_CHECKING:
    from pathlib import Path

COMPRESSED = {"plain": None, "w8": "linear_symmetric", "palette": "uniform"}


class Net(nn.Module):
    """A bit of everything that the light models are made of."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.depthwise = nn.Conv2d(8, 8, 3, groups=8, padding=1)
        self.up = nn.ConvTranspose2d(8, 4, 2, 2)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        y = F.hardswish(self.depthwise(self.first(x / 255)))
        y = F.interpolate(F.leaky_relu(self.up(y), 0.2), scale_factor=2, mode="bilinear")
        y = F.pad(y, (1, 1, 1, 1), mode="reflect")
        return torch.sigmoid(y - y.mean((2, 3), keepdim=True)), y.amax((2, 3))


@pytest.fixture(scope="module")
def network() -> Net:
    torch.manual_seed(0)
    return Net().eval()


@pytest.fixture(scope="module")
def packages(network: Net, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _convert(network, tmp_path_factory.mktemp("mil"))


def _convert(network: Net, folder: Path) -> Path:
    import coremltools as ct
    from coremltools.optimize import coreml as compress

    model = ct.convert(
        torch.jit.trace(network, torch.zeros(1, 3, 32, 32)),
        inputs=[ct.ImageType(name="image", shape=(1, 3, 32, 32), scale=1.0)],
        outputs=[ct.TensorType(name="mask"), ct.TensorType(name="peak")],
        minimum_deployment_target=ct.target.iOS16,
    )
    model.save(str(folder / "plain.mlpackage"))
    linear = compress.OpLinearQuantizerConfig(mode=COMPRESSED["w8"], weight_threshold=0)
    table = compress.OpPalettizerConfig(mode=COMPRESSED["palette"], nbits=6, weight_threshold=0)
    for name, run, config in (
        ("w8", compress.linear_quantize_weights, linear),
        ("palette", compress.palettize_weights, table),
    ):
        packed = run(model, compress.OptimizationConfig(global_config=config))
        packed.save(str(folder / f"{name}.mlpackage"))
    return folder


def _image() -> np.ndarray:
    return np.random.default_rng(0).random((1, 3, 32, 32), dtype=np.float32) * 255


@pytest.mark.parametrize(
    ("name", "precision", "limit"),
    [
        ("plain", "fp32", 1e-4),
        ("plain", "fp16", 1e-3),
        ("w8", "fp32", 5e-3),
        ("w8", "fp16", 5e-3),
        ("palette", "fp32", 2e-2),
    ],
)
def test_the_saved_package_computes_what_torch_computes(
    name: str, precision: str, limit: float, packages: Path, network: Net
) -> None:
    with torch.no_grad():
        expected = [value.numpy() for value in network(torch.tensor(_image()))]
    session = MilSession(packages / f"{name}.mlpackage", precision)
    got = session.run({"image": _image()})
    assert list(got) == ["mask", "peak"]
    for value, wanted in zip(got.values(), expected, strict=True):
        assert np.abs(value - wanted).max() < limit


def test_rounding_to_float16_costs_something(packages: Path) -> None:
    masks = [
        MilSession(packages / "plain.mlpackage", precision).run({"image": _image()})["mask"]
        for precision in ("fp32", "fp16")
    ]
    assert 0 < np.abs(masks[0] - masks[1]).max() < 2e-3


def test_a_flipped_sign_shows(packages: Path, network: Net) -> None:
    faulty = Net().eval()
    faulty.load_state_dict(network.state_dict())
    with torch.no_grad():
        largest = faulty.first.weight.abs().argmax()
        faulty.first.weight.view(-1)[largest] *= -1
        expected = faulty(torch.tensor(_image()))[0].numpy()
    got = MilSession(packages / "plain.mlpackage").run({"image": _image()})["mask"]
    assert np.abs(got - expected).max() > 1e-3


def test_every_operation_can_be_looked_at(packages: Path) -> None:
    session = MilSession(packages / "plain.mlpackage")
    values = session.trace({"image": _image()})
    kinds = {op.kind for op in session.program.operations}
    assert {"conv", "conv_transpose", "upsample_bilinear", "pad", "reduce_mean"} <= kinds
    assert len(values) > 10


def test_an_unsupported_operation_is_named(
    packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(mil_session.OPERATIONS, "conv")
    with pytest.raises(VerificationError, match="not supported here: conv;"):
        MilSession(packages / "plain.mlpackage")


def test_a_broken_package_is_refused(packages: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mlpackage"
    shutil.copytree(packages / "plain.mlpackage", broken)
    (broken / "Data/com.apple.CoreML/model.mlmodel").write_bytes(b"\xff\xff not a model")
    with pytest.raises(BundleTampered, match="convert the model again"):
        read_program(broken)


def test_a_folder_that_is_no_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleTampered):
        read_program(tmp_path)
