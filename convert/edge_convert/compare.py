"""Both converters on one model: against PyTorch, against each other, size and latency.

The better one is named in the spec (``converter``).
"""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, get_args

import msgspec

from edge_convert.building import Maker
from edge_convert.calibrate import measured
from edge_convert.comparisons import Comparison, Pair, Side
from edge_convert.quantize import quantised
from edge_convert.verify import cases, compared, rounded
from edge_runtime.errors import ConversionError, PocketLensError
from edge_runtime.interpreter import Session
from edge_runtime.spec import Converter, Variant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from edge_convert.light_model import LightModel
    from edge_convert.verify import Case
    from edge_runtime.spec import ModelSpec

CONVERTERS: tuple[Converter, ...] = get_args(Converter)
ROUNDS = 30
ROUNDING = 1e-5  # mean differences below this are alike
SECONDS = 10.0  # no more than this for the latencies of one pair
CLEARLY = 1.1  # a ratio of latencies inside 1/1.1 to 1.1 is a draw on a shared machine


def compare(model: LightModel, report: Callable[[str], None] = lambda _: None) -> Comparison:
    """Convert by both, run both; float32 and the variant that ships.

    A converter that fails is a finding, not an error; only where both fail is
    ``ConversionError`` raised.
    """
    variants: tuple[Variant, ...] = ("fp32", model.spec.ships["tflite"])
    with tempfile.TemporaryDirectory() as folder:
        makers = {via: _maker(model, Path(folder), via) for via in CONVERTERS}
        known = cases(makers["litert-torch"].network, model)
        pairs = tuple(
            _pair(makers, variant, known, report) for variant in dict.fromkeys(variants)
        )
    if all(side.error for pair in pairs for side in pair.sides):
        raise ConversionError(
            f"{model.spec.id}: both converters fail: {pairs[0].sides[0].error}"
        )
    return Comparison(
        model=model.spec.id, photos=len(known), pairs=pairs, better=_better(pairs[-1])
    )


def _maker(model: LightModel, folder: Path, via: Converter) -> Maker:
    place = folder / via
    place.mkdir()
    return Maker(model, place, via)


def _pair(
    makers: Mapping[Converter, Maker],
    variant: Variant,
    known: Sequence[Case],
    report: Callable[[str], None],
) -> Pair:
    sides, files = [], []
    for via, maker in makers.items():
        report(f"{variant} by {via}")
        try:
            files.append(_file(maker, variant))
            sides.append(_side(maker, via, files[-1], known))
        except PocketLensError as error:
            sides.append(Side(converter=via, error=str(error)))
    if len(files) < len(sides):
        return Pair(variant=variant, sides=tuple(sides))
    report(f"{variant}: latency")
    sessions = [Session(path) for path in files]
    times = latencies([_call(session, known[0]) for session in sessions])
    timed = [
        msgspec.structs.replace(side, ms=round(median(taken), 3))
        for side, taken in zip(sides, times, strict=True)
    ]
    ratio = median(two / one for one, two in zip(*times, strict=True))
    apart = _apart(sessions, makers["onnx2tf"].spec, known)
    return Pair(variant=variant, sides=tuple(timed), apart=apart, ratio=round(ratio, 3))


def _file(maker: Maker, variant: Variant) -> Path:
    """One file; static ranges are measured on that converter's own graph.

    Each converter names results its own way, so that of ``keep_float`` only the kinds of
    operations count here, for both alike.
    """
    kinds = tuple(pattern for pattern in maker.spec.keep_float if pattern.isupper())
    spec = msgspec.structs.replace(maker.spec, keep_float=kinds)
    source, ranges = maker.float_tflite(spec.image.size_hw), None
    if variant == "static_wi8_ai8":
        ranges = measured(source, spec)
    path = maker.place / f"{variant}.tflite"
    path.write_bytes(quantised(source, spec, variant, ranges))
    return path


def _side(maker: Maker, via: Converter, path: Path, known: Sequence[Case]) -> Side:
    run, size_hw = Session(path).run, maker.spec.image.size_hw
    found = [off for case in known for off in compared(maker.spec, size_hw, run, case)]
    return Side(
        converter=via,
        bytes=path.stat().st_size,
        max_abs=rounded(max(off.max_abs for off in found)),
        mean_abs=rounded(max(off.mean_abs for off in found)),
    )


def _apart(sessions: Sequence[Session], spec: ModelSpec, known: Sequence[Case]) -> float:
    """The largest difference between the two, of all outputs and photos."""
    one, other = sessions
    worst = 0.0
    for case in known:
        answer = dataclasses.replace(case, outputs=one.run(case.inputs))
        found = compared(spec, spec.image.size_hw, other.run, answer)
        worst = max(worst, *(off.max_abs for off in found))
    return rounded(worst)


def _call(session: Session, case: Case) -> Callable[[], object]:
    return lambda: session.run(case.inputs)


def latencies(calls: Sequence[Callable[[], object]]) -> list[list[float]]:
    """Milliseconds of each call, taken in turns, so that a busy moment hits all alike."""
    for call in calls:
        call()
    times: list[list[float]] = [[] for _ in calls]
    end = perf_counter() + SECONDS
    while len(times[0]) < ROUNDS and (perf_counter() < end or not times[0]):
        for call, taken in zip(calls, times, strict=True):
            start = perf_counter()
            call()
            taken.append(1000 * (perf_counter() - start))
    return times


def _better(pair: Pair) -> Converter:
    """The only one that works, the clearly nearer, the clearly faster one, or the default."""
    works = [side for side in pair.sides if not side.error]
    if len(works) == 1:
        return works[0].converter
    default, second = (max(side.mean_abs, ROUNDING) for side in works)
    if max(default, second) >= 2 * min(default, second):
        return works[0].converter if default < second else works[1].converter
    return "onnx2tf" if pair.ratio * CLEARLY < 1 else "litert-torch"
