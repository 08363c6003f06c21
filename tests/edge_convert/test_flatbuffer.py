from __future__ import annotations

from pathlib import Path

import pytest
from ai_edge_litert.tools import flatbuffer_utils

from edge_convert.flatbuffer import short_name, tensor_names, tidy
from edge_convert.light_model import LightModel
from edge_runtime.errors import ConversionError

BORDER = "edge_convert.layout.NhwcBorder"
NET = f"{BORDER}/edge_convert.networks.x.Net_network"
CONV = "torch.nn.modules.conv.Conv2d"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (f"{NET}/{CONV}_first;1", "first;1"),
        (f"{NET}/edge_convert.networks.x.Block_blocks.0/{CONV}_conv;", "blocks.0/conv"),
        (f"{NET}/{CONV}_narrow_2;", "narrow_2"),
        (f"{NET};;{NET}/{CONV}_first;3", "first;3"),
        (f"{NET}/{CONV}_boxes;;{NET}/{CONV}_classes;", "boxes"),
        (f"{NET};4", "network;4"),
        ("arith.constant3", "arith.constant3"),
        ("model_2/tf.math.add/Add", "model_2/tf.math.add/Add"),
    ],
)
def test_the_modules_path_is_what_stays_of_a_name(given: str, wanted: str) -> None:
    assert short_name(given) == wanted


def test_the_border_has_the_names_of_the_spec(tiny: LightModel, float_tflite: Path) -> None:
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(float_tflite.read_bytes()))
    (signature,) = model.signatureDefs
    assert signature.signatureKey == b"serving_default"
    assert [entry.name for entry in signature.inputs] == [b"image"]
    assert [entry.name for entry in signature.outputs] == [b"probability", b"pooled"]
    names = [graph_name.decode() for graph_name in _border_names(model)]
    assert names == ["image", "probability", "pooled"]
    assert model.description == f"tiny {tiny.spec.version}".encode()


def _border_names(model: object) -> list[bytes]:
    graph = model.subgraphs[0]
    return [graph.tensors[index].name for index in (*graph.inputs, *graph.outputs)]


def test_every_tensor_has_a_name_of_its_own(float_tflite: Path) -> None:
    names = tensor_names(float_tflite.read_bytes())
    assert len(set(names)) == len(names)
    assert {"stem#1", "middle#1", "up"} <= set(names)
    assert not any("edge_convert" in name for name in names)


def test_nothing_of_the_machine_is_in_the_file(float_tflite: Path) -> None:
    data = float_tflite.read_bytes()
    assert b"CONVERSION_METADATA" not in data
    assert b"/home" not in data
    assert str(Path(__file__).parents[2]).encode() not in data


def test_tidying_twice_changes_nothing(tiny: LightModel, float_tflite: Path) -> None:
    data = float_tflite.read_bytes()
    assert tidy(data, tiny.spec, ["image"], ["probability", "pooled"]) == data


def test_a_file_without_signature_gets_one(tiny: LightModel, float_tflite: Path) -> None:
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(float_tflite.read_bytes()))
    model.signatureDefs = []
    bare = bytes(flatbuffer_utils.convert_object_to_bytearray(model))
    again = tidy(bare, tiny.spec, ["image"], ["probability", "pooled"])
    assert again == float_tflite.read_bytes()


def test_unexpected_names_are_told(tiny: LightModel, float_tflite: Path) -> None:
    with pytest.raises(ConversionError, match=r"named \['image'\], not \['args_0'\]"):
        tidy(float_tflite.read_bytes(), tiny.spec, ["args_0"], ["probability", "pooled"])
