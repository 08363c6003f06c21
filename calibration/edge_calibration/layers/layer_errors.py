"""Where a file loses it: PyTorch against the float32 graph, that against the variant.

Every node of the exported graph is held against what it should have made, over a few
photos, and called by the path of the PyTorch module that it came from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec.structs import replace

from edge_calibration.factory import open_factory
from edge_calibration.layers.file_layers import compare_files
from edge_calibration.layers.graph_layers import GraphLayers, Seen
from edge_calibration.layers.layer_report import CONVERSION_DB, LayerReport, comparison
from edge_calibration.layers.node_times import node_times
from edge_calibration.layers.pairing import Twin, in_layout, pair
from edge_calibration.layers.tensor_error import ErrorTally
from edge_calibration.layers.tflite_graph import read_graph
from edge_calibration.layers.tflite_trace import Trace
from edge_runtime.errors import SpecError
from edge_runtime.hashes import content_sha256
from edge_runtime.interpreter import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from edge_calibration.layers.activations import Activation
    from edge_calibration.layers.layer_report import Comparison
    from edge_runtime.spec import Variant

    Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]
    Photos: TypeAlias = Mapping[str, Arrays]
    Activations: TypeAlias = Callable[[Arrays], Sequence[Activation]]

FLOAT: Variant = "fp32"


def layer_errors(
    model_id: str,
    variant: Variant,
    photos: Photos,
    path: Path | None = None,
    *,
    timed: bool = False,
) -> LayerReport:
    """Compare every layer of a model's TFLite variant on some photos' inputs.

    ``photos`` are the spec's inputs by photo; ``path`` is a file that was made of the same
    float32 graph, where the variant itself is not what is asked about; ``timed`` says how
    long each node takes, too.  Raises ``SpecError`` where there are no photos,
    ``UnknownName`` for a variant that the spec does not list.
    """
    if not photos:
        raise SpecError("no photo to compare layers on: name some that show what is looked for")
    factory = open_factory()
    float_file = factory.tflite(model_id, FLOAT)
    chosen = path or factory.tflite(model_id, variant)
    conversion, twins = compare_network(
        lambda inputs: factory.activations(model_id, inputs), float_file, photos
    )
    whole = chosen == float_file
    report = LayerReport(
        model=model_id,
        format="tflite",
        variant=variant if path is None else path.stem,
        sha256=content_sha256(chosen),
        photos=tuple(photos),
        conversion=conversion,
        quantisation=None if whole else compare_files(float_file, chosen, photos, twins),
        delegate_db=delegate_db(chosen, photos),
    )
    return with_times(report, float_file, chosen) if timed else report


def with_times(report: LayerReport, float_file: Path, path: Path) -> LayerReport:
    """The report with how long each node of the variant takes, alone."""
    found = report.quantisation
    if found is None:
        return report
    times = node_times(read_graph(float_file), read_graph(path))
    layers = tuple(
        replace(layer, time=time) for layer, time in zip(found.layers, times, strict=True)
    )
    return replace(report, quantisation=replace(found, layers=layers))


def compare_network(
    activations: Activations,
    path: Path,
    photos: Photos,
    tolerance_db: float = CONVERSION_DB,
) -> tuple[Comparison, dict[str, Twin]]:
    """Every node of a float32 graph against the PyTorch value that it holds.

    Returns the twins too, by the names of the tensors; they are found on the first photo.
    """
    layers = GraphLayers(read_graph(path))
    trace, twins = Trace(layers.graph), dict[int, Twin]()
    seen = [Seen() for _ in layers.numbers]
    for inputs in photos.values():
        wanted, kept = activations(inputs), trace.run(inputs)
        twins = twins or pair(wanted, layers.made(kept))
        for place, twin in twins.items():
            right = in_layout(wanted[twin.number], turned=twin.turned)
            seen[place].error.add(kept[layers.outputs[place]].values, right)
    found = [layers.record(place, twins.get(place), one) for place, one in enumerate(seen)]
    named = {layers.names[place]: twin for place, twin in twins.items()}
    return comparison("the float32 graph", "PyTorch", tolerance_db, found), named


def delegate_db(path: Path, photos: Photos) -> float:
    """Signal over error of what LiteRT usually runs, against the kernels used here: of all
    photos together, the worst of the outputs."""
    graph, session = read_graph(path), Session(path)
    trace, tallies = Trace(graph), {name: ErrorTally() for name in graph.outputs}
    for inputs in photos.values():
        made, kept = session.run(inputs), trace.run(inputs)
        for name, index in graph.outputs.items():
            tallies[name].add(made[name], kept[index].values)
    return min(found.snr_db for tally in tallies.values() if (found := tally.found()))
