from __future__ import annotations

import math
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from edge_server.networks.precision import (  # noqa: E402
    Precision,
    autocast,
    best_precision,
    distance,
)

CPU, CUDA = torch.device("cpu"), torch.device("cuda:0")
EXACT = torch.ones(4)


@pytest.mark.parametrize(
    ("precision", "dtype"),
    [(Precision.FLOAT32, torch.float32), (Precision.BFLOAT16, torch.bfloat16)],
)
def test_autocast(precision: Any, dtype: Any) -> None:
    with autocast(CPU, precision):
        assert torch.nn.Linear(2, 2)(torch.zeros(1, 2)).dtype == dtype


@pytest.mark.parametrize(
    ("device", "errors", "expected"),
    [
        (CUDA, {Precision.FLOAT16: 0.001, Precision.BFLOAT16: 0.005}, Precision.FLOAT16),
        (CUDA, {Precision.FLOAT16: math.inf, Precision.BFLOAT16: 0.005}, Precision.BFLOAT16),
        (CUDA, {Precision.FLOAT16: math.nan, Precision.BFLOAT16: 0.05}, Precision.FLOAT32),
        (CPU, {Precision.FLOAT16: 0.0, Precision.BFLOAT16: 0.0}, Precision.FLOAT32),
    ],
)
def test_the_first_half_that_passes(device: Any, errors: Any, expected: Any) -> None:
    def outputs(precision: Any) -> Any:
        return [EXACT, EXACT * (1 + errors.get(precision, 0))]

    assert best_precision(device, outputs) is expected


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([EXACT, EXACT], 0.0),
        ([EXACT, EXACT * 1.5], 0.5),
        ([EXACT * 0, EXACT], 1.0),
        ([EXACT, EXACT * math.nan], math.inf),
    ],
)
def test_distance(others: Any, expected: Any) -> None:
    assert distance([EXACT, EXACT], others) == expected
