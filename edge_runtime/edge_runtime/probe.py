"""What a model's graph has to give for its golden inputs: what the canary runs.

The tolerance of a golden vector holds for the files that it was made with.  A file of another
variant or format computes something else: both are within their gates of one PyTorch module,
and so within the sum of the gates of each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import prod
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import numpy as np

from edge_runtime.errors import BundleError, BundleTampered
from edge_runtime.golden import Tolerance, array_sha256, load, read_golden

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from edge_runtime.backends.interface import Inputs, Outputs
    from edge_runtime.bundle import Bundle
    from edge_runtime.golden import Golden, GoldenCase, GoldenStage, Values
    from edge_runtime.spec import ModelEntry, ModelFile, ModelSpec, Variant

    Load: TypeAlias = Callable[[Values], NDArray[Any]]

SCORES_FROM = 0.1  # below, a candidate's numbers mean nothing: see edge_runtime.spec.Tensor
# The gates are of photos.  On the drawn card, whose flat areas a style's normalisation blows
# up, a painting in int8 is 3.3 times as far from the float one (test_backends_on_golden).
PAINTED = 4.0
Flaw: TypeAlias = Literal["missing", "not-a-number", "zeros", "wrong"]


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Every ``stride``-th number of an output, of which those ``counted`` are compared."""

    name: str
    shape: tuple[int, ...]
    stride: int
    numbers: NDArray[np.float64]
    counted: NDArray[np.bool_]
    tolerance: Tolerance


@dataclass(frozen=True, kw_only=True)
class Probe:
    """Inputs of a graph, and what it has to give for them; ``case`` names the photo."""

    case: str
    inputs: Inputs
    expected: tuple[Expected, ...]


def probes(bundle: Bundle, entry: ModelEntry, file: ModelFile) -> tuple[Probe, ...]:
    """Every golden input of that file's size with what the file has to give for it.

    Raises ``BundleError`` or ``BundleTampered`` where the golden vectors cannot be used.
    """
    golden = read_golden(bundle.folder, entry.spec.id)
    tolerances = _tolerances(entry.spec, golden, file)
    made_with = {one.sha256 for one in entry.files}
    found = tuple(
        probe
        for case in golden.cases
        if case.size_hw == file.size_hw and case.sha256 in made_with
        for probe in _of_case(bundle, entry, tolerances, case)
    )
    if not found:
        height, width = file.size_hw
        raise BundleError(
            f"{entry.spec.id} has no golden vectors of these files for {width}x{height} (width "
            f"x height): make them with 'edge-convert golden {entry.spec.id}'"
        )
    return found


def flaw(outputs: Outputs, probe: Probe) -> tuple[Flaw, str] | None:
    """What is wrong with the outputs, in a word and in a sentence; none where nothing is."""
    for expected in probe.expected:
        found = _flaw(outputs.get(expected.name), expected)
        if found:
            return found[0], f"{expected.name} {found[1]} on {probe.case}"
    return None


def _flaw(made: NDArray[np.float32] | None, expected: Expected) -> tuple[Flaw, str] | None:
    if made is None or made.shape != expected.shape:
        return "missing", f"is {'missing' if made is None else f'of shape {made.shape}'}"
    if not np.isfinite(made).all():
        return "not-a-number", "is not all numbers"
    if not made.any() and expected.numbers.any():
        return "zeros", "is all zeros"
    picked = made.reshape(-1)[:: expected.stride].astype(np.float64)
    off = np.abs(picked - expected.numbers)[expected.counted]
    worst, mean = (float(off.max()), float(off.mean())) if off.size else (0.0, 0.0)
    allowed = expected.tolerance
    if worst <= allowed.max_abs and mean <= allowed.mean_abs:
        return None
    passes = f"{allowed.max_abs:.2g} (mean {allowed.mean_abs:.2g}) passes"
    return "wrong", f"is off by {worst:.2g} (mean {mean:.2g}; {passes})"


