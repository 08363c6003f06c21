"""A PyTorch module to a Core AI asset (``.aimodel``, iOS 27), and that as a function.

An extra (``pip install '.[coreai]'``): its runtime also runs on Linux, so that what an
iPhone gets is executed where it is made.
"""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import torch

from edge_convert.layout import NhwcBorder, example_inputs, input_names, output_names
from edge_convert.quiet import aside
from edge_runtime.errors import ConversionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
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
        _undate(asset)


def open_aimodel(path: Path, spec: ModelSpec) -> Callable[[Arrays], Arrays]:
    """The asset as a function, run by Core AI's own runtime on the CPU."""
    _need(spec)
    with aside(f"{spec.id}: loading {path.name}"):
        from coreai.runtime import AIModel, NDArray

        function: Any = asyncio.run(AIModel.load(path)).load_function(ENTRY)

    async def call(inputs: Arrays) -> Any:
        return await function({name: NDArray(value) for name, value in inputs.items()})

    def run(inputs: Arrays) -> Arrays:
        made = asyncio.run(call(inputs))
        return {name: np.array(value.numpy()) for name, value in made.items()}

    return run


def _undate(asset: Any) -> None:
    """Core AI stamps the moment of saving, which is nobody's business."""

    def stamp(metadata: Any) -> None:
        metadata.creation_date = 0.0

    asset.update_metadata(stamp)


def _need(spec: ModelSpec) -> None:
    if not available():
        raise ConversionError(
            f"{spec.id}: Core AI is not installed; pip install '.[coreai]', or leave coreai"
            " out of --formats"
        )
