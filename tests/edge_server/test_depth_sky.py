"""``/v1/depth?sky=far``: two models of random weights, asked through the whole server."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image

torch = pytest.importorskip("torch")

from edge_server.api.app import create_app  # noqa: E402
from edge_server.engine.counting import Tally  # noqa: E402
from edge_server.networks.bts import BTS  # noqa: E402
from edge_server.networks.lraspp import LrAspp  # noqa: E402
from edge_server.running import local_engine, services_for  # noqa: E402
from edge_server.settings import Settings  # noqa: E402
from edge_server.weights.weights_store import Own, WeightsStore  # noqa: E402

PHOTO = Path(__file__).parents[2] / "calibration" / "data" / "samples" / "motorcycle.png"
NPY = {"Accept": "application/x-npy"}
Ask = Callable[..., Any]


def add_streets(folder: Path) -> None:
    """A street model of random weights, which calls about a third of the photo sky."""
    torch.manual_seed(1)
    torch.save(LrAspp(19).state_dict(), folder / "streets.pth")
    WeightsStore(folder).add("street-segmentation", folder / "streets.pth")


@pytest.fixture(scope="module")
def depth_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    torch.manual_seed(0)
    torch.save(BTS("densenet121", 10.0, size=128).state_dict(), folder / "bts.pth")
    WeightsStore(folder).add("depth-bts", folder / "bts.pth", Own(settings={"side": 128.0}))
    return folder


@pytest.fixture(scope="module")
def http(depth_weights: Path) -> Iterator[FlaskClient]:
    folder = str(depth_weights)
    chosen = Settings(data=folder, weights=folder, threads=2, device="cpu")
    tally = Tally()
    engine = local_engine(chosen, tally)
    yield create_app(services_for(chosen, engine, tally, lambda: False)).test_client()
    engine.drain(10)


@pytest.fixture(scope="module")
def small() -> bytes:
    content = io.BytesIO()
    Image.open(PHOTO).resize((160, 120)).save(content, "PNG")
    return content.getvalue()


@pytest.fixture
def ask(http: FlaskClient, small: bytes) -> Ask:
    def made(path: str, **headers: str) -> Any:
        return http.post(path, data=small, content_type="image/png", headers=headers)

    return made


def metres(response: Any) -> Any:
    assert response.status_code == 200, response.get_data(as_text=True)
    return np.load(io.BytesIO(response.get_data()))


def test_the_sky_is_set_to_the_far_end(ask: Ask, depth_weights: Path) -> None:
    missing = ask("/v1/depth?sky=far")
    assert (missing.status_code, missing.get_json()["code"]) == (503, "weights-missing")
    assert "edge-serve weights pull street-segmentation" in missing.get_json()["detail"]
    kept = metres(ask("/v1/depth?sky=keep", **NPY))
    assert np.array_equal(kept, metres(ask("/v1/depth", **NPY)))

    add_streets(depth_weights)
    path = "/v1/semantic-segmentation?model=street-segmentation"
    classes = ask(path, Accept="application/json").get_json()["result"]["classes"]
    sky = unpacked(next(one["mask"] for one in classes if one["label"] == "sky"))
    assert 0.05 < sky.mean() < 0.95
    far = metres(ask("/v1/depth?sky=far", **NPY))
    assert (far[sky] == 10).all()
    assert np.array_equal(far[~sky], kept[~sky])
    assert (kept[sky] < 10).any()
    response = ask("/v1/depth?sky=blue")
    assert response.get_json()["code"] == "invalid-parameter"


def unpacked(runs: dict[str, Any]) -> Any:
    """COCO's run lengths as a mask."""
    counts = runs["counts"]
    flat = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    return flat.reshape(runs["size"][::-1]).T
