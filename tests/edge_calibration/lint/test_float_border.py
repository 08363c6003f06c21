from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from edge_calibration.lint.float_border import float_border
from edge_calibration.lint.graph_surgery import packed, parsed

Make = Callable[..., Path]
LOGISTIC = {"x": "INT8", "y": {"dtype": "INT8", "scales": [1 / 256]}}


def test_borders_become_float_and_keep_their_names(tflite: Make) -> None:
    model = parsed(tflite(["LOGISTIC", "x", "y"], tensors=LOGISTIC).read_bytes())
    model.subgraphs[0].tensors[1].quantization.zeroPoint = [-128]
    assert float_border(model) == ["x", "y"]
    run = Interpreter(model_content=packed(model)).get_signature_runner()
    (answer,) = run(x=np.full((1, 8, 8, 3), 2.0, np.float32)).values()
    assert answer.dtype == np.float32
    np.testing.assert_allclose(answer, 1 / (1 + np.exp(-2.0)), atol=1 / 128)


def test_only_the_integer_side_is_wrapped(tflite: Make) -> None:
    model: Any = parsed(tflite(["DEQUANTIZE", "x", "y"], tensors={"x": "INT8"}).read_bytes())
    assert float_border(model) == ["x"]
    assert float_border(model) == []
