"""A PyTorch module to a Core AI asset (``.aimodel``, iOS 27), and that as a function.

An extra (``pip install '.[coreai]'``): its runtime also runs on Linux, so that what an
iPhone gets is executed where it is made.
"""

from __future__ import annotations

import asyncio
import json
import weakref
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import torch

from edge_calibration.quiet import aside
from edge_convert.layout import NhwcBorder, example_inputs, input_names, output_names
from edge_runtime.errors import ConversionError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray
    from torch import nn

    from edge_runtime.spec import ModelSpec, SizeHW

    Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]

ENTRY = "main"


def available() -> bool:
    """Whether Core AI's converter and runtime are installed."""
    return find_spec("coreai_torch") is not None


def export(network: nn.Module, spec: ModelSpec, size_hw: SizeHW, out: Path) -> None:
    """Write the ``.aimodel`` of a network for one input size, NHWC at its border.

    Raises ``ConversionError`` naming the model and the cause.
    """
    _need(spec)
    with aside(f"{spec.id}: Core AI conversion"), torch.no_grad():
        from coreai_torch import TorchConverter, get_decomp_table

        exported = torch.export.export(NhwcBorder(network, spec), example_inputs(spec, size_hw))
        converter = TorchConverter(mode=TorchConverter.Mode.RELEASE).add_exported_program(
            exported.run_decompositions(get_decomp_table()),
            input_names=input_names(spec),
            output_names=output_names(spec),
            entrypoint_name=ENTRY,
        )
        asset = converter.to_coreai().save_asset(out)
        asset.update_metadata(lambda metadata: _describe(metadata, spec))
    _canonicalise(out)


class AimodelSession:
    """An ``.aimodel`` that can be run, by Core AI's own runtime on the CPU.

    It is compiled into a temporary folder, which lasts as long as the session.
    """

    def __init__(self, path: Path, spec: ModelSpec) -> None:
        _need(spec)
        with aside(f"{spec.id}: loading {path.name}"):
            from coreai.authoring import AIModelAsset
            from coreai.runtime import NDArray

            if not AIModelAsset.is_valid(path):  # loading it would end the process
                raise ConversionError(f"{path} is no Core AI asset; convert the model again")
            self._array = NDArray
            self._loop = asyncio.new_event_loop()
            scope = AIModelAsset.load(path).executable()
            weakref.finalize(self, _close, self._loop, scope)
            model = self._loop.run_until_complete(scope.__aenter__())
            self._function = model.load_function(ENTRY)

    def run(self, inputs: Arrays) -> dict[str, NDArray[np.float32]]:
        """Outputs by name of inputs by name, both NHWC."""
        made = self._loop.run_until_complete(self._call(inputs))
        return {name: np.array(value.numpy()) for name, value in made.items()}

    async def _call(self, inputs: Arrays) -> Any:
        arrays = {
            name: self._array(np.ascontiguousarray(value)) for name, value in inputs.items()
        }
        return await self._function(arrays)


def _close(loop: asyncio.AbstractEventLoop, scope: Any) -> None:
    loop.run_until_complete(scope.__aexit__(None, None, None))
    loop.close()


def _describe(metadata: Any, spec: ModelSpec) -> None:
    """What Xcode shows; the moment of saving is nobody's business."""
    metadata.creation_date = 0.0
    metadata.model_description = spec.title
    metadata.license = f"weights: {spec.licence.weights}"


def _canonicalise(asset: Path) -> None:
    """Write the metadata in one order: Core AI's own changes from run to run."""
    path = asset / "metadata.json"
    metadata = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(metadata, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _need(spec: ModelSpec) -> None:
    if not available():
        raise ConversionError(
            f"{spec.id}: Core AI is not installed; pip install '.[coreai]', or leave coreai"
            " out of --formats"
        )
