"""ONNX Runtime for ONNX files: the CPU, and the accelerators that its package was built for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import onnxruntime

from edge_runtime.backends.interface import first_line, widened, wrong_size
from edge_runtime.errors import BackendError, BundleError, UnknownName

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime.backends.interface import Inputs, Outputs, Shape
    from edge_runtime.spec import Format, SizeHW

PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
}
FATAL_ONLY = 4


class OnnxRuntime:
    """``cpu`` always; ``cuda``, ``tensorrt``, ``openvino``, ``coreml`` where the installed
    package (``onnxruntime``, ``onnxruntime-gpu``, ``onnxruntime-openvino``) has them."""

    name = "onnx"
    format: Format = "onnx"

    def __init__(self) -> None:
        self.version = str(onnxruntime.__version__)

    def accelerators(self) -> tuple[str, ...]:
        """Those that the package was built for."""
        built = onnxruntime.get_available_providers()
        return tuple(name for name, provider in PROVIDERS.items() if provider in built)

    def open(
        self, path: Path, accelerator: str, threads: int = 1, size_hw: SizeHW | None = None
    ) -> OnnxSession:
        """As :class:`edge_runtime.backends.interface.Backend` says."""
        if accelerator not in self.accelerators():
            raise UnknownName(f"accelerator of {self.name}", accelerator, self.accelerators())
        session = OnnxSession(_load(path, accelerator, threads))
        for shape in session.input_shapes.values():
            if size_hw and len(shape) == 4 and shape[3] == 3 and shape[1:3] != size_hw:
                raise wrong_size(path, size_hw)
        return session


class OnnxSession:
    """One ONNX file, ready to run."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self.input_shapes: dict[str, Shape] = {
            tensor.name: tuple(tensor.shape) for tensor in session.get_inputs()
        }
        self._outputs = [tensor.name for tensor in session.get_outputs()]
        self._last: dict[str, NDArray[np.float32]] = {}

    def run(self, inputs: Inputs) -> Outputs:
        """As :class:`edge_runtime.backends.interface.Session` says."""
        self._last = widened(inputs, self.input_shapes)
        return dict(zip(self._outputs, self._ran(), strict=True))

    def invoke(self) -> None:
        """Run once more on what was put in last."""
        self._ran()

    def _ran(self) -> list[NDArray[np.float32]]:
        try:
            made: list[NDArray[np.float32]] = self._session.run(self._outputs, self._last)
        except Exception as error:  # noqa: BLE001  ONNX Runtime has a class for each status
            raise BackendError(
                f"ONNX Runtime failed ({first_line(error)}): use the accelerator cpu"
            ) from None
        return made


def _load(path: Path, accelerator: str, threads: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = FATAL_ONLY
    provider = PROVIDERS[accelerator]
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=[provider])
    except Exception as error:  # noqa: BLE001  ONNX Runtime has a class for each status
        why = f"ONNX Runtime cannot use {path.name} on {accelerator} ({first_line(error)})"
        if accelerator == "cpu":
            raise BundleError(f"{why}: convert it again") from None
        raise BackendError(f"{why}: use the accelerator cpu") from None
    # Where a provider's libraries are missing, ONNX Runtime takes the CPU and only logs it.
    if provider not in session.get_providers():
        raise BackendError(
            f"ONNX Runtime has {accelerator}, but its libraries or its device are missing: "
            "install them, or use the accelerator cpu"
        )
    return session
