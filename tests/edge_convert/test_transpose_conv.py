from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from ai_edge_litert import schema_py_generated as schema
from torch import nn

from edge_convert import litert
from edge_convert.flatbuffer import tensor_names
from edge_convert.graph_edit import OPERATORS, GraphEdit
from edge_convert.light_model import LightModel
from edge_convert.saturation import LIMIT, with_sigmoid_ranges
from edge_convert.transpose_conv import without_transpose_conv
from edge_runtime.interpreter import Session
from edge_runtime.spec import Tensor

SIDE = 8


def exported(tiny: LightModel, layer: nn.Module, made: tuple[int, ...], folder: Path) -> bytes:
    output = Tensor(name="picture", shape=made, meaning="", unit="", image=True)
    image = msgspec.structs.replace(tiny.spec.image, sizes_hw=((SIDE, SIDE),))
    spec = msgspec.structs.replace(tiny.spec, image=image, outputs=(output,))

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.up = layer

        def forward(self, picture: torch.Tensor) -> tuple[torch.Tensor]:
            return (self.up(picture / 255),)

    path = folder / "up.tflite"
    with pytest.MonkeyPatch.context() as patch:  # what litert-torch makes of it by itself
        patch.setattr(litert, "without_transpose_conv", lambda file: file)
        litert.export(Net().eval(), spec, (SIDE, SIDE), path)
    return path.read_bytes()


def kinds(file: bytes) -> set[int]:
    graph = GraphEdit(file, "")
    return {graph.kind(operator) for operator in graph.take_operators()}


def run(file: bytes, folder: Path) -> np.ndarray:
    path = folder / "run.tflite"
    path.write_bytes(file)
    picture = np.random.default_rng(0).uniform(0, 255, (1, SIDE, SIDE, 3))
    (out,) = Session(path).run({"image": picture.astype(np.float32)}).values()
    return out


@pytest.mark.parametrize(
    ("results", "step", "bias"), [(1, 2, True), (3, 2, True), (2, 4, True), (2, 2, False)]
)
def test_squares_side_by_side_are_a_plain_convolution(
    results: int, step: int, bias: bool, tiny: LightModel, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    layer = nn.ConvTranspose2d(3, results, step, step, bias=bias)
    file = exported(tiny, layer, (1, step * SIDE, step * SIDE, results), tmp_path)
    assert OPERATORS.TRANSPOSE_CONV in kinds(file)
    again = without_transpose_conv(file)
    assert OPERATORS.TRANSPOSE_CONV not in kinds(again)
    np.testing.assert_allclose(run(again, tmp_path), run(file, tmp_path), atol=1e-6)


def test_what_overlaps_stays(tiny: LightModel, tmp_path: Path) -> None:
    layer = nn.ConvTranspose2d(3, 2, 4, 2, 1)
    file = exported(tiny, layer, (1, 2 * SIDE, 2 * SIDE, 2), tmp_path)
    assert without_transpose_conv(file) is file


def test_what_is_fused_stays(tiny: LightModel, tmp_path: Path) -> None:
    layer = nn.ConvTranspose2d(3, 2, 2, 2)
    graph = GraphEdit(exported(tiny, layer, (1, 2 * SIDE, 2 * SIDE, 2), tmp_path), "")
    for operator in graph.take_operators():
        if graph.kind(operator) == OPERATORS.TRANSPOSE_CONV:
            operator.builtinOptions.fusedActivationFunction = schema.ActivationFunctionType.RELU
        graph.operators.append(operator)
    file = graph.to_bytes()
    assert without_transpose_conv(file) is file


def test_the_range_before_a_sigmoid_is_known_through_the_squares(
    tiny: LightModel, tmp_path: Path
) -> None:
    layer = nn.Sequential(nn.ConvTranspose2d(3, 2, 2, 2), nn.Sigmoid())
    file = exported(tiny, layer, (1, 2 * SIDE, 2 * SIDE, 2), tmp_path)
    file = without_transpose_conv(file)
    ranges = with_sigmoid_ranges(file, dict.fromkeys(tensor_names(file), (-40.0, 40.0)))
    assert ranges["transpose_conv#0"] == (-LIMIT, LIMIT)
