"""What can be run of a model, by name: the float network, and every file of a variant."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from edge_calibration.factory import open_factory
from edge_calibration.quiet import aside
from edge_runtime.errors import PocketLensError, UnknownName
from edge_runtime.hashes import content_bytes, content_sha256
from edge_runtime.interpreter import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime.bundle import Bundle
    from edge_runtime.spec import Format, ModelEntry, ModelSpec, SizeHW, Variant

    Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]
    Run: TypeAlias = Callable[[Arrays], Arrays]

FORMATS: tuple[Format, ...] = ("tflite", "coreml")


@dataclass(frozen=True, kw_only=True)
class VariantFile:
    """A file to be measured: where it lies and what it is."""

    format: Format
    variant: Variant
    path: Path

    @property
    def name(self) -> str:
        """What it is called in reports: ``tflite weight_only_wi8_afp32``."""
        return f"{self.format} {self.variant}"

    @cached_property
    def sha256(self) -> str:
        """Of the file, or of the package's files."""
        return content_sha256(self.path)

    @cached_property
    def bytes(self) -> int:
        """How large it is."""
        return content_bytes(self.path)

    def open(self, spec: ModelSpec) -> Run:
        """The file as a function; Core ML's operation by operation."""
        if self.format == "tflite":
            return Session(self.path, threads=2).run
        with aside(f"{spec.id}: reading {self.path.name}"):
            return open_package(self.path, spec)


def open_package(path: Path, spec: ModelSpec) -> Run:
    """A Core ML package as a function of NHWC arrays, in the precision it declares."""
    from edge_calibration.coreml.mil_session import MilSession  # noqa: PLC0415  imports torch

    session = MilSession(path)
    pictures = {o.name for o in spec.outputs if o.image and o.shape[-1] == 3}

    def run(inputs: Arrays) -> Arrays:
        image = inputs[spec.image.name].transpose(0, 3, 1, 2).copy()
        made = session.run({**inputs, spec.image.name: image})
        return {n: v.transpose(0, 2, 3, 1) if n in pictures else v for n, v in made.items()}

    return run


def variant_files(
    bundle: Bundle, entry: ModelEntry, variants: Sequence[str] = ()
) -> tuple[VariantFile, ...]:
    """The files that ship (TFLite and Core ML), or those of the variants named; a TFLite
    file that the bundle does not hold is made.

    Raises ``UnknownName`` where the model has no such variant.
    """
    spec = entry.spec
    if not variants:
        shipped = (_shipped(bundle, entry, kind, spec.ships[kind]) for kind in FORMATS)
        return tuple(file for file in shipped if file is not None)
    return tuple(_named(bundle, entry, name) for name in variants)


def _shipped(
    bundle: Bundle,
    entry: ModelEntry,
    kind: Format,
    variant: Variant,
    size: SizeHW | None = None,
) -> VariantFile | None:
    """The file of the default size, if the bundle has it and keeps it."""
    size = size or entry.spec.image.size_hw
    for file in entry.files:
        if (file.format, file.variant, file.size_hw) == (kind, variant, size) and file.bundled:
            path = bundle.folder / file.path
            if content_sha256(path) != file.sha256:
                raise PocketLensError(
                    f"{path} is not the file that the manifest names (SHA-256 differs): build"
                    f" it with 'edge-convert {entry.spec.id}'"
                )
            return VariantFile(format=kind, variant=variant, path=path)
    return None


def _named(bundle: Bundle, entry: ModelEntry, name: str) -> VariantFile:
    spec = entry.spec
    known: tuple[Variant, ...] = ("fp32", "mixed", *spec.tflite, *spec.coreml)
    variant = next((variant for variant in known if variant == name), None)
    if variant is None:
        raise UnknownName(f"variant of {spec.id}", name, set(known))
    for kind in FORMATS:
        if there := _shipped(bundle, entry, kind, variant):
            return there
    if variant not in {"fp32", "mixed", *spec.tflite}:
        raise PocketLensError(
            f"{spec.id}: the Core ML file {variant} is not in the bundle; build it with"
            f" 'edge-convert {spec.id} --formats coreml --out DIR' and say --bundle DIR"
        )
    path = open_factory().tflite(spec.id, variant)
    return VariantFile(format="tflite", variant=variant, path=path)
