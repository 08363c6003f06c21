"""What the source's own runtime answered, kept so that the import can be proven again.

``convert/reference/<id>.npz`` holds, for each sample photo, the inputs
(``<photo>/<input>``; uint8 where all values are whole numbers) and the outputs
(``<photo>/<output>``, float32) in the spec's convention, to within a millionth of their span:
what is finer is noise, and takes a fifth of the space.
"""

from __future__ import annotations

import math
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from zipfile import ZIP_LZMA, ZipFile, ZipInfo

import numpy as np

from edge_convert.layout import input_names, output_names
from edge_convert.placing import write_whole
from edge_convert.torch_runner import TorchRunner
from edge_runtime.errors import VerificationError, WeightsError
from edge_runtime.spec import Parity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from torch import nn

    from edge_runtime.spec import ModelSpec

    Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]

FOLDER = Path(__file__).parents[1] / "reference"
AGAINST = "the source's own runtime"
_BITS = 20


def record(
    spec: ModelSpec, inputs: Mapping[str, Arrays], outputs: Mapping[str, Arrays]
) -> None:
    """Write the inputs and the source's answers, by photo."""
    spans = {output.name: output.span for output in spec.outputs}
    arrays = {
        f"{photo}/{name}": _packed(values, spans.get(name, 0.0))
        for photos in (inputs, outputs)
        for photo, named in photos.items()
        for name, values in named.items()
    }
    write_whole(FOLDER / f"{spec.id}.npz", packed(arrays))


def packed(arrays: Mapping[str, NDArray[np.generic]]) -> bytes:
    """An ``.npz`` file of these arrays, the same bytes each time.

    LZMA packs floats a tenth smaller than what ``numpy.savez_compressed`` writes, and
    ``numpy.load`` reads both.
    """
    file = BytesIO()
    with ZipFile(file, "w", ZIP_LZMA) as archive:
        for name, values in sorted(arrays.items()):
            content = BytesIO()
            np.save(content, values, allow_pickle=False)
            archive.writestr(ZipInfo(f"{name}.npy"), content.getvalue(), ZIP_LZMA)
    return file.getvalue()


def recorded(spec: ModelSpec) -> dict[str, tuple[Arrays, Arrays]]:
    """Read them back: by photo, the inputs and the source's answers, float32."""
    path = FOLDER / f"{spec.id}.npz"
    if not path.is_file():
        raise WeightsError(f"{path.name} is not here: run 'edge-convert import {spec.id}'")
    with np.load(path, allow_pickle=False) as arrays:
        photos = sorted({key.partition("/")[0] for key in arrays.files})
        return {
            photo: (
                {
                    name: arrays[f"{photo}/{name}"].astype(np.float32)
                    for name in input_names(spec)
                },
                {name: arrays[f"{photo}/{name}"] for name in output_names(spec)},
            )
            for photo in photos
        }


def check(spec: ModelSpec, network: nn.Module) -> Parity:
    """Hold a network against the source's answers.

    Raises ``VerificationError`` where they differ by more than ``spec.gates.imported``.
    """
    runner = TorchRunner(network, spec)
    known = recorded(spec)
    worst, mean = 0.0, 0.0
    for photo, (inputs, answers) in known.items():
        made = runner.run(inputs)
        for output in spec.outputs:
            off = np.abs(made[output.name] - answers[output.name].astype(np.float64))
            worst = _worst(worst, float(off.max() / output.span))
            mean = _worst(mean, float(off.mean() / output.span))
            _judge(spec, f"{output.name} on {photo}", worst, mean)
    return Parity(against=AGAINST, photos=len(known), max_abs=worst, mean_abs=mean)


def _worst(one: float, other: float) -> float:
    """The larger; what is not a number is worse than any."""
    return float(f"{np.maximum(one, other):.1e}")


def _judge(spec: ModelSpec, where: str, worst: float, mean: float) -> None:
    gate = spec.gates.imported
    if not (worst <= gate.max_abs and mean <= gate.mean_abs):
        raise VerificationError(
            f"{spec.id}: {where} differs from {AGAINST} by {worst:.2g} (mean {mean:.2g}) of its"
            f" span; allowed are {gate.max_abs:.2g} (mean {gate.mean_abs:.2g})"
        )


def _packed(
    values: NDArray[np.float32], span: float
) -> NDArray[np.float32] | NDArray[np.uint8]:
    whole = np.clip(values, 0, 255).astype(np.uint8)
    if np.array_equal(whole, values) and values.max() > 1:
        return whole
    if not span:
        return values
    step = 2.0 ** (math.floor(math.log2(span)) - _BITS)
    return (np.rint(values.astype(np.float64) / step) * step).astype(np.float32)
