"""BTS against the reference implementation's numbers, and against its published names."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch

from edge_server.networks.bts import BTS, Depths, Planes

GOLDEN = Path(__file__).parent / "golden"
NAMES: dict[str, list[int]] = json.loads((GOLDEN / "bts_densenet161_nyu.keys.json").read_text())


def drawn(name: str, shape: list[int]) -> torch.Tensor:
    """The numbers that the reference was run with."""
    draws = np.random.RandomState(zlib.crc32(name.encode()))
    values = np.asarray(draws.randn(*shape))
    if name.endswith("running_var"):
        values = 1 + 0.1 * np.abs(values)
    elif name.endswith(("running_mean", "bias")):
        values = 0.1 * values
    elif len(shape) == 1:
        values = 1 + 0.1 * values
    else:
        values = values * np.sqrt(2 / np.prod(shape[1:]))
    return torch.tensor(values.astype(np.float32))


@pytest.fixture(scope="module")
def depths() -> Depths:
    with torch.device("meta"):
        network = BTS("densenet161", max_depth=10.0)
    state = {
        name: torch.tensor(0) if name.endswith("batches_tracked") else drawn(name, shape)
        for name, shape in NAMES.items()
    }
    network.load_state_dict(state, assign=True)
    draws = np.random.RandomState(0)
    picture = torch.tensor(draws.randn(1, 3, 96, 128).astype(np.float32))
    with torch.inference_mode():
        return network.eval()(picture)


@pytest.mark.parametrize(
    ("name", "tolerance"),
    [(name, 1e-3 if "final" in name else 1e-4) for name in Depths._fields],
)
def test_the_reference_says_the_same(depths: Depths, name: str, tolerance: float) -> None:
    expected = np.load(GOLDEN / "bts_densenet161_nyu.npz")[name]
    found = getattr(depths, name).numpy()
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= tolerance


def test_the_published_names_are_ours() -> None:
    with torch.device("meta"):
        network = BTS("densenet161", max_depth=10.0)
    ours = {name: list(value.shape) for name, value in network.state_dict().items()}
    assert list(ours.items()) == list(NAMES.items())


# As published beside the checkpoints, in millions; of the residual encoders with the
# classifier of torchvision (2,049,000 numbers) that is still in them.
@pytest.mark.parametrize(
    ("encoder", "millions"),
    [
        ("resnet50", 49.5),
        ("resnet101", 68.5),
        ("resnext50", 49.0),
        ("resnext101", 112.8),
        ("densenet121", 21.2),
        ("densenet161", 47.0),
    ],
)
def test_every_encoder_is_as_large_as_published(encoder: str, millions: float) -> None:
    with torch.device("meta"):
        network = BTS(encoder, max_depth=10.0)
    head = 2_049_000 if encoder.startswith("res") else 0
    count = head + sum(parameter.numel() for parameter in network.parameters())
    assert count / 1e6 == pytest.approx(millions, abs=0.05)


def test_a_plane_that_faces_the_camera_is_flat() -> None:
    planes = Planes(8, 8, patch=4, max_depth=10.0)
    planes.reduc = torch.nn.Identity()  # type: ignore[assignment]
    given = torch.tensor([-100.0, 0.0, 0.0]).reshape(1, 3, 1, 1).expand(1, 3, 2, 3)
    found = planes(given)
    assert found.shape == (1, 1, 8, 12)
    assert torch.allclose(found, torch.full_like(found, 0.5))


def test_a_plane_is_cut_by_the_rays_of_its_patch() -> None:
    planes = Planes(8, 8, patch=2, max_depth=10.0)
    planes.reduc = torch.nn.Identity()  # type: ignore[assignment]
    found = planes(torch.tensor([100.0, -100.0, 0.0]).reshape(1, 3, 1, 1))[0, 0]
    tilt = np.sin(np.pi / 3) * 0.25  # theta is 60 degrees to the right, rays at +-1/4
    expected = [0.5 / (0.5 - tilt), 0.5 / (0.5 + tilt)]
    assert found.numpy() == pytest.approx(np.array([expected, expected]), rel=1e-5)
