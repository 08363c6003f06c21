"""``depth-bts`` as the server has it: from a publisher's file to a depth map."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from edge_server.heavy_model import Job, Weights
from edge_server.models.depth_bts import MODELS, Params, load, with_sky
from edge_server.networks.bts import BTS
from edge_server.problems import Cancelled, ImageTooSmall, InvalidParameter
from edge_server.weights.weights_store import Own, WeightsStore

DEPTH = MODELS[0]
PHOTO = np.random.default_rng(0).integers(0, 256, (96, 128, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Weights:
    """A checkpoint in the official form: DataParallel, beside other things, in a zip."""
    folder = tmp_path_factory.mktemp("bts")
    torch.manual_seed(0)
    state = BTS("densenet121", 10.0, size=128).state_dict()
    content = {
        "global_step": 7,
        "model": {f"module.{name}": value for name, value in state.items()},
        "best_eval_measures_higher_better": torch.zeros(3),
    }
    torch.save(content, folder / "model", _use_new_zipfile_serialization=False)
    with zipfile.ZipFile(folder / "bts.zip", "w") as archive:
        archive.write(folder / "model", "bts_nyu_v2/model")
        archive.writestr("bts_nyu_v2/bts.py", "raise SystemExit")
    store = WeightsStore(folder / "weights", models={"depth-bts": DEPTH})
    store.add("depth-bts", folder / "bts.zip", Own(name="small", settings={"side": 128.0}))
    return store.get("depth-bts")


def job(*, cancelled: bool = False, **params: Any) -> Job:
    return Job(
        rgb=PHOTO,
        params=Params(**params),
        progress=lambda _: None,
        cancelled=lambda: cancelled,
    )


def run(weights: Weights, **params: Any) -> Any:
    runner = load(weights, "cpu", sky_of=lambda rgb: rgb[..., 0] > 127)
    try:
        return runner.run([job(**params)])[0]
    finally:
        runner.close()


def test_an_official_checkpoint_gives_depth(weights: Weights) -> None:
    depth = run(weights)
    assert depth.metres.shape == (96, 128)
    assert depth.max_depth == 10
    assert 0 <= depth.metres.min() < depth.metres.max() <= 10


def test_depth_grows_with_the_focal_length(weights: Weights) -> None:
    plain = run(weights)
    same = run(weights, focal_length=518.8579)
    double = run(weights, focal_length=2 * 518.8579)
    assert np.allclose(plain.metres, same.metres)
    assert np.allclose(2 * plain.metres, double.metres)
    assert double.max_depth == pytest.approx(20)


def test_a_focal_length_shrinks_with_the_photo(weights: Weights) -> None:
    wide = Params(focal_length=518.8579)
    runner = load(weights, "cpu")
    assert runner._scale((192, 256, 3), wide) == pytest.approx(0.5)
    runner.close()


def test_the_sky_is_far(weights: Weights) -> None:
    depth = run(weights, sky=True)
    assert (depth.metres[PHOTO[..., 0] > 127] == 10).all()
    assert (depth.metres < 10).any()
    with pytest.raises(InvalidParameter, match="segmenter"):
        load(weights, "cpu").run([job(sky=True)])


def test_sky_is_set_without_a_change_to_the_rest() -> None:
    metres = np.array([[1.0, 2.0]], np.float32)
    found = with_sky(metres, np.array([[True, False]]), 80.0)
    assert found.tolist() == [[80.0, 2.0]]
    assert found.dtype == np.float32


def test_nobody_waits(weights: Weights) -> None:
    with pytest.raises(Cancelled):
        load(weights, "cpu").run([job(cancelled=True)])


def test_a_photo_too_small_is_refused_before() -> None:
    DEPTH.check((32, 32), Params())
    with pytest.raises(ImageTooSmall):
        DEPTH.check((31, 500), Params())


def test_the_published_checkpoints_are_twelve() -> None:
    names = [one.name for one in DEPTH.spec.checkpoints]
    assert names[0] == "nyu-densenet161"
    assert len(names) == 12
    far = {one.name: one.settings["max_depth"] for one in DEPTH.spec.checkpoints}
    assert far["nyu-resnext101"] == 10
    assert far["kitti-resnet50"] == 80


def test_a_file_of_another_model_is_refused(tmp_path: Path) -> None:
    from edge_runtime.errors import WeightsError

    torch.save({"weight": torch.ones(3)}, tmp_path / "other.pth")
    store = WeightsStore(tmp_path / "weights", models={"depth-bts": DEPTH})
    with pytest.raises(WeightsError, match="no encoder"):
        store.add("depth-bts", tmp_path / "other.pth")
    assert not store.has("depth-bts")
