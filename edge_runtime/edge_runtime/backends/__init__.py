"""The runtimes that there are, each in a file of its own, loaded when it is asked for."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, cast

from edge_runtime.errors import BackendError, UnknownName

if TYPE_CHECKING:
    from edge_runtime.backends.interface import Backend

BACKENDS = {
    "litert": "edge_runtime.backends.lite_rt:LiteRt",
    "onnx": "edge_runtime.backends.onnx_runtime:OnnxRuntime",
    "coreml": "edge_runtime.backends.core_ml:CoreMl",
}
_EXTRAS = {"onnx": "pip install 'pocketlens[onnx]'", "coreml": "pip install coremltools"}


def backend(name: str) -> Backend:
    """The runtime of that name.

    Raises ``UnknownName``, or ``BackendError`` where it cannot be used on this machine.
    """
    if name not in BACKENDS:
        raise UnknownName("backend", name, BACKENDS)
    if name == "coreml" and sys.platform != "darwin":
        raise BackendError("Core ML runs on macOS only: use the backend litert here")
    module, _, kind = BACKENDS[name].partition(":")
    try:
        return cast("Backend", getattr(import_module(module), kind)())
    except ImportError as error:
        todo = _EXTRAS.get(name, "install pocketlens again")
        raise BackendError(f"{name} is not installed here ({error}): {todo}") from None
