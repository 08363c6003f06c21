"""PP-OCR as a heavy model, with its published networks: pulled, loaded, asked over HTTP."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file, save_file

from edge_runtime.errors import WeightsError
from edge_server.api.app import create_app
from edge_server.engine.counting import Tally
from edge_server.heavy_model import Job, Weights, heavy_model
from edge_server.problems import Cancelled, ModelUnhealthy
from edge_server.running import local_engine, services_for
from edge_server.settings import Settings
from edge_server.weights.fetching import sha256_of
from edge_server.weights.weights_store import WeightsStore

MODEL = heavy_model("text-ppocr")


def job(rgb: Any, *, cancelled: bool = False, **params: Any) -> tuple[Job, list[float]]:
    shares: list[float] = []
    made = Job(
        rgb=rgb,
        params=MODEL.params(**params),
        progress=shares.append,
        cancelled=lambda: cancelled,
    )
    return made, shares


def test_the_networks_are_kept_as_they_are_published(weights: Weights, tmp_path: Path) -> None:
    stored = load_file(weights.path)
    origin: Any = weights.checkpoint.origin
    hashes = []
    for name in ("detector", "direction", "recogniser"):
        copy = tmp_path / name
        copy.write_bytes(stored[name].tobytes())
        hashes.append(sha256_of(copy))
    assert hashes == [file.sha256 for file in origin.source.files]


def test_a_runner_reads(runner: Any, pages: dict[str, Any], sentences: tuple[str, ...]) -> None:
    first, shares = job(pages["turned 90"], side=1024)
    second, _ = job(pages["upright"], side=1024, turn="0", confidence=0.9)
    texts = runner.run([first, second])
    assert [[line.text for line in text.lines] for text in texts] == [list(sentences)] * 2
    assert [text.turn for text in texts] == [90, 0]
    assert shares[-1] == 1.0


def test_nobody_waits(runner: Any, pages: dict[str, Any]) -> None:
    with pytest.raises(Cancelled):
        runner.run([job(pages["upright"], cancelled=True)[0]])


def test_memory_is_stated(runner: Any) -> None:
    assert 500e6 < runner.memory_bytes < 2e9


@pytest.mark.parametrize(
    "wrong", [b'{"confidence": 2}', b'{"turn": "45"}', b'{"side": 100}', b'{"side": 5000}']
)
def test_parameters_have_ranges(wrong: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(wrong, type=MODEL.params)


def test_a_network_alone_is_refused(tmp_path: Path) -> None:
    alone = tmp_path / "PP-OCRv6_det_small.onnx"
    alone.write_bytes(b"\x08")
    with pytest.raises(WeightsError, match="all three are needed"):
        MODEL.to_tensors(alone, MODEL.spec.checkpoints[0])


def test_damaged_networks_do_not_load(weights: Weights, tmp_path: Path) -> None:
    stored = load_file(weights.path)
    stored["detector"] = np.frombuffer(b"nothing", np.uint8)
    path = tmp_path / "damaged.safetensors"
    save_file(stored, path)
    with pytest.raises(ModelUnhealthy, match="pull its weights again"):
        MODEL.load(replace(weights, path=path), "cpu")


@pytest.fixture(scope="module")
def http(store: WeightsStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client of a server that has the weights."""
    folder = str(tmp_path_factory.mktemp("data"))
    settings = Settings(weights=str(store.folder), data=folder, threads=2, device="cpu")
    tally = Tally()
    engine = local_engine(settings, tally)
    services = services_for(settings, engine, tally, lambda: False)
    yield create_app(services).test_client()
    assert engine.drain(30)


def png(rgb: Any) -> bytes:
    content = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(rgb)).save(content, "PNG")
    return content.getvalue()


def test_the_server_answers_in_json(
    http: Any, pages: dict[str, Any], sentences: tuple[str, ...]
) -> None:
    photo = base64.b64encode(png(pages["turned 270"])).decode()
    response = http.post("/v1/text", json={"image_base64": photo, "side": 1024})
    assert response.mimetype == "application/json"
    record = response.get_json()
    assert (record["task"], record["model"]) == ("text", "text-ppocr")
    assert record["variant"] == "ppocr-v6-small"
    result = record["result"]
    assert result["text"] == "\n".join(sentences)
    assert result["turn"] == 270
    for line in result["lines"]:
        assert set(line) == {"text", "confidence", "polygon", "angle"}
        assert np.array(line["polygon"]).shape == (4, 2)
        assert line["angle"] == pytest.approx(-90, abs=1)


def test_the_server_answers_as_a_picture(http: Any, scan: Any) -> None:
    response = http.post(
        "/v1/text?side=736",
        data=png(scan),
        content_type="image/png",
        headers={"Accept": "image/png"},
    )
    drawn = np.asarray(Image.open(io.BytesIO(response.get_data())))
    assert drawn.shape == scan.shape
    assert (drawn != scan).any(axis=2).mean() > 0.3


def test_the_protocol_gives_tensors(http: Any, scan: Any) -> None:
    tensor = {
        "name": "image",
        "datatype": "UINT8",
        "shape": list(scan.shape),
        "data": scan.ravel().tolist(),
    }
    asked = {"inputs": [tensor], "parameters": {"side": 1024}}
    answer = http.post("/v2/models/text/infer", data=json.dumps(asked))
    outputs = {one["name"]: one for one in answer.get_json()["outputs"]}
    assert outputs["texts"]["data"][0] == "Region-based segmentation"
    assert outputs["polygons"]["shape"] == [7, 4, 2]
    assert outputs["turn"]["data"] == [0.0]


def test_until_it_is_pulled_the_command_is_said(tmp_path: Path) -> None:
    settings = Settings(weights=str(tmp_path), data=str(tmp_path), threads=1, device="cpu")
    engine = local_engine(settings, tally := Tally())
    try:
        services = services_for(settings, engine, tally, lambda: False)
        caller = create_app(services).test_client()
        answer = caller.post(
            "/v1/text", data=png(np.zeros((64, 64, 3), np.uint8)), content_type="image/png"
        )
        record = json.loads(answer.get_data())
        assert (answer.status_code, record["code"]) == (503, "weights-missing")
        assert "edge-serve weights pull text-ppocr" in record["detail"]
    finally:
        assert engine.drain(10)
