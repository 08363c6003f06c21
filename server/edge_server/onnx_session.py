"""ONNX Runtime for the heavy models that come as ONNX files: the only place that knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import onnxruntime

from edge_server.problems import ModelUnhealthy

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

_FATAL_ONLY = 4
_CPU = "CPUExecutionProvider"
_CUDA = "CUDAExecutionProvider"


class OnnxSession:
    """A network of one input and one output, on a device.

    ``content``: the bytes of an ONNX file.  ``device``: ``cpu``, or ``cuda:0``, which is
    used where the installed package (``onnxruntime-gpu``) can, else the CPU.  Raises
    ``ModelUnhealthy`` for bytes that cannot be used.
    """

    def __init__(self, content: bytes, device: str = "cpu") -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = _FATAL_ONLY
        # Photos differ in size: an arena would keep room for each size that ever came.
        options.enable_cpu_mem_arena = False
        # Threads that wait would take the cores from the light models.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session: Any = onnxruntime.InferenceSession(
                content, options, providers=providers(device)
            )
        except Exception as error:
            raise ModelUnhealthy(
                "a network of the model cannot be loaded: pull its weights again"
            ) from error
        self._input: str = self._session.get_inputs()[0].name

    @property
    def metadata(self) -> Mapping[str, str]:
        """What its maker wrote into the file, by name."""
        return cast("Mapping[str, str]", self._session.get_modelmeta().custom_metadata_map)

    @property
    def classes(self) -> int:
        """How long the last axis of the output is."""
        return int(self._session.get_outputs()[0].shape[-1])

    def run(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """The output for an input."""
        outputs: list[NDArray[np.float32]] = self._session.run(None, {self._input: values})
        return outputs[0]


def providers(device: str) -> list[Any]:
    """What ONNX Runtime is to compute with, the first that can before the others."""
    kind, _, number = device.partition(":")
    if kind == "cuda" and _CUDA in onnxruntime.get_available_providers():
        return [(_CUDA, {"device_id": int(number or 0)}), _CPU]
    return [_CPU]
