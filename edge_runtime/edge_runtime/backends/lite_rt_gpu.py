"""A TFLite file on a GPU, by LiteRT's compiled models."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
from math import prod
from typing import TYPE_CHECKING

import numpy as np
from ai_edge_litert.compiled_model import CompiledModel
from ai_edge_litert.hardware_accelerator import HardwareAccelerator
from ai_edge_litert.options import GpuOptions, Options

from edge_runtime.backends.interface import widened, wrong_size
from edge_runtime.errors import BackendError, BundleError
from edge_runtime.interpreter import SIGNATURE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

    from edge_runtime.backends.interface import Inputs, Outputs, Shape
    from edge_runtime.spec import SizeHW


class GpuSession:
    """One TFLite file, wholly on the GPU in float32.

    Raises ``BackendError`` where there is no GPU, or it cannot run the whole graph, and
    ``BundleError`` or ``SpecError`` where the file is at fault.
    """

    def __init__(self, path: Path, size_hw: SizeHW | None = None) -> None:
        self._model = _load(path)
        if SIGNATURE not in self._model.get_signature_list():
            raise BundleError(f"{path} has no signature {SIGNATURE!r}: convert it again")
        if size_hw is not None:
            self._resize(size_hw, path)
        self.input_shapes = _shapes(self._model.get_input_tensor_details(SIGNATURE))
        self._output_shapes = _shapes(self._model.get_output_tensor_details(SIGNATURE))
        self._inputs = {
            name: self._model.create_input_buffer_by_name(SIGNATURE, name)
            for name in self.input_shapes
        }
        self._outputs = {
            name: self._model.create_output_buffer_by_name(SIGNATURE, name)
            for name in self._output_shapes
        }

    def run(self, inputs: Inputs) -> Outputs:
        """As :class:`edge_runtime.backends.interface.Session` says."""
        for name, value in widened(inputs, self.input_shapes).items():
            self._inputs[name].write(value)
        self.invoke()
        return {
            name: self._outputs[name].read(prod(shape), np.float32).reshape(shape)
            for name, shape in self._output_shapes.items()
        }

    def invoke(self) -> None:
        """Run once more on whatever the inputs hold."""
        try:
            self._model.run_by_name(SIGNATURE, self._inputs, self._outputs)
        except RuntimeError as error:
            raise BackendError(
                f"LiteRT's GPU failed ({_last_line(str(error))}): use the accelerator cpu"
            ) from None

    def _resize(self, size_hw: SizeHW, path: Path) -> None:
        details = self._model.get_input_tensor_details(SIGNATURE)
        for name, shape in _shapes(details).items():
            if len(shape) == 4 and shape[3] == 3 and shape[1:3] != size_hw:
                try:
                    self._model.resize_input_tensor_by_name(
                        SIGNATURE, name, (1, *size_hw, 3), strict=False
                    )
                except (RuntimeError, ValueError):
                    raise wrong_size(path, size_hw) from None


def _load(path: Path) -> CompiledModel:
    options = Options(
        hardware_accelerators=HardwareAccelerator.GPU,
        gpu_options=GpuOptions(enforce_f32=True),
    )
    with _overheard() as said:
        try:
            model = CompiledModel.from_file(str(path), options=options)
            whole = model.is_fully_accelerated()
        except RuntimeError as error:
            why = _error_in(said) or _last_line(str(error))
            raise BackendError(
                f"LiteRT's GPU cannot run {path.name} ({why}): use the accelerator cpu"
            ) from None
    if not whole:
        raise BackendError(
            f"LiteRT's GPU runs only a part of {path.name}: use the accelerator cpu"
        )
    return model


def _shapes(details: dict[str, dict[str, list[int]]]) -> dict[str, Shape]:
    return {name: tuple(tensor["shape"]) for name, tensor in details.items()}


@contextlib.contextmanager
def _overheard() -> Iterator[IO[bytes]]:
    """What LiteRT says on standard error meanwhile: only there it names a reason."""
    with tempfile.TemporaryFile() as said, contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # somebody may have closed it
            if sys.stderr:
                sys.stderr.flush()
            kept = os.dup(2)
            stack.callback(os.close, kept)
            stack.callback(os.dup2, kept, 2)
            os.dup2(said.fileno(), 2)
        yield said


def _error_in(said: IO[bytes]) -> str:
    """The first error that was said; empty where there is none."""
    said.seek(0)
    lines = said.read().decode(errors="replace").splitlines()
    found = (re.match(r"ERROR: (?:\[[^]]*\] )?(\S.*)", line) for line in lines)
    return next((match[1] for match in found if match), "")


def _last_line(text: str) -> str:
    return text.strip().splitlines()[-1].lstrip("└ ") if text.strip() else "no reason given"
