"""Every exported file is run on the photos that PyTorch ran on, and must say the same.

A difference is divided by the output's span, then held against the variant's gate.  What
cannot be run here is still looked at (:mod:`edge_convert.mlpackage`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from msgspec.structs import replace

from edge_convert.layout import output_shape
from edge_convert.runners import open_runner
from edge_convert.torch_runner import TorchRunner
from edge_runtime.contract import Resize
from edge_runtime.errors import VerificationError
from edge_runtime.preprocess import fit
from edge_runtime.spec import Gate, Parity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import nn

    from edge_calibration.recipes import Recipe
    from edge_convert.light_model import LightModel
    from edge_convert.recipe import Build
    from edge_runtime.spec import ModelSpec, SizeHW, Tensor

    Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]
    Run: TypeAlias = Callable[[Arrays], Arrays]

AGAINST = "PyTorch module"
PHOTOS_AT_OTHER_SIZES = 3
SCORES_FROM = 0.1


@dataclass(frozen=True, kw_only=True)
class Case:
    """What goes into the model for one photo, and what PyTorch makes of it."""

    photo: str
    inputs: Arrays
    outputs: Arrays


@dataclass(frozen=True, kw_only=True)
class Difference:
    """How far one output is off on one photo, divided by its span."""

    output: str
    photo: str
    max_abs: float
    mean_abs: float


def cases(
    network: nn.Module, model: LightModel, size_hw: SizeHW | None = None
) -> tuple[Case, ...]:
    """The model's samples and PyTorch's answers; a few of them where the size is another."""
    runner = TorchRunner(network, model.spec)
    samples = model.samples()
    image = model.spec.image
    if size_hw is not None and size_hw != image.size_hw:
        samples = {
            photo: {**inputs, image.name: _resized(inputs[image.name], size_hw)}
            for photo, inputs in list(samples.items())[:PHOTOS_AT_OTHER_SIZES]
        }
    return tuple(
        Case(photo=photo, inputs=inputs, outputs=runner.run(inputs))
        for photo, inputs in samples.items()
    )


def verify(path: Path, build: Build, spec: ModelSpec, known: Sequence[Case]) -> Parity:
    """Run a file on every case and hold it against the gate of its variant.

    Raises ``VerificationError`` naming the model, the file, the output, what was
    measured and what is allowed.
    """
    run = open_runner(path, build.format, spec)
    differences = [
        difference for case in known for difference in compared(spec, build.size_hw, run, case)
    ]
    return judged(path.name, spec, spec.gates.variants[build.variant], differences)


def promised(spec: ModelSpec, recipe: Recipe) -> ModelSpec:
    """The spec with a gate for what a recipe makes: its own, else what the recipe promises,
    else what the variant that ships may be off."""
    usual = spec.gates.variants[spec.ships["tflite"]]
    gate = spec.gates.variants.get("mixed", recipe.gate or usual)
    gates = replace(spec.gates, variants={**spec.gates.variants, "mixed": gate})
    return replace(spec, gates=gates)


def compared(spec: ModelSpec, size_hw: SizeHW, run: Run, case: Case) -> list[Difference]:
    """How far each output of one case is off; names and shapes must be the spec's."""
    made = run(case.inputs)
    wanted = {output.name for output in spec.outputs}
    if set(made) != wanted:
        raise VerificationError(
            f"{spec.id}: the outputs are named {sorted(made)}, the spec says {sorted(wanted)}"
        )
    for index, output in enumerate(spec.outputs):
        _check_form(spec, made[output.name], output, output_shape(spec, index, size_hw))
    return [_difference(output, case, made[output.name]) for output in spec.outputs]


def judged(what: str, spec: ModelSpec, gate: Gate, differences: Sequence[Difference]) -> Parity:
    """The worst of the differences, if the gate lets it pass."""
    for found in differences:
        within = found.max_abs <= gate.max_abs and found.mean_abs <= gate.mean_abs
        if not within:  # also where a difference is not a number
            raise VerificationError(
                f"{spec.id}: {found.output} of {what} differs from the {AGAINST} on"
                f" {found.photo} by {found.max_abs:.2g} (mean {found.mean_abs:.2g}) of its"
                f" span; allowed are {gate.max_abs:.2g} (mean {gate.mean_abs:.2g})"
            )
    return Parity(
        against=AGAINST,
        photos=len({found.photo for found in differences}),
        max_abs=rounded(max(found.max_abs for found in differences)),
        mean_abs=rounded(max(found.mean_abs for found in differences)),
    )


def rounded(value: float) -> float:
    """Two digits: more would only tell one processor from another."""
    return float(f"{value:.1e}")


def _check_form(
    spec: ModelSpec, value: NDArray[np.float32], output: Tensor, shape: tuple[int, ...]
) -> None:
    if value.shape != shape or value.dtype != np.float32:
        raise VerificationError(
            f"{spec.id}: {output.name} is {value.dtype} {value.shape},"
            f" the spec says float32 {shape}"
        )


def _difference(output: Tensor, case: Case, made: NDArray[np.float32]) -> Difference:
    worst, mean = difference(output, made, case.outputs)
    return Difference(output=output.name, photo=case.photo, max_abs=worst, mean_abs=mean)


def difference(
    output: Tensor, made: NDArray[np.float32], wanted: Arrays
) -> tuple[float, float]:
    """The largest and the mean difference of one output, divided by its span.

    Where the output has scores beside it, only candidates that score in ``wanted`` count.
    """
    off = np.abs(made.astype(np.float64) - wanted[output.name]) / output.span
    if output.where:
        scores = wanted[output.where].reshape(off.shape[0], off.shape[1], -1).max(axis=2)
        off = off[scores >= SCORES_FROM]
    return (float(off.max()), float(off.mean())) if off.size else (0.0, 0.0)


def _resized(picture: NDArray[np.float32], size_hw: SizeHW) -> NDArray[np.float32]:
    return fit(picture[0].astype(np.uint8), Resize(fit="stretch"), size_hw)[0]
