"""What a comparison of the two converters showed, and where it is kept.

``convert/comparisons/<id>.json`` is written by ``edge-convert compare --record``; the
manifest tells from it why a file was made by which converter.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from edge_convert.placing import write_whole
from edge_runtime.spec import Converter, Variant  # noqa: TC001  msgspec reads annotations
from edge_runtime.typed_reading import from_json

if TYPE_CHECKING:
    from edge_runtime.spec import ModelSpec

FOLDER = Path(__file__).parents[1] / "comparisons"


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """What one converter made: ``max_abs`` and ``mean_abs`` are its distance from PyTorch,
    ``ms`` the median latency on one thread; ``error`` says why there is none of that."""

    converter: Converter
    bytes: int = 0
    max_abs: float = 0.0
    mean_abs: float = 0.0
    ms: float = 0.0
    error: str = ""


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Both converters' files of one variant; ``apart`` is the largest difference between
    the two, ``ratio`` the second's latency divided by the first's, both 0 for one alone."""

    variant: Variant
    sides: tuple[Side, ...]
    apart: float = 0.0
    ratio: float = 0.0


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """All pairs of one model, on ``photos`` photos, and the converter that they speak for."""

    model: str
    photos: int
    pairs: tuple[Pair, ...]
    better: Converter


def record(comparison: Comparison) -> None:
    """Keep a comparison beside the code."""
    data = msgspec.json.format(msgspec.json.encode(comparison), indent=1)
    write_whole(FOLDER / f"{comparison.model}.json", data + b"\n")


def recorded(spec: ModelSpec) -> Comparison | None:
    """The comparison that was kept of a model."""
    path = FOLDER / f"{spec.id}.json"
    return from_json(path.read_bytes(), Comparison) if path.exists() else None


def table(comparison: Comparison) -> list[str]:
    """The comparison as lines for a terminal."""
    lines = []
    for pair in comparison.pairs:
        for side in pair.sides:
            what = f"{comparison.model:32} {pair.variant:22} {side.converter:13}"
            numbers = f"{side.bytes:>11,} B  max {side.max_abs:.1e}  mean {side.mean_abs:.1e}"
            lines.append(f"{what} {side.error or f'{numbers}  {side.ms:8.2f} ms'}")
        if pair.ratio:
            lines.append(f"{'':32} apart {pair.apart:.1e}, onnx2tf takes {pair.ratio:.2f}x")
    return [*lines, f"{'':32} better: {comparison.better}"]


def why_made_by(spec: ModelSpec, via: Converter) -> str:
    """Why the files of a model are made by that converter, for the manifest."""
    comparison = recorded(spec)
    if comparison is None or via != spec.converter:
        return ""
    by_name = any(not pattern.isupper() for pattern in spec.keep_float)
    return note(comparison) + ("; compared without what is kept float by name" * by_name)


def note(comparison: Comparison) -> str:
    """What the comparison of the shipped variant showed, in a sentence."""
    pair = comparison.pairs[-1]
    said = "; ".join(f"{side.converter} {_said(side)}" for side in pair.sides)
    ratio = f"; onnx2tf takes {pair.ratio:.2f}x the time" if pair.ratio else ""
    return f"edge-convert compare, {pair.variant}: {said}{ratio}"


def _said(side: Side) -> str:
    return side.error or f"{side.max_abs:.1e} from PyTorch, {side.bytes} bytes"
