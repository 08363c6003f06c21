"""What is built from a spec: formats, variants, sizes, and where each file goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from edge_runtime.errors import UnknownName
from edge_runtime.spec import Format, SizeHW, Variant

if TYPE_CHECKING:
    from collections.abc import Collection

    from edge_runtime.spec import ModelSpec

FORMATS: tuple[Format, ...] = get_args(Format)
VARIANTS: tuple[Variant, ...] = get_args(Variant)
SUFFIXES: dict[Format, str] = {
    "tflite": ".tflite",
    "coreml": ".mlpackage",
    "onnx": ".onnx",
    "coreai": ".aimodel",
}


@dataclass(frozen=True, kw_only=True)
class Build:
    """One file to be made."""

    format: Format
    variant: Variant
    size_hw: SizeHW


def builds(
    spec: ModelSpec, formats: Collection[str] = FORMATS, variants: Collection[str] = ()
) -> tuple[Build, ...]:
    """Every file of those formats and variants (all where none is named).

    Raises ``UnknownName`` where the model has none of the variants that are named.
    """
    offered = _offered(spec)
    chosen = tuple(
        Build(format=kind, variant=variant, size_hw=size_hw)
        for kind in FORMATS
        if kind in formats
        for size_hw in spec.image.sizes_hw
        for variant in offered[kind]
        if not variants or variant in variants
    )
    if variants and not chosen:
        known = {variant for kind in formats for variant in offered[_format(kind)]}
        raise UnknownName(f"variant of {spec.id}", ", ".join(variants), known)
    return chosen


def mixed_builds(spec: ModelSpec) -> tuple[Build, ...]:
    """What a recipe makes: a TFLite file for each size."""
    return tuple(
        Build(format="tflite", variant="mixed", size_hw=size_hw)
        for size_hw in spec.image.sizes_hw
    )


def shipped(spec: ModelSpec, formats: Collection[str] = FORMATS) -> tuple[Build, ...]:
    """The files that an app ships: of each format the one variant that the spec names."""
    return tuple(
        build
        for build in builds(spec, formats)
        if spec.ships.get(build.format) == build.variant
    )


def path_of(spec: ModelSpec, build: Build) -> str:
    """The file's path inside a bundle; the size is part of it where there are several."""
    height, width = build.size_hw
    size = f"-{height}x{width}" if len(spec.image.sizes_hw) > 1 else ""
    name = f"{spec.id}{size}-{build.variant}{SUFFIXES[build.format]}"
    return f"models/{spec.id}/{name}"


def _offered(spec: ModelSpec) -> dict[Format, tuple[Variant, ...]]:
    return {
        "tflite": spec.tflite,
        "coreml": spec.coreml,
        "onnx": ("fp32",),
        "coreai": ("fp32",),
    }


def _format(name: str) -> Format:
    for known in FORMATS:
        if known == name:
            return known
    raise UnknownName("format", name, FORMATS)