def _tolerances(
    spec: ModelSpec, golden: Golden, file: ModelFile
) -> Mapping[str, Tolerance] | None:
    """What each output may be off, where it is more than the golden vectors say."""
    if (file.format, file.variant) == ("tflite", golden.variant):
        return None
    gates = spec.gates.variants
    one, other = gates[cast("Variant", golden.variant)], gates[file.variant]
    widths = {
        output.name: output.span * (PAINTED if output.image and output.span == 255 else 1)
        for output in spec.outputs
    }
    return {
        name: Tolerance(
            max_abs=width * (one.max_abs + other.max_abs),
            mean_abs=width * (one.mean_abs + other.mean_abs),
        )
        for name, width in widths.items()
    }


def _of_case(
    bundle: Bundle,
    entry: ModelEntry,
    tolerances: Mapping[str, Tolerance] | None,
    case: GoldenCase,
) -> Iterator[Probe]:
    read = partial(_checked, bundle)
    for run in (stage for stage in case.stages if stage.step == "run"):
        before = [
            stage
            for stage in case.stages
            if stage.index < run.index and stage.face in {None, run.face}
        ]
        yield Probe(
            case=case.name if run.face is None else f"{case.name}, face {run.face}",
            inputs=_inputs(read, entry.spec, before),
            expected=_expected(read, entry.spec, run, tolerances),
        )


def _inputs(
    read: Load, spec: ModelSpec, before: Sequence[GoldenStage]
) -> dict[str, NDArray[np.float32]]:
    """The pixels that were prepared last, widened, and the vectors beside them."""
    inputs = {}
    for stage in before:
        if stage.step in {"resize", "crop-square", "cut-windows"}:
            inputs[spec.image.name] = read(stage.values[0]).astype(np.float32)[np.newaxis]
        elif stage.step in {"mix-styles", "embed-style"}:
            vectors = (values for values in stage.values if values.name != spec.image.name)
            inputs |= {values.name: read(values).astype(np.float32) for values in vectors}
    return inputs


def _expected(
    read: Load,
    spec: ModelSpec,
    run: GoldenStage,
    tolerances: Mapping[str, Tolerance] | None,
) -> tuple[Expected, ...]:
    kept = {values.name: read(values) for values in run.values}
    where = {output.name: output.where for output in spec.outputs} if tolerances else {}
    enough = {
        values.name: _enough(values, kept[values.name])
        for values in run.values
        if values.name in where.values()
    }
    return tuple(
        Expected(
            name=values.name,
            shape=values.shape,
            stride=values.stride,
            numbers=kept[values.name].reshape(-1).astype(np.float64),
            counted=_counted(values, enough.get(where.get(values.name, ""))),
            tolerance=tolerances[values.name] if tolerances else values.given,
        )
        for values in run.values
    )


def _enough(scores: Values, kept: NDArray[Any]) -> NDArray[np.bool_]:
    """Which candidates (dimension 1) score enough, by the scores that are kept."""
    enough = np.zeros(scores.shape[1], bool)
    enough[_candidates(scores)[kept.reshape(-1) >= SCORES_FROM]] = True
    return enough


def _counted(values: Values, enough: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
    """Which of the kept numbers are compared: where there are scores beside them, those of
    the candidates that score enough."""
    candidates = _candidates(values)
    return np.ones(candidates.shape, bool) if enough is None else enough[candidates]


def _candidates(values: Values) -> NDArray[np.int64]:
    """To which candidate each of the kept numbers belongs."""
    numbers = np.arange(0, prod(values.shape), values.stride)
    return numbers // prod(values.shape[2:]) % (values.shape[1] if values.shape[1:] else 1)


def _checked(bundle: Bundle, values: Values) -> NDArray[Any]:
    """The kept numbers, if they are as many as they should be and, where all are kept, have
    the hash that they should have."""
    kept = load(bundle.folder, values)
    count = -(-prod(values.shape) // values.stride)
    whole = values.stride == 1
    if kept is None or kept.size != count or (whole and array_sha256(kept) != values.sha256):
        raise BundleTampered(
            f"golden/{values.path or values.name} is damaged: restore that file, or make it "
            "with 'edge-convert golden'"
        )
    return kept
