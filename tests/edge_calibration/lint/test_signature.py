from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from ai_edge_litert.interpreter import Interpreter

from edge_calibration.lint.graph_surgery import packed, parsed
from edge_calibration.lint.signature import signed

Make = Callable[..., Path]


def test_a_signature_is_written_from_the_names(tflite: Make) -> None:
    model = parsed(tflite(["ADD", "x z", "y"], signed=False).read_bytes())
    assert signed(model) == ["serving_default"]
    said = Interpreter(model_content=packed(model)).get_signature_list()
    assert said == {"serving_default": {"inputs": ["x", "z"], "outputs": ["y"]}}
    assert signed(model) == []


@pytest.mark.parametrize("name", [b"", b"x"])
def test_names_that_say_nothing_are_no_signature(name: bytes, tflite: Make) -> None:
    model = parsed(tflite(["ADD", "x z", "y"], signed=False).read_bytes())
    model.subgraphs[0].tensors[1].name = name
    assert signed(model) == []
