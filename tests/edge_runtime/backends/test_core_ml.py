"""Core ML's border, with a stand-in for what only a Mac can run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import coremltools
import numpy as np
import pytest
from PIL import Image

from edge_runtime.backends.core_ml import UNITS, CoreMl, CoreMlSession
from edge_runtime.errors import BackendError, BundleError, SpecError, UnknownName

MODELS = Path(__file__).parents[3] / "mobile_assets" / "models"
STYLE = MODELS / "style-transfer" / "style-transfer-256x256-fp16.mlpackage"


class StandIn:
    """Answers with what it was given."""

    def __init__(self, path: str, **options: Any) -> None:
        self.options = options
        self.description = coremltools.utils.load_spec(path)
        self.given: dict[str, Any] = {}

    def get_spec(self) -> Any:
        return self.description

    def predict(self, inputs: dict[str, Any]) -> dict[str, Any]:
        self.given = inputs
        return {"picture": inputs["image"].convert("RGBA"), "other": np.ones(3, np.float64)}


def inputs(value: float) -> dict[str, Any]:
    return {
        "image": np.full((1, 256, 256, 3), value, np.float32),
        "style_weights": np.ones((1, 26), np.float32),
    }


def test_pictures_are_images_at_the_border_of_a_package_that_ships() -> None:
    model = StandIn(str(STYLE))
    session = CoreMlSession(model)
    assert session.input_shapes == {"image": (1, 256, 256, 3), "style_weights": (1, 26)}
    made = session.run(inputs(7.6))
    assert isinstance(model.given["image"], Image.Image)
    np.testing.assert_array_equal(made["picture"], np.full((1, 256, 256, 3), 8, np.float32))
    assert made["other"].dtype == np.float32
    session.invoke()


def test_every_unit_of_the_manifest_is_one_of_core_ml_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(coremltools.models, "MLModel", StandIn)
    backend = CoreMl()
    for accelerator in backend.accelerators():
        session = backend.open(STYLE, accelerator, 2, (256, 256))
        units = session._model.options["compute_units"]
        assert units is coremltools.ComputeUnit[UNITS[accelerator]]
    with pytest.raises(UnknownName, match="known: all, cpu, cpu-and-neural-engine, gpu"):
        backend.open(STYLE, "tpu")
    with pytest.raises(SpecError, match="512x256"):
        backend.open(STYLE, "cpu", size_hw=(256, 512))


def test_what_core_ml_raises_is_one_line_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("no such thing\nmore")

    monkeypatch.setattr(coremltools.models, "MLModel", fail)
    with pytest.raises(BundleError, match=r"\(no such thing\): convert it again"):
        CoreMl().open(STYLE, "all")
    session = CoreMlSession(StandIn(str(STYLE)))
    monkeypatch.setattr(session._model, "predict", fail)
    with pytest.raises(BackendError, match=r"Core ML failed \(no such thing\)"):
        session.run(inputs(1))
