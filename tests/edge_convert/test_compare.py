from __future__ import annotations

from time import sleep

import msgspec

from edge_convert.compare import Comparison, Pair, Side, latencies, note, table

PAIR = Pair(
    variant="fp32",
    sides=(
        Side(converter="litert-torch", bytes=1000, max_abs=1e-6, mean_abs=1e-7, ms=2.0),
        Side(converter="onnx2tf", bytes=1200, max_abs=2e-6, mean_abs=1e-7, ms=3.0),
    ),
    apart=1e-6,
    ratio=1.5,
)
COMPARISON = Comparison(model="smile", photos=5, pairs=(PAIR,), better="litert-torch")


def test_the_table_and_the_note_say_the_numbers() -> None:
    lines = table(COMPARISON)
    assert "1,000 B" in lines[0]
    assert "onnx2tf takes 1.50x" in lines[2]
    assert lines[-1].endswith("better: litert-torch")
    assert "1.0e-06 from PyTorch, 1000 bytes" in note(COMPARISON, "litert-torch")


def test_a_converter_that_failed_is_a_finding() -> None:
    failed = msgspec.structs.replace(PAIR.sides[1], error="onnx2tf failed: no such op")
    pair = msgspec.structs.replace(PAIR, sides=(PAIR.sides[0], failed), ratio=0.0)
    lines = table(msgspec.structs.replace(COMPARISON, pairs=(pair,)))
    assert "onnx2tf failed: no such op" in lines[1]


def test_latencies_are_taken_in_turns() -> None:
    order: list[int] = []

    def call(number: int, seconds: float) -> object:
        return lambda: (order.append(number), sleep(seconds))

    quick, slow = latencies([call(0, 0.001), call(1, 0.004)])
    assert sorted(quick)[len(quick) // 2] < sorted(slow)[len(slow) // 2]
    assert order[:4] in ([0, 1, 0, 1], [0, 1, 1, 0], [1, 0, 1, 0], [1, 0, 0, 1])
