from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge_convert.building import Maker
from edge_convert.light_model import light_model
from edge_convert.recipe import Build
from edge_convert.runners import open_runner
from edge_convert.verify import cases
from edge_runtime.hashes import content_sha256

MODEL = light_model("smile")


def build(kind: str, variant: str) -> Build:
    return Build(format=kind, variant=variant, size_hw=MODEL.spec.image.size_hw)


@pytest.mark.parametrize(
    ("kind", "variant", "limit"),
    [
        ("tflite", "fp32", 1e-5),
        ("onnx", "fp32", 1e-5),
        ("coreml", "fp16", 5e-3),
        ("coreai", "fp32", 1e-4),
    ],
)
def test_every_format_is_run_and_comes_out_the_same_twice(
    kind: str, variant: str, limit: float, tmp_path: Path
) -> None:
    files = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        files.append(Maker(MODEL, tmp_path / name).make(build(kind, variant)))
    assert content_sha256(files[0]) == content_sha256(files[1])
    run = open_runner(files[0], kind, MODEL.spec)
    for case in cases(Maker(MODEL, tmp_path).network, MODEL):
        made = run(case.inputs)
        assert set(made) == {"probabilities"}
        assert made["probabilities"].shape == (1, 7)
        assert np.abs(made["probabilities"] - case.outputs["probabilities"]).max() < limit
