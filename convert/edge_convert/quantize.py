"""A float32 TFLite file to its smaller variants, by ai-edge-quantizer.

Both borders stay float32 in every variant: a static int8 graph begins with QUANTIZE and
ends with DEQUANTIZE.  Static ranges are measured once, on photos, and kept as JSON (see
:mod:`edge_convert.ranges`), so that the same inputs give the same bytes on any machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from edge_convert.quiet import aside
from edge_runtime.errors import ConversionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    from edge_convert.ranges import Ranges
    from edge_runtime.spec import ModelSpec, Variant

SIGNATURE = "serving_default"
EVERYTHING = ".*"
# Smaller weights stay float: a few kilobytes, for 2 to 10 times less error in the
# segmenters and BlazeFace (their depthwise and squeeze layers).
SMALLEST_WEIGHT = 1024


def quantised(
    file: bytes, spec: ModelSpec, variant: Variant, ranges: Ranges | None = None
) -> bytes:
    """The variant of a float32 TFLite file.

    ``ranges`` (of the same file's tensors) is needed for ``static_wi8_ai8`` alone.
    Raises ``ConversionError`` naming the model and the variant.
    """
    if variant == "fp32":
        return file
    if variant not in _RECIPES:
        raise ConversionError(f"{spec.id}: TFLite has no variant {variant!r}; see the spec")
    with aside(f"{spec.id}: quantising to {variant}"):
        from ai_edge_quantizer import quantizer

        worker = quantizer.Quantizer(file, _recipe(spec, variant))
        statistics = _statistics(spec, ranges) if worker.need_calibration else None
        result = worker.quantize(statistics, enable_progress_report=False)
        return bytes(result.quantized_model)


def extremes(
    file: bytes, spec: ModelSpec, photos: Iterable[Mapping[str, NDArray[np.float32]]]
) -> list[Ranges]:
    """The least and largest value of every activation, a mapping a photo."""
    with aside(f"{spec.id}: calibrating"):
        from ai_edge_quantizer import quantizer

        everywhere = msgspec.structs.replace(spec, keep_float=())
        worker = quantizer.Quantizer(file, _recipe(everywhere, "static_wi8_ai8"))
        return [
            {
                name: (float(np.min(seen["min"])), float(np.max(seen["max"])))
                for name, seen in worker.calibrate(
                    {SIGNATURE: [dict(photo)]}, num_threads=1
                ).items()
            }
            for photo in photos
        ]


def _statistics(spec: ModelSpec, ranges: Ranges | None) -> dict[str, dict[str, Any]]:
    if ranges is None:
        raise ConversionError(
            f"{spec.id} has no activation ranges: run 'edge-convert calibrate {spec.id}'"
        )
    return {
        name: {"min": np.array([[low]], np.float32), "max": np.array([[high]], np.float32)}
        for name, (low, high) in ranges.items()
    }


def _recipe(spec: ModelSpec, variant: Variant) -> Any:
    from ai_edge_quantizer.recipe_manager import RecipeManager

    recipes = RecipeManager()
    _RECIPES[variant](recipes)
    for pattern in spec.keep_float if variant != "fp16" else ():
        _leave_float(recipes, pattern)
    return recipes.get_quantization_recipe()


def _leave_float(recipes: Any, pattern: str) -> None:
    """A pattern is a kind of operation (``SOFTMAX``) or searches names of results."""
    from ai_edge_quantizer.qtyping import TFLOperationName as Kind

    if pattern in Kind.__members__:
        recipes.add_quantization_config(EVERYTHING, Kind[pattern], algorithm_key="no_quantize")
    else:
        recipes.add_quantization_config(pattern, Kind("*"), algorithm_key="no_quantize")


def _weight_only(recipes: Any) -> None:
    recipes.add_quantization_config(EVERYTHING, "*", _weights(8, explicit=True))


def _dynamic(recipes: Any) -> None:
    recipes.add_quantization_config(EVERYTHING, "*", _weights(8, explicit=False))


def _static(recipes: Any) -> None:
    recipes.add_static_config(EVERYTHING, "*", activation_num_bits=8, weight_num_bits=8)
    for border in ("INPUT", "OUTPUT"):
        recipes.add_quantization_config(EVERYTHING, border, algorithm_key="no_quantize")


def _half(recipes: Any) -> None:
    config = _weights(16, explicit=True)
    recipes.add_quantization_config(EVERYTHING, "*", config, algorithm_key="float_casting")


def _weights(bits: int, *, explicit: bool) -> Any:
    """Smaller weights, float activations: unpacked before the operation where ``explicit``,
    else the operation quantises its input as it runs."""
    from ai_edge_quantizer import qtyping

    whole = bits == 8
    return qtyping.OpQuantizationConfig(
        weight_tensor_config=qtyping.TensorQuantizationConfig(
            num_bits=bits,
            symmetric=True,
            granularity=qtyping.QuantGranularity["CHANNELWISE" if whole else "TENSORWISE"],
            dtype=qtyping.TensorDataType["INT" if whole else "FLOAT"],
        ),
        compute_precision=qtyping.ComputePrecision["FLOAT" if explicit else "INTEGER"],
        explicit_dequantize=explicit,
        min_weight_elements=SMALLEST_WEIGHT if whole else 0,
    )


_RECIPES: Mapping[Variant, Callable[[Any], None]] = {
    "weight_only_wi8_afp32": _weight_only,
    "dynamic_wi8_afp32": _dynamic,
    "static_wi8_ai8": _static,
    "fp16": _half,
}
