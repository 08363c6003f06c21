from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.tools import flatbuffer_utils
from torch import nn

from edge_calibration.recipes import Precision, Recipe, Rule
from edge_convert.light_model import LightModel
from edge_convert.quantize import extremes, mixed, quantised
from edge_convert.ranges import Ranges, combined
from edge_convert.recipe import Build
from edge_convert.verify import cases, verify
from edge_runtime.errors import ConversionError, SpecError
from edge_runtime.interpreter import Session

TYPES = {v: k for k, v in vars(schema.TensorType).items() if isinstance(v, int)}
OPERATIONS = {v: k for k, v in vars(schema.BuiltinOperator).items() if isinstance(v, int)}
SMALLER = ["fp16", "weight_only_wi8_afp32", "dynamic_wi8_afp32", "static_wi8_ai8"]


def types_by_operation(data: bytes) -> dict[str, set[str]]:
    """The types of what each kind of operation makes."""
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(data))
    graph, kinds = model.subgraphs[0], {}
    for op in graph.operators:
        kind = OPERATIONS[model.operatorCodes[op.opcodeIndex].builtinCode]
        kinds.setdefault(kind, set()).add(TYPES[graph.tensors[op.outputs[0]].type])
    return kinds


@pytest.fixture(scope="module")
def ranges(tiny: LightModel, float_tflite: Path) -> Ranges:
    return combined(extremes(float_tflite.read_bytes(), tiny.spec, tiny.samples().values()))


@pytest.mark.parametrize("variant", SMALLER)
def test_every_variant_is_smaller_and_still_right(
    variant: str,
    tiny: LightModel,
    network: nn.Module,
    float_tflite: Path,
    ranges: Ranges,
    tmp_path: Path,
) -> None:
    data = quantised(float_tflite.read_bytes(), tiny.spec, variant, ranges)
    path = tmp_path / "a.tflite"
    path.write_bytes(data)
    build = Build(format="tflite", variant=variant, size_hw=(32, 32))
    parity = verify(path, build, tiny.spec, cases(network, tiny))
    assert parity.max_abs > 0
    assert len(data) < 0.75 * float_tflite.stat().st_size
    assert Session(path).input_shapes == {"image": (1, 32, 32, 3)}


@pytest.mark.parametrize("variant", SMALLER)
def test_twice_is_the_same(
    variant: str, tiny: LightModel, float_tflite: Path, ranges: Ranges
) -> None:
    source = float_tflite.read_bytes()
    once, again = (quantised(source, tiny.spec, variant, ranges) for _ in range(2))
    assert once == again


def test_static_int8_is_float_at_both_borders_only(
    tiny: LightModel, float_tflite: Path, ranges: Ranges
) -> None:
    kinds = types_by_operation(
        quantised(float_tflite.read_bytes(), tiny.spec, "static_wi8_ai8", ranges)
    )
    assert kinds["QUANTIZE"] == {"INT8"}
    assert kinds["DEQUANTIZE"] == {"FLOAT32"}
    assert kinds["CONV_2D"] == kinds["TRANSPOSE_CONV"] == {"INT8"}


@pytest.mark.parametrize(
    ("keep", "kind", "types"),
    [
        (("LOGISTIC",), "LOGISTIC", {"FLOAT32"}),
        (("^middle",), "CONV_2D", {"FLOAT32", "INT8"}),
        (("^middle", "^stem"), "CONV_2D", {"FLOAT32"}),
    ],
)
def test_what_the_spec_keeps_float_stays_float(
    keep: tuple[str, ...],
    kind: str,
    types: set[str],
    tiny: LightModel,
    float_tflite: Path,
    ranges: Ranges,
) -> None:
    spec = msgspec.structs.replace(tiny.spec, keep_float=keep)
    data = quantised(float_tflite.read_bytes(), spec, "static_wi8_ai8", ranges)
    assert types_by_operation(data)[kind] == types


def test_static_without_ranges_says_what_to_do(tiny: LightModel, float_tflite: Path) -> None:
    with pytest.raises(ConversionError, match="run 'edge-convert calibrate tiny'"):
        quantised(float_tflite.read_bytes(), tiny.spec, "static_wi8_ai8")


def test_a_variant_of_another_format_is_refused(tiny: LightModel, float_tflite: Path) -> None:
    with pytest.raises(ConversionError, match="no variant 'w8'"):
        quantised(float_tflite.read_bytes(), tiny.spec, "w8")


