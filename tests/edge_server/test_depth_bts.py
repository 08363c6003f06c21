"""``depth-bts`` as the server has it: from a publisher's file to a depth map."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from edge_runtime.results import ClassMap, Depth
from edge_server.heavy_model import Job, Weights
from edge_server.models.depth_bts import MODELS, Params, load, with_far_sky
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
    runner = load(weights, "cpu")
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


def sky_in(labels: tuple[str, ...]) -> ClassMap:
    classes = np.array([[1, 0]], np.uint8)
    return ClassMap(classes=classes, labels=labels, palette=((0, 0, 0), (70, 130, 180)))


def test_sky_is_set_without_a_change_to_the_rest() -> None:
    depth = Depth(metres=np.array([[1.0, 2.0]], np.float32), max_depth=80.0)
    found = with_far_sky(depth, sky_in(("road", "sky")))
    assert found.metres.tolist() == [[80.0, 2.0]]
    assert found.metres.dtype == np.float32
    assert depth.metres.tolist() == [[1.0, 2.0]]
    with pytest.raises(InvalidParameter, match="know no sky"):
        with_far_sky(depth, sky_in(("road", "car")))


def test_sky_is_asked_of_the_street_model_where_it_is_wanted() -> None:
    assert DEPTH.beside is not None
    assert DEPTH.beside.model == "street-segmentation"
    assert [DEPTH.beside.wanted(Params(sky=sky)) for sky in ("keep", "far")] == [False, True]


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
