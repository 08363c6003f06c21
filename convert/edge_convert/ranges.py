"""Activation ranges for static quantisation: measured on photos, kept as JSON.

``calibration/data/ranges/<id>.json`` holds, for each tensor of the float32 graph, the
interval that int8 has to cover.  It is committed: kernels of different processors differ
in the last bits of a float, and a conversion must give the same bytes everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import msgspec

from edge_convert.placing import write_whole
from edge_runtime.errors import ConversionError
from edge_runtime.typed_reading import from_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Ranges: TypeAlias = dict[str, tuple[float, float]]

DIGITS = 4


class RangesFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the JSON holds: where the ranges come from, and them, by tensor name."""

    model: str
    version: str
    converter: str
    dataset: str
    photos: int
    ranges: Ranges


def combined(seen: Sequence[Ranges]) -> Ranges:
    """One range a tensor out of one a photo: from the least to the largest of all.

    Measured on EfficientNet-Lite0, largest difference of a probability: 0.04 by this rule,
    0.33 by the mean of the photos' extremes, which cuts off what single photos need.
    """
    return {
        name: (
            _rounded(min(ranges[name][0] for ranges in seen)),
            _rounded(max(ranges[name][1] for ranges in seen)),
        )
        for name in sorted(seen[0])
    }


def write_ranges(path: Path, content: RangesFile) -> None:
    """Write the JSON, one tensor a line."""
    write_whole(path, msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n")


def read_ranges(path: Path, model_id: str, converter: str) -> Ranges | None:
    """The ranges of a model, or nothing where there is no such file.

    Raises ``ConversionError`` where they were measured on another converter's graph.
    """
    if not path.exists():
        return None
    again = f"run 'edge-convert calibrate {model_id}'"
    try:
        content = from_json(path.read_bytes(), RangesFile)
    except msgspec.DecodeError as error:
        raise ConversionError(f"{path.name} cannot be read ({error}); {again}") from error
    if (content.model, content.converter) != (model_id, converter):
        raise ConversionError(
            f"{path.name} was measured on {content.model} by {content.converter}; {again}"
        )
    return content.ranges


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS - 1}e}")