def test_float_is_left_as_it_is(tiny: LightModel, float_tflite: Path) -> None:
    data = float_tflite.read_bytes()
    assert quantised(data, tiny.spec, "fp32") == data


def test_extremes_are_those_of_each_photo(tiny: LightModel, float_tflite: Path) -> None:
    dark, bright = (
        {"image": np.full((1, 32, 32, 3), value, np.float32)} for value in (10, 250)
    )
    seen = extremes(float_tflite.read_bytes(), tiny.spec, [dark, bright])
    assert [ranges["image"] for ranges in seen] == [(10, 10), (250, 250)]
    assert "probability" in seen[0]


MIXES: list[tuple[Precision, dict[str, Precision], dict[str, str]]] = [
    ("float", {}, {}),
    ("w8", {}, {"stem": "INT8", "middle": "INT8", "up": "INT8"}),
    ("w8", {"middle": "fp16"}, {"stem": "INT8", "middle": "FLOAT16", "up": "INT8"}),
    ("fp16", {"middle": "w4", "up": "float"}, {"stem": "FLOAT16", "middle": "INT4"}),
    ("w8_tensor", {"up": "fp16"}, {"stem": "INT8", "middle": "INT8", "up": "FLOAT16"}),
    ("dynamic8", {"stem": "float"}, {"middle": "INT8", "up": "INT8"}),
    ("static8", {"up": "float"}, {"stem": "INT8", "middle": "INT8"}),
]


def packed_weights(data: bytes) -> dict[str, str]:
    """The type of the smaller weights, by the module that holds them."""
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(data))
    shapes = {(16, 3, 3, 3): "stem", (32, 3, 3, 16): "middle", (1, 4, 4, 32): "up"}
    return {
        shapes[tuple(tensor.shape)]: TYPES[tensor.type]
        for tensor in model.subgraphs[0].tensors
        if tuple(tensor.shape) in shapes
        and TYPES[tensor.type] != "FLOAT32"
        and model.buffers[tensor.buffer].data is not None
    }


@pytest.mark.parametrize(("base", "rules", "packed"), MIXES)
def test_a_recipe_gives_each_layer_its_precision(
    base: Precision,
    rules: dict[str, Precision],
    packed: dict[str, str],
    tiny: LightModel,
    float_tflite: Path,
    ranges: Ranges,
    tmp_path: Path,
) -> None:
    chosen = tuple(Rule(layers=(name,), precision=p) for name, p in rules.items())
    recipe = Recipe(model="tiny", version="1.0.0", base=base, rules=chosen)
    source = float_tflite.read_bytes()
    data = mixed(source, tiny.spec, recipe, ranges)
    assert packed_weights(data) == packed
    assert data == mixed(source, tiny.spec, recipe, ranges)
    path = tmp_path / "a.tflite"
    path.write_bytes(data)
    for inputs in tiny.samples().values():
        made, wanted = (Session(file).run(inputs) for file in (path, float_tflite))
        assert np.abs(made["probability"] - wanted["probability"]).max() < 0.05


def test_one_scale_for_a_tensor_is_smaller_than_one_a_channel(
    tiny: LightModel, float_tflite: Path
) -> None:
    def scales(base: Precision) -> dict[str, int]:
        recipe = Recipe(model="tiny", version="1.0.0", base=base)
        data = mixed(float_tflite.read_bytes(), tiny.spec, recipe)
        model = flatbuffer_utils.read_model_from_bytearray(bytearray(data))
        return {
            str(tuple(t.shape)): len(t.quantization.scale)
            for t in model.subgraphs[0].tensors
            if TYPES[t.type] == "INT8"
        }

    assert scales("w8")["(32, 3, 3, 16)"] == 32
    assert set(scales("w8_tensor").values()) == {1}


def test_a_static_recipe_needs_ranges(tiny: LightModel, float_tflite: Path) -> None:
    recipe = Recipe(model="tiny", version="1.0.0", base="static8")
    with pytest.raises(ConversionError, match="run 'edge-convert calibrate tiny'"):
        mixed(float_tflite.read_bytes(), tiny.spec, recipe)


def test_a_recipe_for_another_graph_is_refused(tiny: LightModel, float_tflite: Path) -> None:
    rule = Rule(layers=("head",), precision="float")
    recipe = Recipe(model="tiny", version="1.0.0", base="w8", rules=(rule,))
    with pytest.raises(SpecError, match="names 'head'"):
        mixed(float_tflite.read_bytes(), tiny.spec, recipe)
