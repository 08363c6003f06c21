from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from edge_convert import comparisons
from edge_convert.comparisons import (
    Comparison,
    Pair,
    Side,
    note,
    record,
    recorded,
    table,
    why_made_by,
)
from edge_convert.light_model import LightModel

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
    assert "1.0e-06 from PyTorch, 1000 bytes" in note(COMPARISON)


def test_a_converter_that_failed_is_a_finding() -> None:
    failed = msgspec.structs.replace(PAIR.sides[1], error="onnx2tf failed: no such op")
    pair = msgspec.structs.replace(PAIR, sides=(PAIR.sides[0], failed), ratio=0.0)
    lines = table(msgspec.structs.replace(COMPARISON, pairs=(pair,)))
    assert "onnx2tf failed: no such op" in lines[1]


def test_what_is_recorded_goes_into_the_note(
    tiny: LightModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparisons, "FOLDER", tmp_path)
    assert recorded(tiny.spec) is None
    assert why_made_by(tiny.spec, "litert-torch") == ""
    record(msgspec.structs.replace(COMPARISON, model="tiny"))
    assert recorded(tiny.spec) == msgspec.structs.replace(COMPARISON, model="tiny")
    assert why_made_by(tiny.spec, "litert-torch").endswith("onnx2tf takes 1.50x the time")
    assert why_made_by(tiny.spec, "onnx2tf") == ""
    by_name = msgspec.structs.replace(tiny.spec, keep_float=("SUB", "^stem"))
    assert why_made_by(by_name, "litert-torch").endswith("kept float by name")
