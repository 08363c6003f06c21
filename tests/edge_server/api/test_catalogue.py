from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge_server.heavy_model import heavy_models


def test_every_model_is_listed_with_its_state(client: Callable[..., Any]) -> None:
    caller = client()
    models = {m["id"]: m for m in caller.http.get("/v1/models").get_json()["models"]}
    light = {entry.spec.id for entry in caller.services.bundle.manifest.models}
    assert set(models) == light | set(heavy_models())
    assert models["smile"]["tasks"] == ["filter", "smile"]
    assert models["text-ppocr"]["tasks"] == ["text"]
    assert models["classification-resnet50"]["tasks"] == ["classify"]
    assert models["super-resolution-compact"]["tasks"] == ["super-resolution"]
    assert models["super-resolution-compact"]["default_of"] == []
    assert models["super-resolution"]["default_of"] == ["super-resolution"]
    assert models["smile"]["where"] == "device"
    assert len(models["smile"]["sha256"]) == 64
    assert models["depth-bts"]["state"] == "weights-missing"
    assert models["depth-bts"]["spec"]["checkpoints"][0]["licence"]["weights"]
