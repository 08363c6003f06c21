"""``/v1/cut`` with a checkpoint of one's own: the names are those of its labels."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

torch = pytest.importorskip("torch")

from edge_server.api.app import create_app  # noqa: E402
from edge_server.cli import main  # noqa: E402
from edge_server.engine.counting import Tally  # noqa: E402
from edge_server.heavy_model import heavy_model  # noqa: E402
from edge_server.networks import mask_rcnn  # noqa: E402
from edge_server.running import local_engine, services_for  # noqa: E402
from edge_server.settings import Settings  # noqa: E402
from edge_server.tasks import cutting  # noqa: E402

PHOTO = Path(__file__).parents[3] / "mobile_assets" / "golden" / "photos" / "coffee.png"


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("weights")
    torch.manual_seed(0)
    network = mask_rcnn.build("v1", 3)
    torch.save(network.state_dict(), folder / "own.pth")
    (folder / "labels.txt").write_text("mug\nberet\n")
    added = ["add", "instance-segmentation", str(folder / "own.pth"), "--labels"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POCKETLENS_WEIGHTS", str(folder))
        assert main(["weights", *added, str(folder / "labels.txt")]) == 0
    chosen = Settings(data=str(folder), weights=str(folder), threads=2, device="cpu")
    tally = Tally()
    engine = local_engine(chosen, tally)
    yield create_app(services_for(chosen, engine, tally, lambda: False)).test_client()
    engine.drain(10)


def cut(http: FlaskClient, objects: str) -> Any:
    small = io.BytesIO()
    Image.open(PHOTO).resize((64, 64)).save(small, "PNG")
    return http.post(
        f"/v1/cut?objects={objects}&score=0.3&masks=none",
        data=small.getvalue(),
        content_type="image/png",
        headers={"Accept": "application/json"},
    ).get_json()


def test_the_names_are_those_of_the_checkpoint(
    http: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = heavy_model("instance-segmentation")
    small: Any = partial(model.params, side=320)  # quicker, and of random weights no worse
    monkeypatch.setattr(cutting, "heavy_model", lambda _: replace(model, params=small))
    answer = cut(http, "berets,cups")
    assert answer["result"]["method"] == "instance-segmentation"
    assert answer["variant"] == "own"
    assert set(answer["result"]["found"]) <= {"beret", "mug"}
    assert answer["result"]["found"]  # random weights are sure of something


def test_a_name_that_it_does_not_know_lists_those_that_it_does(http: FlaskClient) -> None:
    problem = cut(http, "person,barret")
    assert (problem["status"], problem["code"]) == (422, "unknown-name")
    assert "Known are: beret, mug" in problem["detail"]
    assert "'barret' (nearest: beret)" in problem["detail"]
    assert [fault["pointer"] for fault in problem["errors"]] == ["/objects/0", "/objects/1"]
