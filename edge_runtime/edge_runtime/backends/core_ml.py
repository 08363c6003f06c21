"""Core ML for its packages, on macOS; nothing of this file has run on one yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import coremltools
import numpy as np
from PIL import Image

from edge_runtime.backends.interface import first_line, fitted, wrong_size
from edge_runtime.errors import BackendError, BundleError, UnknownName

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from edge_runtime.backends.interface import Inputs, Outputs, Shape
    from edge_runtime.spec import Format, SizeHW

# The manifest's names, and those of coremltools.
UNITS = {
    "cpu": "CPU_ONLY",
    "cpu-and-neural-engine": "CPU_AND_NE",
    "gpu": "CPU_AND_GPU",
    "all": "ALL",
}


class CoreMl:
    """Core ML's compute units."""

    name = "coreml"
    format: Format = "coreml"

    def __init__(self) -> None:
        self.version = str(coremltools.__version__)

    def accelerators(self) -> tuple[str, ...]:
        """All that Core ML knows; it leaves out what the Mac has not."""
        return tuple(UNITS)

    def open(
        self, path: Path, accelerator: str, threads: int = 1, size_hw: SizeHW | None = None
    ) -> CoreMlSession:
        """As :class:`edge_runtime.backends.interface.Backend` says; Core ML counts its own
        threads."""
        del threads
        if accelerator not in UNITS:
            raise UnknownName(f"accelerator of {self.name}", accelerator, UNITS)
        units = coremltools.ComputeUnit[UNITS[accelerator]]
        try:
            model = coremltools.models.MLModel(str(path), compute_units=units)
        except Exception as error:  # noqa: BLE001  coremltools promises no classes
            raise BundleError(
                f"Core ML cannot use {path.name} ({first_line(error)}): convert it again"
            ) from None
        session = CoreMlSession(model)
        for shape in session.input_shapes.values():
            if size_hw and len(shape) == 4 and shape[3] == 3 and shape[1:3] != size_hw:
                raise wrong_size(path, size_hw)
        return session


class CoreMlSession:
    """One package, ready to run; pictures are images at its border."""

    def __init__(self, model: Any) -> None:
        self._model = model
        described = model.get_spec().description
        self._images = {i.name for i in described.input if i.type.HasField("imageType")}
        self.input_shapes: dict[str, Shape] = {i.name: _shape(i.type) for i in described.input}
        self._last: dict[str, Any] = {}

    def run(self, inputs: Inputs) -> Outputs:
        """As :class:`edge_runtime.backends.interface.Session` says; pictures are rounded to
        the 8 bits that an image has."""
        given = fitted(inputs, self.input_shapes)
        self._last = {
            name: _image(value) if name in self._images else value.astype(np.float32)
            for name, value in given.items()
        }
        return {name: _array(value) for name, value in self._ran().items()}

    def invoke(self) -> None:
        """Run once more on what was put in last."""
        self._ran()

    def _ran(self) -> dict[str, Any]:
        try:
            made: dict[str, Any] = self._model.predict(self._last)
        except Exception as error:  # noqa: BLE001  coremltools promises no classes
            raise BackendError(
                f"Core ML failed ({first_line(error)}): use the accelerator cpu"
            ) from None
        return made


def _shape(kind: Any) -> Shape:
    if kind.HasField("imageType"):
        return (1, kind.imageType.height, kind.imageType.width, 3)
    return tuple(kind.multiArrayType.shape)


def _image(value: NDArray[np.float32] | NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(np.rint(value[0]).clip(0, 255).astype(np.uint8))


def _array(value: Any) -> NDArray[np.float32]:
    if isinstance(value, Image.Image):
        return np.asarray(value.convert("RGB"), np.float32)[np.newaxis]
    return np.asarray(value, np.float32)
