"""An exported file as a function from the spec's inputs to its outputs, both by name.

Each format by the runtime that there is for it on Linux; Core ML has none, and its
program is run operation by operation (:mod:`edge_calibration.coreml.mil_session`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from edge_runtime.interpreter import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime.spec import Format, ModelSpec

    Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]
    Run: TypeAlias = Callable[[Arrays], Arrays]


def open_runner(path: Path, kind: Format, spec: ModelSpec) -> Run:
    """Load a file of that format once; the function may be called many times."""
    return _OPENERS[kind](path, spec)


def _tflite(path: Path, _spec: ModelSpec) -> Run:
    return Session(path).run


def _onnx(path: Path, _spec: ModelSpec) -> Run:
    from edge_convert.onnx_export import open_onnx

    return open_onnx(path)


def _coreml(path: Path, spec: ModelSpec) -> Run:
    from edge_convert.mlpackage import open_program

    return open_program(path, spec)


def _coreai(path: Path, spec: ModelSpec) -> Run:
    from edge_convert.coreai import AimodelSession

    return AimodelSession(path, spec).run


_OPENERS: Mapping[Format, Callable[[Path, ModelSpec], Run]] = {
    "tflite": _tflite,
    "onnx": _onnx,
    "coreml": _coreml,
    "coreai": _coreai,
}
