"""A TFLite file that runs on the CPU, by LiteRT's interpreter."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from threading import Event, Lock
from typing import TYPE_CHECKING

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from edge_runtime.backends.interface import first_line, fitted, wrong_size
from edge_runtime.errors import BackendError, BundleError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from edge_runtime.backends.interface import Inputs, Outputs, Shape
    from edge_runtime.spec import SizeHW

SIGNATURE = "serving_default"
_ANNOUNCED, _ANNOUNCING = Event(), Lock()


class Session:
    """One TFLite file, its memory taken, ready to run; one thread at a time may use it.

    ``size_hw`` resizes the picture that goes in, where the graph allows it.  Raises
    ``BundleError`` where LiteRT cannot read the file, ``SpecError`` where the size does
    not fit the graph.
    """

    def __init__(self, path: Path, threads: int = 1, size_hw: SizeHW | None = None) -> None:
        with _quiet_first_time():
            self._interpreter = _load(path, threads)
            self._inputs, self._outputs = _borders(self._interpreter, path)
            if size_hw is not None:
                self._resize(size_hw, path)
            self._interpreter.allocate_tensors()
        self.input_shapes: dict[str, Shape] = {
            name: self._interpreter.tensor(index)().shape
            for name, index in self._inputs.items()
        }

    def run(self, inputs: Inputs) -> Outputs:
        """Outputs by name, float32, of inputs by name.

        Each input has the graph's shape, or that without the leading 1; uint8 pixels are
        widened while they are written.  Raises ``SpecError`` for names or shapes that the
        graph does not have.
        """
        for name, value in fitted(inputs, self.input_shapes).items():
            self._write(name, value)
        self.invoke()
        return {
            name: self._interpreter.get_tensor(index) for name, index in self._outputs.items()
        }

    def invoke(self) -> None:
        """Run once more on whatever the inputs hold: what a benchmark compares with."""
        try:
            self._interpreter.invoke()
        except RuntimeError as error:
            raise BackendError(
                f"LiteRT failed ({first_line(error)}): convert the model again"
            ) from None

    def _write(self, name: str, value: NDArray[np.float32] | NDArray[np.uint8]) -> None:
        # The view must be gone before the graph runs, which is why this is a function.
        np.copyto(self._interpreter.tensor(self._inputs[name])(), value)

    def _resize(self, size_hw: SizeHW, path: Path) -> None:
        for index in self._inputs.values():
            shape = self._interpreter.tensor(index)().shape
            if len(shape) == 4 and shape[3] == 3 and shape[1:3] != size_hw:
                self._try_size(index, size_hw, path)

    def _try_size(self, index: int, size_hw: SizeHW, path: Path) -> None:
        try:
            self._interpreter.resize_tensor_input(index, (1, *size_hw, 3))
            self._interpreter.allocate_tensors()
        except (RuntimeError, ValueError):
            raise wrong_size(path, size_hw) from None


def _load(path: Path, threads: int) -> Interpreter:
    try:
        # Read, not mapped: a mapped file that is cut short later kills the whole process.
        interpreter = Interpreter(model_content=path.read_bytes(), num_threads=threads)
        interpreter.allocate_tensors()
    except (OSError, RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise BundleError(f"LiteRT cannot use {path}: {reason}; convert it again") from None
    return interpreter


def _borders(interpreter: Interpreter, path: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Tensor numbers by the names that the signature gives them."""
    if SIGNATURE not in interpreter.get_signature_list():
        raise BundleError(f"{path} has no signature {SIGNATURE!r}: convert it again")
    runner = interpreter.get_signature_runner(SIGNATURE)
    details = runner.get_input_details(), runner.get_output_details()
    for name, tensor in (details[0] | details[1]).items():
        if tensor["dtype"] is not np.float32:
            raise BundleError(f"{path}: {name} is not float32; convert it again")
    inputs, outputs = ({name: d["index"] for name, d in side.items()} for side in details)
    return inputs, outputs


@contextlib.contextmanager
def _quiet_first_time() -> Iterator[None]:
    """LiteRT announces its CPU kernels on standard error, once a process: nobody asked.

    It offers no switch, so the file descriptor points elsewhere for that moment: one thread
    at a time, since a second one would put back what the first had put there.
    """
    if _ANNOUNCED.is_set():
        yield
        return
    with _ANNOUNCING:
        with _error_elsewhere() if not _ANNOUNCED.is_set() else contextlib.nullcontext():
            yield
        _ANNOUNCED.set()


@contextlib.contextmanager
def _error_elsewhere() -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # somebody may have closed it
            kept = os.dup(2)
            stack.callback(os.close, kept)
            stack.callback(os.dup2, kept, 2)
            with Path(os.devnull).open("wb") as nowhere:
                os.dup2(nowhere.fileno(), 2)
        yield
