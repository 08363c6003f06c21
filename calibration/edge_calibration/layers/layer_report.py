"""What comparing two graphs layer by layer showed, as records that JSON can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from edge_calibration.layers.tensor_error import EXACT_DB, CodeUse, TensorError
from edge_runtime.spec import Format, Record

if TYPE_CHECKING:
    from collections.abc import Sequence

CONVERSION_DB = 60.0
QUANTISATION_DB = 20.0
MOST_NAMED = 5


class NodeTime(Record, frozen=True, kw_only=True):
    """How long a node takes alone, in microseconds, on one thread of this machine.

    ``delegated``: whether XNNPACK takes it; ``float_us``: the float32 node's time.
    """

    delegated: bool
    us: float
    float_us: float | None = None


class LayerError(Record, frozen=True, kw_only=True):
    """One node of an exported graph against what it should have made.

    ``layer`` is the PyTorch module's path and ``operation`` what it did there; where no
    PyTorch value was found for it, ``paired`` is false, the layer is that of a neighbour
    and the operation is in the graph's words (``ADD``).
    ``error`` is what has come together up to here; ``own`` is what the node alone loses
    when it is given the right values (absent for PyTorch against float).
    ``inputs`` are the places of the layers it takes from.
    """

    layer: str
    operation: str
    paired: bool
    tensor: str
    kind: str
    shape: tuple[int, ...]
    inputs: tuple[int, ...]
    error: TensorError | None
    own: TensorError | None = None
    codes: CodeUse | None = None
    time: NodeTime | None = None

    @property
    def words(self) -> str:
        """The layer and what it does: ``deep.0.gate.excite (convolution)``."""
        return f"{self.layer or 'network'} ({self.operation})"


class Comparison(Record, frozen=True, kw_only=True):
    """A graph, ``made``, against what it should compute, ``wanted``; layers in the order
    of computation.

    ``first`` is the first layer whose error is larger than ``tolerance_db`` allows, and
    ``largest`` those that lose most by themselves, both in the model's own words.
    """

    made: str
    wanted: str
    tolerance_db: float
    first: str | None
    largest: tuple[str, ...]
    layers: tuple[LayerError, ...]


class LayerReport(Record, frozen=True, kw_only=True):
    """Where a variant of a model loses what it loses.

    ``conversion``: PyTorch against the float32 file; ``quantisation``: that against the
    variant.  ``delegate_db`` is how far what LiteRT usually runs (XNNPACK) is from the
    kernels on which this was measured, as signal over error of the outputs.
    """

    model: str
    format: Format
    variant: str
    sha256: str
    photos: tuple[str, ...]
    conversion: Comparison | None
    quantisation: Comparison | None
    delegate_db: float | None = None


def comparison(
    made: str, wanted: str, tolerance_db: float, found: Sequence[LayerError]
) -> Comparison:
    """The layers, with those named that matter."""
    layers = by_neighbours(found)
    over = (one for one in layers if one.error and one.error.snr_db < tolerance_db)
    first = next(over, None)
    return Comparison(
        made=made,
        wanted=wanted,
        tolerance_db=tolerance_db,
        first=first.words if first else None,
        largest=tuple(one.words for one in worst_alone(layers)[:MOST_NAMED]),
        layers=tuple(layers),
    )


def by_neighbours(layers: Sequence[LayerError]) -> list[LayerError]:
    """What the converter added is called by the layer that takes it, or that it takes."""
    named = list(layers)
    for place in reversed(range(len(named))):
        for source in named[place].inputs:
            if not named[source].paired:
                named[source] = replace(named[source], layer=named[place].layer)
    for place, layer in enumerate(named):
        if not layer.paired and layer.inputs and not _is_taken(place, named):
            named[place] = replace(layer, layer=named[layer.inputs[0]].layer)
    return named


def _is_taken(place: int, layers: Sequence[LayerError]) -> bool:
    return any(place in layer.inputs for layer in layers[place + 1 :])


def worst_alone(layers: Sequence[LayerError]) -> list[LayerError]:
    """Layers that lose something by themselves, those that lose most first."""
    measured = [
        (one.own.snr_db, place)
        for place, one in enumerate(layers)
        if one.own and one.own.snr_db < EXACT_DB
    ]
    return [layers[place] for _, place in sorted(measured)]
