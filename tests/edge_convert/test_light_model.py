from __future__ import annotations

import subprocess
import sys

import pytest

from edge_convert.light_model import light_model, light_models
from edge_runtime.errors import UnknownName

IDS = {
    "face-detection-full",
    "face-detection-short",
    "face-landmarks",
    "image-classification",
    "object-detection",
    "portrait-segmentation",
    "portrait-segmentation-landscape",
    "smile",
    "style-transfer",
    "style-transfer-any",
    "style-transfer-any-predict",
}


def test_every_light_model_is_found_by_its_id() -> None:
    assert set(light_models()) >= IDS
    assert all(light_model(name).spec.id == name for name in light_models())


def test_an_unknown_model_lists_the_known_ones() -> None:
    with pytest.raises(UnknownName, match="did you mean 'smile'"):
        light_model("smlie")


def test_reading_every_spec_needs_no_heavy_framework() -> None:
    code = (
        "import sys; from edge_convert.light_model import light_models; light_models();"
        "heavy = {'torch', 'onnx', 'tensorflow', 'coremltools', 'litert_torch'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
