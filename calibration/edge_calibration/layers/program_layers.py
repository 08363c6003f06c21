"""The operations of a Core ML program: against PyTorch, and what float16 costs each.

The program is run operation by operation (:mod:`edge_calibration.coreml.mil_session`),
once with every value rounded to float16 as it declares and once without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from edge_calibration.coreml.mil_session import MilSession
from edge_calibration.factory import open_factory
from edge_calibration.layers.layer_report import (
    QUANTISATION_DB,
    LayerError,
    LayerReport,
    comparison,
)
from edge_calibration.layers.pairing import Made, Twin, in_layout, pair
from edge_calibration.layers.tensor_error import ErrorTally
from edge_runtime.hashes import content_sha256

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from edge_calibration.coreml.mlprogram import Operation
    from edge_calibration.layers.activations import Activation
    from edge_runtime.spec import ModelSpec

    Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]

WEIGHTS_DB = 40.0  # the program's weights are float16, which leaves 60 and more


def program_errors(
    spec: ModelSpec, variant: str, package: Path, photos: Mapping[str, Arrays]
) -> LayerReport:
    """Compare every operation of a ``.mlpackage`` on some photos' inputs.

    ``conversion`` is the program without rounding against PyTorch (what 8-bit weights cost
    is in it), ``quantisation`` with rounding against without.
    """
    layers = _ProgramLayers(package)
    for inputs in photos.values():
        layers.add(open_factory().activations(spec.id, inputs), _turned(spec, inputs))
    converted = comparison(
        "the program in float32", "PyTorch", WEIGHTS_DB, layers.records(layers.converted)
    )
    rounded = comparison(
        "the program in float16",
        "the same in float32",
        QUANTISATION_DB,
        layers.records(layers.rounded),
    )
    return LayerReport(
        model=spec.id,
        format="coreml",
        variant=variant,
        sha256=content_sha256(package),
        photos=tuple(photos),
        conversion=converted,
        quantisation=rounded,
    )


class _ProgramLayers:
    """What has been seen of each operation that computes something of the inputs."""

    def __init__(self, package: Path) -> None:
        self._sessions = MilSession(package, "fp32"), MilSession(package, "fp16")
        self._operations: list[Operation] = []
        self._twins: dict[int, Twin] = {}
        self._shapes: list[tuple[int, ...]] = []
        self.converted: dict[int, ErrorTally] = {}
        self.rounded: dict[int, ErrorTally] = {}

    def add(self, wanted: Sequence[Activation], inputs: Arrays) -> None:
        """One photo; operations are paired with the network's on the first."""
        exact, half = (session.trace(inputs) for session in self._sessions)
        if not self._operations:
            program = self._sessions[0].program
            self._operations = [op for op in program.operations if op.name in exact]
            self._shapes = [exact[op.name].shape for op in self._operations]
            self._twins = pair(wanted, [self._made(op, exact) for op in self._operations])
        for place, op in enumerate(self._operations):
            tally = self.rounded.setdefault(place, ErrorTally())
            tally.add(half[op.name], exact[op.name])
            twin = self._twins.get(place)
            if twin is not None:
                right = in_layout(wanted[twin.number], turned=twin.turned)
                self.converted.setdefault(place, ErrorTally()).add(exact[op.name], right)

    def records(self, tallies: Mapping[int, ErrorTally]) -> list[LayerError]:
        """The operations with these errors."""
        found = []
        for place, op in enumerate(self._operations):
            twin, tally = self._twins.get(place), tallies.get(place)
            record = LayerError(
                layer=twin.layer if twin else "",
                operation=twin.operation if twin else op.kind.upper(),
                paired=twin is not None,
                tensor=op.name,
                kind=op.kind,
                shape=self._shapes[place],
                inputs=self._sources(op),
                error=tally.found() if tally else None,
            )
            found.append(record)
        return found

    def _made(self, op: Operation, values: Arrays) -> Made:
        return Made(
            path="",
            kind=op.kind,
            fused="",
            inputs=self._sources(op),
            values=values[op.name],
        )

    def _sources(self, op: Operation) -> tuple[int, ...]:
        places = {one.name: place for place, one in enumerate(self._operations)}
        used = (name for names in op.inputs.values() for name in names)
        return tuple(places[name] for name in used if name in places)


def _turned(spec: ModelSpec, inputs: Arrays) -> dict[str, NDArray[np.float32]]:
    """The picture as the program takes it: NCHW."""
    image = inputs[spec.image.name].transpose(0, 3, 1, 2).copy()
    return {**inputs, spec.image.name: image}
