"""What runs graphs, behind an interface: nothing outside this package knows a runtime.

The same two roles, with the same names, are in the TypeScript and Dart runtimes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from edge_runtime.errors import SpecError

if TYPE_CHECKING:
    from pathlib import Path

    from edge_runtime.spec import Format, SizeHW

Shape: TypeAlias = tuple[int, ...]
Outputs: TypeAlias = dict[str, NDArray[np.float32]]
Inputs: TypeAlias = Mapping[str, NDArray[np.float32] | NDArray[np.uint8]]


class Session(Protocol):
    """A graph with its memory taken, ready to run; one thread at a time may use it."""

    @property
    def input_shapes(self) -> Mapping[str, Shape]:
        """The shape of every input by its name."""

    def run(self, inputs: Inputs) -> Outputs:
        """Outputs by name, float32, of inputs by name; see :func:`fitted` for the shapes.

        Raises ``SpecError`` for names or shapes that the graph does not have and
        ``BackendError`` where the runtime fails.
        """

    def invoke(self) -> None:
        """Run once more on what was put in last: what a benchmark compares with."""


class Backend(Protocol):
    """A runtime for files of one ``format``; ``version`` is that of its package."""

    name: str
    version: str
    format: Format

    def accelerators(self) -> tuple[str, ...]:
        """What the package can run on, the one that always works first.

        Whether the machine has the device and its driver shows when a file is opened.
        """

    def open(
        self, path: Path, accelerator: str, threads: int = 1, size_hw: SizeHW | None = None
    ) -> Session:
        """A file, ready to run on an accelerator.

        ``size_hw`` resizes the picture that goes in, where the graph allows it.  Raises
        ``BackendError`` where that accelerator cannot run it, ``BundleError`` where nothing
        can, ``SpecError`` where the size does not fit the graph.
        """


def fitted(
    inputs: Inputs, shapes: Mapping[str, Shape]
) -> dict[str, NDArray[np.float32] | NDArray[np.uint8]]:
    """The inputs in the graph's shapes, of which the leading 1 may be missing.

    Raises ``SpecError`` for names or shapes that the graph does not have.
    """
    if inputs.keys() != shapes.keys():
        raise SpecError(f"the graph takes {sorted(shapes)}, not {sorted(inputs)}")
    for name, value in inputs.items():
        shape = shapes[name]
        if value.shape not in {shape, shape[1:]}:
            raise SpecError(f"the graph takes {name} of shape {shape}, not {value.shape}")
    return {name: value.reshape(shapes[name]) for name, value in inputs.items()}


def widened(inputs: Inputs, shapes: Mapping[str, Shape]) -> dict[str, NDArray[np.float32]]:
    """The same, contiguous and float32: for runtimes that take no other numbers."""
    return {
        name: np.ascontiguousarray(value, np.float32)
        for name, value in fitted(inputs, shapes).items()
    }


def wrong_size(path: Path, size_hw: SizeHW) -> SpecError:
    """What to raise where a graph cannot take a picture of that size."""
    height, width = size_hw
    return SpecError(
        f"{path.name} cannot take a picture of {width}x{height} (width x height): use a size "
        "that the model lists"
    )


def first_line(error: Exception) -> str:
    """The first line of what an error says; its class where it says nothing."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
