"""Measure the activation ranges of a model on its calibration photos, and keep them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from edge_calibration.representative import representative
from edge_convert.building import Maker, ranges_path
from edge_convert.hard_swish import with_hard_swish_ranges
from edge_convert.quantize import extremes
from edge_convert.ranges import RangesFile, combined, write_ranges
from edge_convert.saturation import with_sigmoid_ranges
from edge_runtime.errors import SpecError

if TYPE_CHECKING:
    from edge_convert.light_model import LightModel
    from edge_convert.ranges import Ranges
    from edge_runtime.spec import ModelSpec


def calibrate(model: LightModel) -> tuple[Path, int]:
    """Write ``calibration/data/ranges/<id>.json``; returns its path and how many tensors.

    Raises ``SpecError`` where the model has no static variant or no calibration set.
    """
    spec = model.spec
    if "static_wi8_ai8" not in spec.tflite or spec.calibration is None:
        raise SpecError(f"{spec.id} has no static variant, so there is nothing to calibrate")
    with tempfile.TemporaryDirectory() as place:
        float_file = Maker(model, Path(place)).float_tflite(spec.image.size_hw)
    ranges = measured(float_file, spec)
    content = RangesFile(
        model=spec.id,
        version=spec.version,
        converter=spec.converter,
        dataset=spec.calibration.dataset,
        photos=spec.calibration.count,
        ranges=ranges,
    )
    write_ranges(ranges_path(spec.id), content)
    return ranges_path(spec.id), len(ranges)


def measured(float_file: bytes, spec: ModelSpec) -> Ranges:
    """The range of each tensor of a float32 TFLite file over the calibration photos."""
    photos = (inputs for _, inputs in representative(spec))
    ranges = combined(extremes(float_file, spec, photos))
    return with_sigmoid_ranges(float_file, with_hard_swish_ranges(float_file, ranges))
