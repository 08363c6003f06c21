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
    ("means", "ratio", "better"),
    [
        ((1e-3, 1e-3), 0.5, "onnx2tf"),
        ((1e-3, 1e-3), 0.95, "litert-torch"),
        ((1e-3, 1e-3), 1.5, "litert-torch"),
        ((1e-3, 3e-3), 0.5, "litert-torch"),
        ((3e-3, 1e-3), 1.5, "onnx2tf"),
        ((1e-9, 1e-6), 0.5, "onnx2tf"),
    ],
)
def test_the_nearer_and_then_the_faster_one_is_better(
    means: tuple[float, float], ratio: float, better: str
) -> None:
    sides = tuple(
        module.Side(converter=name, mean_abs=mean)
        for name, mean in zip(module.CONVERTERS, means, strict=True)
    )
    pair = module.Pair(variant="fp32", sides=sides, ratio=ratio)
    assert module._better(pair) == better
