"""ResNet-50 as a heavy model of a light task, with random weights in the official form."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")

from edge_runtime.errors import WeightsError  # noqa: E402
from edge_runtime.testcard import draw_portrait  # noqa: E402
from edge_server.api.app import create_app  # noqa: E402
from edge_server.engine.counting import Tally  # noqa: E402
from edge_server.heavy_model import Job, heavy_model  # noqa: E402
from edge_server.models import classification_resnet50 as module  # noqa: E402
from edge_server.networks import resnet  # noqa: E402
from edge_server.running import local_engine, services_for  # noqa: E402
from edge_server.settings import Settings  # noqa: E402
from edge_server.weights.weights_store import Own, WeightsStore  # noqa: E402

MODEL = heavy_model("classification-resnet50")
PHOTO = draw_portrait(300, 240)
LABELS = tuple(f"thing {number}" for number in range(7))


@pytest.fixture(scope="module")
def checkpoint_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("published") / "mine.pth"
    torch.save(resnet.build(len(LABELS)).state_dict(), path)
    return path


@pytest.fixture(scope="module")
def store(checkpoint_file: Path, tmp_path_factory: pytest.TempPathFactory) -> WeightsStore:
    made = WeightsStore(tmp_path_factory.mktemp("weights"))
    made.add("classification-resnet50", checkpoint_file, Own(labels=LABELS))
    return made


@pytest.fixture(scope="module")
def http(store: WeightsStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client of a server that has these weights, and the bundle."""
    folder = str(tmp_path_factory.mktemp("data"))
    settings = Settings(weights=str(store.folder), data=folder, threads=1, device="cpu")
    engine = local_engine(settings, tally := Tally())
    services = services_for(settings, engine, tally, lambda: False)
    yield create_app(services).test_client()
    assert engine.drain(30)


def ask(http: Any, query: str = "", **headers: str) -> Any:
    content = io.BytesIO()
    Image.fromarray(PHOTO).save(content, "PNG")
    return http.post(
        f"/v1/classify{query}",
        data=content.getvalue(),
        content_type="image/png",
        headers=headers,
    )


def test_the_light_and_the_heavy_answer_at_one_address(http: Any, store: WeightsStore) -> None:
    light = ask(http).get_json()
    assert light["model"] == "image-classification"
    heavy = ask(http, "?model=classification-resnet50").get_json()
    assert (heavy["model"], heavy["variant"]) == ("classification-resnet50", "mine")
    runner: Any = MODEL.load(store.get("classification-resnet50"), "cpu")
    job = Job(
        rgb=PHOTO, params=MODEL.params(), progress=lambda _: None, cancelled=lambda: False
    )
    (expected,) = runner.run([job])
    assert len(expected.labels) == 5
    assert [x.score for x in expected.labels] == sorted(
        (x.score for x in expected.labels), reverse=True
    )
    said = [(one["label"], one["score"]) for one in heavy["result"]["labels"]]
    assert said == [(one.label, pytest.approx(one.score, abs=1e-5)) for one in expected.labels]
    assert runner.memory_bytes > 150e6


def test_the_heavy_answer_is_drawn_as_the_light_one_is(http: Any) -> None:
    answer = ask(http, "?model=classification-resnet50", Accept="image/png")
    drawn = np.asarray(Image.open(io.BytesIO(answer.get_data())))
    assert drawn.shape == PHOTO.shape
    assert (drawn != PHOTO).any()


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("?model=resnet", 422, "invalid-parameter"),
        ("?checkpoint=mine", 422, "invalid-parameter"),
        ("?model=classification-resnet50&checkpoint=none", 422, "invalid-parameter"),
        ("?model=classification-resnet50&checkpoint=imagenet-v2", 503, "weights-missing"),
    ],
)
def test_what_is_not_there_is_said(query: str, status: int, code: str, http: Any) -> None:
    answer = ask(http, query)
    record = json.loads(answer.get_data())
    assert (answer.status_code, record["code"]) == (status, code)


def test_both_are_listed_under_the_task(http: Any) -> None:
    listed = http.get("/v1/models").get_json()["models"]
    of_task = {one["id"]: one["where"] for one in listed if "classify" in one["tasks"]}
    assert of_task == {"image-classification": "device", "classification-resnet50": "server"}
    page = http.get("/v1/openapi.json").get_json()
    names = page["paths"]["/v1/classify"]["post"]["parameters"]
    models = next(one for one in names if one["name"] == "model")["schema"]["enum"]
    assert models == ["", "image-classification", "classification-resnet50"]
    assert any(one["name"] == "checkpoint" for one in names)


def test_labels_have_to_be_as_many_as_classes(checkpoint_file: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="2 labels for 7 classes"):
        WeightsStore(tmp_path).add(
            "classification-resnet50", checkpoint_file, Own(labels=("a", "b"))
        )


@pytest.mark.parametrize(
    ("labels", "classes", "first"),
    [((), 1000, "tench"), ((), 3, "class 0"), (("cat", "dog"), 2, "cat")],
)
def test_classes_have_names(labels: tuple[str, ...], classes: int, first: str) -> None:
    names = module._names(labels, classes)
    assert (len(names), names[0]) == (classes, first)
