from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from ai_edge_litert.interpreter import Interpreter
from torch import nn
from torch.nn import functional as F

from edge_calibration.recipes import Recipe, Rule
from edge_convert import litert, quantize
from edge_convert.hard_swish import (
    hard_swishes,
    parts,
    spelt_out,
    with_hard_swish_ranges,
    with_part_ranges,
)
from edge_convert.light_model import LightModel
from edge_convert.quantize import extremes, mixed, quantised
from edge_convert.ranges import Ranges, combined
from edge_runtime.interpreter import Session
from edge_runtime.spec import ModelSpec

STATIC = "static_wi8_ai8"


class Swishing(nn.Module):
    """Two hard swishes; what goes into the second is needed once more."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, 2, 1)
        self.middle = nn.Conv2d(16, 32, 3, padding=1)
        self.up = nn.ConvTranspose2d(32, 1, 2, 2)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        x = self.middle(F.hardswish(8 * self.stem(image / 127.5 - 1)))
        y = F.hardswish(8 * x)
        return torch.sigmoid(self.up(y)), (y + 0.1 * x).mean((2, 3))


@pytest.fixture(scope="module")
def made(tiny: LightModel, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("swish") / "float.tflite"
    litert.export(Swishing().eval(), tiny.spec, (32, 32), path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def ranges(made: bytes, tiny: LightModel) -> Ranges:
    return combined(extremes(made, tiny.spec, tiny.samples().values()))


def run(file: bytes, folder: Path, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    path = folder / "run.tflite"
    path.write_bytes(file)
    return Session(path).run(inputs)


def kinds(file: bytes) -> list[str]:
    interpreter = Interpreter(model_content=file)
    interpreter.allocate_tensors()
    return [one["op_name"] for one in interpreter._get_ops_details()]


def test_the_function_is_the_same(made: bytes, tiny: LightModel, tmp_path: Path) -> None:
    names = hard_swishes(made)
    assert len(names) == 2
    again = spelt_out(made, names)
    assert hard_swishes(again) == ()
    inputs = tiny.samples()["noise1"]
    before, after = (run(file, tmp_path, inputs) for file in (made, again))
    for name, values in before.items():
        np.testing.assert_allclose(after[name], values, atol=2e-6, rtol=1e-5)


def test_only_what_is_asked_for_is_spelt_out(made: bytes) -> None:
    first, second = hard_swishes(made)
    assert hard_swishes(spelt_out(made, [second])) == (first,)
    assert spelt_out(made, []) is made


def test_int8_is_one_part_for_xnnpack(made: bytes, tiny: LightModel, ranges: Ranges) -> None:
    """Without the rewrite each hard swish stays outside and splits what is around it."""
    static = kinds(quantised(made, tiny.spec, STATIC, ranges))
    assert (static.count("DELEGATE"), static.count("HARD_SWISH")) == (1, 0)
    floats = kinds(made)
    assert (floats.count("DELEGATE"), floats.count("HARD_SWISH")) == (1, 2)


def test_int8_loses_no_more_than_the_one_operation_does(
    made: bytes,
    tiny: LightModel,
    ranges: Ranges,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inputs = tiny.samples()["noise1"]
    right = run(made, tmp_path, inputs)["probability"]

    def off(known: Ranges) -> float:
        file = quantised(made, tiny.spec, STATIC, known)
        return float(np.abs(run(file, tmp_path, inputs)["probability"] - right).mean())

    spelt = off(with_hard_swish_ranges(made, ranges))
    monkeypatch.setattr(quantize, "hard_swishes", lambda _: ())
    assert spelt < 1.1 * off(ranges)


@pytest.mark.parametrize(
    ("keep", "left"), [(("HARD_SWISH",), 2), ((".",), 2), (("^nowhere",), 0)]
)
def test_what_stays_float_stays_one_operation(
    keep: tuple[str, ...], left: int, made: bytes, tiny: LightModel, ranges: Ranges
) -> None:
    spec: ModelSpec = msgspec.structs.replace(tiny.spec, keep_float=keep)
    assert len(hard_swishes(quantised(made, spec, STATIC, ranges))) == left


@pytest.mark.parametrize("variant", ["weight_only_wi8_afp32", "dynamic_wi8_afp32", "fp16"])
def test_other_variants_keep_the_operation(variant: str, made: bytes, tiny: LightModel) -> None:
    assert len(hard_swishes(quantised(made, tiny.spec, variant))) == 2


def test_a_recipe_spells_out_what_it_makes_static(
    made: bytes, tiny: LightModel, ranges: Ranges
) -> None:
    first, second = hard_swishes(made)
    recipe = Recipe(
        model="tiny",
        version="1.0.0",
        base="static8",
        rules=(Rule(layers=(first,), precision="float"),),
    )
    file = mixed(made, tiny.spec, recipe, ranges)
    assert hard_swishes(file) == (first,)
    assert second not in hard_swishes(file)


def test_what_becomes_zero_needs_no_codes(made: bytes, ranges: Ranges) -> None:
    narrowed = with_hard_swish_ranges(made, dict.fromkeys(ranges, (-80.0, 66.0)))
    changed = {name for name, held in narrowed.items() if held != (-80.0, 66.0)}
    assert {narrowed[name] for name in changed} == {(-3.0, 66.0)}
    assert len(changed) == 2


def test_a_range_below_is_left_alone(made: bytes, ranges: Ranges) -> None:
    low = dict.fromkeys(ranges, (-80.0, -5.0))
    assert with_hard_swish_ranges(made, low) == low


def test_the_parts_ranges_are_known() -> None:
    shifted, factor = parts("a")
    given: Ranges = {"a": (-0.375, 9.0)}
    assert with_part_ranges(given, ["a"]) == {
        "a": (-0.375, 9.0),
        shifted: (0.0, 6.0),
        factor: (0.0, 1.0),
    }
    assert given == {"a": (-0.375, 9.0)}
