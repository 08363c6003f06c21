"""A float32 TFLite file to its smaller variants, by ai-edge-quantizer.

Both borders stay float32 in every variant: a static int8 graph begins with QUANTIZE and
ends with DEQUANTIZE.  Static ranges are measured once, on photos, and kept as JSON (see
:mod:`edge_convert.ranges`), so that the same inputs give the same bytes on any machine.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from edge_calibration.quiet import aside
from edge_calibration.recipes import assigned
from edge_convert.hard_swish import hard_swishes, parts, spelt_out, with_part_ranges
from edge_convert.weight_layers import results
from edge_runtime.errors import ConversionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from edge_calibration.recipes import Precision, Recipe
    from edge_convert.ranges import Ranges
    from edge_runtime.spec import ModelSpec, Variant

SIGNATURE = "serving_default"
EVERYTHING = ".*"
STATIC = "static_wi8_ai8"
HARD_SWISH = "HARD_SWISH"
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

        if variant == STATIC:
            file, ranges = _spelt_out(file, _in_int8(file, spec), ranges)
        worker = quantizer.Quantizer(file, _recipe(spec, variant))
        statistics = _statistics(spec, ranges) if worker.need_calibration else None
        result = worker.quantize(statistics, enable_progress_report=False)
        return bytes(result.quantized_model)


def mixed(file: bytes, spec: ModelSpec, recipe: Recipe, ranges: Ranges | None = None) -> bytes:
    """A float32 TFLite file with each layer in the precision that a recipe gives it.

    ``ranges`` is needed where the recipe has ``static8``.  Raises ``SpecError`` where the
    recipe names a layer that the file has not, ``ConversionError`` naming the model.
    """
    precisions = assigned(recipe, results(file))
    if set(precisions.values()) == {"float"}:
        return file
    static = [one for one in hard_swishes(file) if precisions.get(one) == "static8"]
    file, ranges = _spelt_out(file, static, ranges)
    precisions |= dict.fromkeys((part for one in static for part in parts(one)), "static8")
    with aside(f"{spec.id}: quantising by its recipe"):
        from ai_edge_quantizer import quantizer

        worker = quantizer.Quantizer(file, _layer_by_layer(precisions))
        statistics = _statistics(spec, ranges) if worker.need_calibration else None
        made = worker.quantize(statistics, enable_progress_report=False)
        return bytes(made.quantized_model)


def _layer_by_layer(precisions: Mapping[str, Precision]) -> Any:
    """What cannot have a precision, such as a sum a packed weight, stays float."""
    from ai_edge_quantizer.recipe_manager import RecipeManager

    recipes = RecipeManager()
    for result, precision in precisions.items():
        if precision != "float":
            _PRECISIONS[precision](recipes, f"^{re.escape(result)};$")
    _keep_borders(recipes)
    return recipes.get_quantization_recipe()


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


def _in_int8(file: bytes, spec: ModelSpec) -> tuple[str, ...]:
    """The hard swishes that a static variant has in int8."""
    keep = [pattern for pattern in spec.keep_float if pattern != HARD_SWISH]
    if HARD_SWISH in spec.keep_float:
        return ()
    return tuple(
        result
        for result in hard_swishes(file)
        if not any(re.search(pattern, result) for pattern in keep)
    )


def _spelt_out(
    file: bytes, chosen: Sequence[str], ranges: Ranges | None
) -> tuple[bytes, Ranges | None]:
    known = ranges if ranges is None else with_part_ranges(ranges, chosen)
    return spelt_out(file, chosen), known


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
    _RECIPES[variant](recipes, EVERYTHING)
    if variant == "static_wi8_ai8":
        _keep_borders(recipes)
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


def _weight_only(recipes: Any, pattern: str, **kind: Any) -> None:
    recipes.add_quantization_config(pattern, "*", _weights(explicit=True, **kind))


def _dynamic(recipes: Any, pattern: str, smallest: int = 0) -> None:
    config = _weights(explicit=False, smallest=smallest)
    recipes.add_quantization_config(pattern, "*", config)


def _static(recipes: Any, pattern: str) -> None:
    recipes.add_static_config(pattern, "*", activation_num_bits=8, weight_num_bits=8)


def _keep_borders(recipes: Any) -> None:
    for border in ("INPUT", "OUTPUT"):
        recipes.add_quantization_config(EVERYTHING, border, algorithm_key="no_quantize")


def _half(recipes: Any, pattern: str) -> None:
    config = _weights(16, explicit=True, scales="TENSORWISE")
    recipes.add_quantization_config(pattern, "*", config, algorithm_key="float_casting")


def _weights(
    bits: int = 8, *, explicit: bool, smallest: int = 0, scales: str = "CHANNELWISE"
) -> Any:
    """Smaller weights, float activations: unpacked before the operation where ``explicit``,
    else the operation quantises its input as it runs.  Weights of fewer than ``smallest``
    elements stay float."""
    from ai_edge_quantizer import qtyping

    return qtyping.OpQuantizationConfig(
        weight_tensor_config=qtyping.TensorQuantizationConfig(
            num_bits=bits,
            symmetric=True,
            granularity=qtyping.QuantGranularity[scales],
            dtype=qtyping.TensorDataType["INT" if bits <= 8 else "FLOAT"],
        ),
        compute_precision=qtyping.ComputePrecision["FLOAT" if explicit else "INTEGER"],
        explicit_dequantize=explicit,
        min_weight_elements=smallest,
    )


_RECIPES: Mapping[Variant, Callable[[Any, str], None]] = {
    "weight_only_wi8_afp32": partial(_weight_only, smallest=SMALLEST_WEIGHT),
    "dynamic_wi8_afp32": partial(_dynamic, smallest=SMALLEST_WEIGHT),
    "static_wi8_ai8": _static,
    "fp16": _half,
}
_PRECISIONS: Mapping[Precision, Callable[[Any, str], None]] = {
    "fp16": _half,
    "w8": _weight_only,
    "w8_tensor": partial(_weight_only, scales="TENSORWISE"),
    "dynamic8": _dynamic,
    "static8": _static,
    "w4": partial(_weight_only, bits=4),
}
