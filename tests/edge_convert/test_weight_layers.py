from __future__ import annotations

from pathlib import Path

from edge_convert.weight_layers import results, weight_layers


def test_every_layer_is_listed_with_what_it_holds_and_takes(float_tflite: Path) -> None:
    layers = weight_layers(float_tflite.read_bytes())
    assert [layer.kind for layer in layers] == ["CONV_2D", "CONV_2D", "TRANSPOSE_CONV"]
    assert [layer.elements for layer in layers] == [3 * 16 * 9, 16 * 32 * 9, 32 * 16]
    assert [layer.macs // layer.elements for layer in layers] == [16 * 16] * 3


def test_layers_are_some_of_the_results(float_tflite: Path) -> None:
    file = float_tflite.read_bytes()
    names = [layer.result for layer in weight_layers(file)]
    assert [name for name in results(file) if name in names] == names
    assert results(file)[-1] in {"probability", "pooled"}
    assert len(results(file)) > len(names)
