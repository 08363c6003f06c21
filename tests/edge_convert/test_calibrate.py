from __future__ import annotations

import pytest

from edge_convert.building import ranges_path
from edge_convert.calibrate import calibrate
from edge_convert.light_model import light_model, light_models
from edge_convert.ranges import read_ranges
from edge_runtime.errors import SpecError

STATIC = [m.spec for m in light_models().values() if "static_wi8_ai8" in m.spec.tflite]


@pytest.mark.parametrize("spec", STATIC, ids=lambda spec: spec.id)
def test_every_static_model_has_its_ranges(spec: object) -> None:
    ranges = read_ranges(ranges_path(spec.id), spec.id, spec.converter)
    assert ranges is not None
    assert len(ranges) > 50
    assert all(low <= high for low, high in ranges.values())


def test_a_model_without_a_static_variant_has_nothing_to_calibrate() -> None:
    with pytest.raises(SpecError, match="nothing to calibrate"):
        calibrate(light_model("smile"))
