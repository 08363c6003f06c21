from __future__ import annotations

from time import sleep

import pytest

from edge_convert import compare as module
from edge_convert.compare import compare, latencies
from edge_convert.light_model import LightModel
from edge_runtime.errors import ConversionError


def test_latencies_are_taken_in_turns() -> None:
    order: list[int] = []

    def call(number: int, seconds: float) -> object:
        return lambda: (order.append(number), sleep(seconds))

    quick, slow = latencies([call(0, 0.001), call(1, 0.004)])
    assert sorted(quick)[len(quick) // 2] < sorted(slow)[len(slow) // 2]
    assert order[:4] in ([0, 1, 0, 1], [0, 1, 1, 0], [1, 0, 1, 0], [1, 0, 0, 1])


def test_both_converters_fail_only_together(
    installed: LightModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise ConversionError("tiny: no")

    monkeypatch.setattr("edge_convert.onnx2tf.export", refuse)
    found = compare(installed)
    assert found.better == "litert-torch"
    assert [side.error for side in found.pairs[0].sides] == ["", "tiny: no"]
    assert found.pairs[0].ratio == 0
    monkeypatch.setattr("edge_convert.litert.export", refuse)
    with pytest.raises(ConversionError, match="tiny: both converters fail: tiny: no"):
        compare(installed)


@pytest.mark.parametrize(
    ("ratio", "better"), [(0.5, "onnx2tf"), (0.95, "litert-torch"), (1.5, "litert-torch")]
)
def test_only_a_clearly_faster_second_converter_is_better(ratio: float, better: str) -> None:
    sides = tuple(module.Side(converter=name) for name in module.CONVERTERS)
    pair = module.Pair(variant="fp32", sides=sides, ratio=ratio)
    assert module._better(pair) == better
